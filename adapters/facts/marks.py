"""What is remembered of each table of facts and each view: which declaration it was made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Select,
    Table,
    Update,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from ...projections.events import binary_text
from ...projections.options import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

facts_metadata: Final = MetaData()
ledger_facts: Final = Table(
    "ledger_facts",
    facts_metadata,
    Column("name", binary_text(), primary_key=True),
    Column("fingerprint", binary_text(), nullable=False),
    Column("shape", binary_text(), nullable=False),
    Column("built_at", BigInteger()),
    Column("rebuild", binary_text()),
    **PLAIN,
)
"""By name: fingerprint of the declaration that the contents follow (empty: of none yet), shape of the table's columns,
and the ledger's last position when the last rebuild began (none for a table that was empty when it was made), and
which rebuild the table beside it belongs to while one is under way."""


class Mark(NamedTuple):
    """What the contents follow, and the shape of the table."""

    fingerprint: str
    shape: str


NO_MARK: Final = Mark("", "")


def marks(connection: Connection) -> dict[str, Mark]:
    """Every mark by name."""
    return {row.name: Mark(row.fingerprint, row.shape) for row in connection.execute(select(ledger_facts))}


def forget(names: Iterable[str]) -> Update:
    """Take back that these contents follow their declarations; a statement without parameters."""
    nothing = _written("")
    stale = ledger_facts.c.name.in_([_written(name) for name in names]) & (ledger_facts.c.fingerprint != nothing)
    return update(ledger_facts).where(stale).values(fingerprint=nothing)


def following(mine: Mapping[str, Mark]) -> Select[int]:
    """How many contents follow one of these declarations; a select without parameters, quicker than `made_elsewhere`.

    A fingerprint covers the shape.
    """
    found = ledger_facts.c.fingerprint.in_([_written(mark.fingerprint) for mark in mine.values()])
    return select(func.count()).select_from(ledger_facts).where(found)


def made_elsewhere(mine: Mapping[str, Mark]) -> Select[tuple[str]]:
    """Whether contents follow declarations that are not mine; a select without parameters, of no row if not.

    What follows no declaration at present is nobody's.
    """
    row = ledger_facts.c
    others = [
        (row.name == _written(name))
        & ((row.shape != _written(mark.shape)) | row.fingerprint.not_in([_written(mark.fingerprint), _written("")]))
        for name, mark in mine.items()
    ]
    return select(row.name).where(or_(*others))


def _written(text: str) -> ColumnElement[str]:
    """A digest, or a name of ours, as it stands in the statement."""
    return literal_column(f"'{text}'")


def begin_rebuild(connection: Connection, name: str, token: str) -> None:
    """Say whose the table beside is from now on; the mark itself stays until the rebuild is done."""
    connection.execute(update(ledger_facts).where(ledger_facts.c.name == name).values(rebuild=token))


def rebuild_of(connection: Connection, name: str) -> str | None:
    """Whose the table beside is, in a writing transaction; it stays theirs until that ends."""
    query = select(ledger_facts.c.rebuild).where(ledger_facts.c.name == name).with_for_update()
    return connection.execute(query).scalar_one_or_none()


def set_mark(connection: Connection, name: str, mark: Mark, *, position: int | None = None) -> None:
    """Remember what something was made from."""
    row = {"fingerprint": mark.fingerprint, "shape": mark.shape, "built_at": position, "rebuild": None}
    # The row stays the same one: a rebuild that waits to begin must find it.
    if not connection.execute(update(ledger_facts).where(ledger_facts.c.name == name).values(row)).rowcount:
        connection.execute(insert(ledger_facts).values(name=name, **row))
