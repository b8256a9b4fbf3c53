"""Looking up: cases by what is known of them, and the audit trail, read off the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypedDict, Unpack

from sqlalchemy import Select, select

from ..domain.access import access_of
from ..domain.refusal import MissingDetail, UnknownCase
from ..projections.events import ledger_events
from ..projections.reports import cases, trail
from ..projections.reports.cases import CaseFound
from ..projections.reports.sources import parameter
from ..projections.reports.statuses import check_status
from ..projections.reports.trail import Proof, TrailEntry
from .asking import MOST, check_words
from .reading import Reading
from .trailing import Given, TrailAsked, check_clause, given_of, pages, proofs_of

if TYPE_CHECKING:
    from .store.database import Database

_RECORDED: Final = select(ledger_events.c.version).where(ledger_events.c.stream == parameter("stream")).limit(1)


class Wanted(TypedDict, total=False):
    """What is known of the cases that are looked for; see `Figures.find`."""

    number: str | None
    unit: str | None
    customer: str | None
    status: str | None
    center: str | None


class Looking:
    """Looks up cases and entries of the trail; holds no state but the database."""

    def __init__(self, database: Database) -> None:
        self._reading = Reading(database)

    def find(self, *, limit: int = 100, **wanted: Unpack[Wanted]) -> list[CaseFound]:
        """Find cases of every kind by what is known of them; all that is given must hold. Latest first.

        Args:
            limit: at most so many.
            wanted: `number` on the form, `unit`, `customer`, `status` or `center`.

        Raises:
            Refused: a status or center that there is not; the error lists the words for where a case stands.
            PersistenceError: the database failed.

        """
        given = _given_words(wanted)
        check_words(**given)
        if not 0 <= limit < MOST:
            raise MissingDetail(f"{limit} is no number of cases", rule="form", right="0 or more", where="limit")
        if "status" in given:
            check_status(given["status"])
        query = cases.cases(frozenset(given))
        return self._reading.rows(query, cases.row, {**given, "most": limit}, given.get("center"))

    def number_found(self, **wanted: Unpack[Wanted]) -> int:
        """How many cases `find` would give without a limit.

        Raises: as `find`.

        """
        given = _given_words(wanted)
        self.find(**wanted, limit=0)
        return self._counted(cases.number_of(frozenset(given)), given)

    def trail(
        self, case: str | None = None, *, limit: int | None = None, **asked: Unpack[TrailAsked]
    ) -> Iterator[TrailEntry]:
        """The audit trail in the order of the ledger, of one case (id or form number) or of all.

        It is as long as the ledger: an iterator, with a page in memory, where all other figures are lists.

        Args:
            case: a stream's id or the number on a form.
            limit: at most so many.
            asked: `edition`, show the clauses of this edition only, such as `9001:2015`; `since` and `until`, aware
                moments between which it was recorded, both included; `clause` that it is evidence for, with its edition
                or without; `event`, a stored name with its version or without; `actor` and `role` who acted; `center`
                of the case; `late`, only what was recorded over a day late (WL-5). Of a case the looks at its personal
                words are shown too.

        Raises:
            Refused: an edition, clause or event that is not on file, an unknown form number.
            PersistenceError: the database failed.

        """
        given, proofs = self._given(case, asked)
        return pages(self._reading, given, proofs, limit)

    def trail_size(self, case: str | None = None, **asked: Unpack[TrailAsked]) -> int:
        """How many entries of the trail there are of what is asked for.

        Raises: as `trail`.

        """
        given, _ = self._given(case, asked)
        return 0 if given.get("events") == [] else self._counted(trail.size(frozenset(given)), given)

    def _given(self, case: str | None, asked: TrailAsked) -> tuple[Given, dict[str, Proof]]:
        check_words(case=case)
        proofs = proofs_of(self._reading, asked.get("edition"))
        check_clause(asked.get("clause"), proofs)
        given = given_of(asked, proofs)
        if case is not None:
            stream = self._stream(case)
            given["streams"] = [stream, access_of(stream)]
        return given, proofs

    def _counted(self, query: Select[Any], values: Mapping[str, object]) -> int:
        (number,) = self._reading.rows(query, lambda found: int(found[0]), values)
        return number

    def _stream(self, case: str) -> str:
        if ":" in case:
            if not self._reading.rows(_RECORDED, tuple, {"stream": case}):
                raise UnknownCase(
                    f"{case} is not in the ledger", rule="ids", right="the id of a recorded case", where="case"
                )
            return case
        found = self.find(number=case, limit=1)
        if not found:
            raise UnknownCase(
                f"no case has the number {case}", rule="ids", right="an id or a form number", where="case"
            )
        return found[0].case


def _given_words(wanted: Wanted) -> dict[str, str]:
    return {name: str(value) for name, value in wanted.items() if value is not None}
