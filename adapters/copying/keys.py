"""The keys of personal data, from where they are beside the source to where they are looked for beside the target."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from ..key_table import SqlKeyStore, ledger_keys
from ..keystore import key_file, keys_beside
from ..store.engine import WRITE, connect
from ..store.reaching import explained
from ..store.sqlite_settings import KEYS_APPLICATION_ID
from .errors import CopyDiffersError, CopyRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine

    from .source import Source
    from .target import Target

PAGE: Final = 1000


def copy_keys(source: Source, target: Target) -> int | None:
    """Copy what the target lacks, and erase there what was erased here; give how many keys there are.

    A person who was erased at the source stays erased; a key that was erased at the target is not brought back.
    None where the source has no key store of its own that is known (another recorder than ours).

    Raises:
        CopyRefusedError: the target's key store holds keys of something else.
        CopyDiffersError: the keys are not the same afterwards.
        StoreError: the keys cannot be reached.
    """
    if source.engine is None:
        return None
    with (
        explained(source.engine),
        explained(target.engine),
        _table(source.engine) as found,
        _table(target.engine) as kept,
    ):
        if found is None:
            return 0
        if kept is None:
            raise CopyRefusedError("the target keeps its keys in memory; give a place that stays")
        count = 0
        for rows in _pages(found):
            _take_over(kept, rows)
            count += len(rows)
        _compare(found, kept)
    return count


@contextmanager
def _table(engine: Engine) -> Iterator[Engine | None]:
    """The database in which a ledger's keys are by default, the table made if need be; none for a ledger in memory."""
    if engine.dialect.name != "sqlite":
        SqlKeyStore(engine).close()
        yield engine
        return
    if engine.url.database in {None, "", ":memory:"}:
        yield None
        return
    keys_beside(engine).close()
    own = connect(f"sqlite:///{key_file(engine)}", application_id=KEYS_APPLICATION_ID)
    try:
        yield own
    finally:
        own.dispose()


def _pages(engine: Engine) -> Iterator[Sequence[Any]]:
    after = ""
    while True:
        query = select(ledger_keys).where(ledger_keys.c.key_id > after).order_by(ledger_keys.c.key_id).limit(PAGE)
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        if not rows:
            return
        yield rows
        after = rows[-1].key_id


def _take_over(engine: Engine, rows: Sequence[Any]) -> None:
    with engine.execution_options(**{WRITE: True}).begin() as connection:
        if connection.dialect.name == "sqlite":
            # As where a key is destroyed: freed places are overwritten.
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        ids = [row.key_id for row in rows]
        there = set(connection.execute(select(ledger_keys.c.key_id).where(ledger_keys.c.key_id.in_(ids))).scalars())
        missing = [dict(row._mapping) for row in rows if row.key_id not in there]
        if missing:
            connection.execute(insert(ledger_keys), missing)
        erased = [row.key_id for row in rows if row.secret is None and row.key_id in there]
        if erased:
            connection.execute(update(ledger_keys).where(ledger_keys.c.key_id.in_(erased)).values(secret=None))


def _compare(source: Engine, target: Engine) -> None:
    """Go through both side by side; nothing of a key is told."""
    kept = _pages(target)
    for rows in _pages(source):
        if next(kept, ()) != rows:
            raise CopyDiffersError(
                "the keys of personal data at the target are not those of the source. Right would be a place without "
                "keys of something else, or to stop whatever erases people meanwhile, and to copy again"
            )
    if next(kept, None):
        raise CopyDiffersError("the target has keys of personal data that the source has not; nothing of them was told")
