"""What a report reads: the stored facts, or the same facts as they were known at a moment; and how it is asked.

A select depends on the form of a question only. What is asked for it names as parameters, so that it is put together
and compiled once and not at every question, which took longer than most answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Integer, MetaData, String, bindparam, cast, literal_column, null

from ...domain.refusal import UnknownCode
from ..columntypes import word
from ..compile import occurred_by, recorded_by, select_of, table_of
from ..facts import ALL
from ..vocabulary import Facts

Source: TypeAlias = Callable[[Facts], FromClause]
Keep: TypeAlias = Callable[[FromClause], Sequence[ColumnElement[bool]]]

_metadata: Final = MetaData()
_TABLES: Final = {facts.name: table_of(facts, _metadata) for facts in ALL}
"""Made here and not when first asked for, as threads may ask at once and a table is declared only once."""


def parameter(name: str) -> ColumnElement[str]:
    """A text that is given when the select is run."""
    return bindparam(name, type_=String())


MONTH: Final = parameter("month")
CENTER: Final = parameter("center")
JUDGED: Final = parameter("judged")
"""The moment as of which is judged what was done, late or overdue."""
MOMENT: Final = parameter("moment")
"""The moment up to which events are read, by their recording or by when they happened."""
MOST: Final = bindparam("most", type_=Integer())
"""How many rows at most."""

GROUPS: Final = ("center", "kind", "category", "department", "channel", "estate", "month")
"""What figures can be grouped by."""


def stored(facts: Facts) -> FromClause:
    """The table."""
    return _TABLES[facts.name]


def known(*, as_known: bool) -> Source:
    """The facts as the ledger knew them at `MOMENT`, by the same select over fewer events; or else as they are."""
    return _read_anew(recorded_by(MOMENT)) if as_known else stored


def happened() -> Source:
    """The facts by what had happened up to `MOMENT`, whenever it was recorded."""
    return _read_anew(occurred_by(MOMENT))


def _read_anew(only: ColumnElement[bool]) -> Source:
    made: dict[str, FromClause] = {}

    def read(facts: Facts) -> FromClause:
        if facts.name not in made:
            # Named once and read by several parts of a report: the events are gone through once.
            made[facts.name] = select_of(facts, only).cte(facts.name.replace("fact_", "known_"))
        return made[facts.name]

    return read


def everything(_facts: FromClause) -> Sequence[ColumnElement[bool]]:
    """Keep every row."""
    return ()


def nothing() -> ColumnElement[Any]:
    """An unknown text, typed: a bare NULL has no type in a union on PostgreSQL."""
    return cast(null(), String(64))


def group_of(facts: FromClause, by: str, *, subject: str) -> ColumnElement[Any]:
    """The column to group by; what a fact does not have is unknown, and its kind is what it is about.

    Raises:
        UnknownCode: `by` is not one of `GROUPS`.

    """
    check_group(by)
    if by in facts.c:
        return facts.c[by]
    return word(subject) if by == "kind" else nothing()


def check_group(by: str, also: Sequence[str] = ()) -> None:
    """Refuse what figures cannot be grouped by.

    Raises:
        UnknownCode: lists what they can.

    """
    words = (*GROUPS, *also)
    if by not in words:
        raise UnknownCode(
            f"{by!r} is nothing that figures are grouped by",
            rule="DA-1",
            right=f"one of {', '.join(words)}",
            where="by",
        )


@dataclass(frozen=True, slots=True)
class Form:
    """What the selects of a question depend on: by what it groups, whether of one center, whether as known then."""

    by: str = "center"
    of_one_center: bool = False
    as_known: bool = False

    def of_month(self, column: str = "month") -> Keep:
        """Keep the month's rows (DA-5), of the center if one is named."""

        def keep(facts: FromClause) -> Sequence[ColumnElement[bool]]:
            return (facts.c[column] == MONTH, *self.of_center(facts))

        return keep

    def of_center(self, facts: FromClause) -> Sequence[ColumnElement[bool]]:
        """Keep the center's rows, if one is named."""
        return (facts.c.center == CENTER,) if self.of_one_center else ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: which local month, judged at which moment (fixed-width UTC text), of which center, by what.

    `known_at` (the same text) leaves out what was recorded later.
    """

    month: str
    judged: str
    center: str | None = None
    by: str = "center"
    known_at: str | None = None

    @property
    def form(self) -> Form:
        """What its selects depend on."""
        return Form(self.by, self.center is not None, self.known_at is not None)

    @property
    def values(self) -> dict[str, str | None]:
        """What its selects name as parameters."""
        return {"month": self.month, "judged": self.judged, "center": self.center, "moment": self.known_at}


def by_judged(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether something had happened by the moment of judgement."""
    return moment <= JUDGED


ONE: Final = literal_column("1", Integer())
