"""The figures of a ledger, as typed rows read off the facts; and the audit trail, read off the events."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Select, literal_column, select

from ..domain.refusal import MissingDetail, UnknownCase
from ..domain.terms import aware
from ..domain.values import utc_text
from ..projections.clauses import EDITIONS
from ..projections.columntypes import word
from ..projections.compile import recorded_by
from ..projections.events import ledger_events
from ..projections.facts.centers import CENTERS
from ..projections.reports import alerts, callbacks, cases, corrective, monthly, surveys, timeliness, trail
from ..projections.reports.alerts import AlertPoints
from ..projections.reports.callbacks import CallbackRates
from ..projections.reports.cases import CaseFound
from ..projections.reports.clocks import CLOCKS
from ..projections.reports.corrective import CorrectiveCall
from ..projections.reports.monthly import MonthlyOpinions
from ..projections.reports.sources import CENTER, Asked, Form, parameter, stored
from ..projections.reports.statuses import check_status
from ..projections.reports.surveys import SurveyRates
from ..projections.reports.timeliness import Timeliness
from ..projections.reports.trail import TrailEntry
from .clock import system_clock

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from .clock import Clock
    from .store.database import Database

T = TypeVar("T")

PAGE: Final = 1000
_MOST: Final = 2**31
_REGISTERED: Final = select(stored(CENTERS).c.case_id).where(stored(CENTERS).c.case_id == CENTER)
_RECORDED: Final = select(ledger_events.c.version).where(ledger_events.c.stream == parameter("stream")).limit(1)
_NAME: Final = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\Z")
_MONTH: Final = re.compile(r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])\Z")


class Figures:
    """Reads figures; holds no state but the database.

    Months are local months of the center (DA-5). `as_of` (an aware moment, now by default) is when it is judged what
    was done, late or overdue, by the recorded times. `known_at` takes only the events recorded by then: what would
    have been reported then; it goes through the events instead of the stored facts, seconds for a million. `by` is one
    of `projections.reports.sources.GROUPS`; a group that is not known is `None` and comes last. The `policies` of a row
    are those that governed the cases it counts, each with its version, such as `w08 10`.
    """

    def __init__(self, database: Database, now: Clock = system_clock) -> None:
        """Remember where to read."""
        self._database = database
        self._now = now

    def monthly(
        self,
        month: str,
        *,
        center: str | None = None,
        by: str = "center",
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[MonthlyOpinions]:
        """The monthly opinion analysis (DA-1).

        Raises:
            Refused: a month or grouping that there is not.
            PersistenceError: the database failed.

        """
        asked = self._asked(month, center, by, as_of, known_at)
        values = {**asked.values, "since": _month_before(asked.judged, month)}
        rated, counting = monthly.selects(asked.form)
        counted: dict[str | None, monthly.Counted] = {}
        clocks: dict[str | None, dict[str, Timeliness]] = {}
        with self._reading(center) as connection:
            for query in counting:
                monthly.gather(counted, connection.execute(query, values))
            for ran in timeliness.rows(asked, connection.execute(rated, values)):
                clocks.setdefault(ran.group, {})[ran.clock] = ran
        rows = [monthly.row(asked, group, counts, clocks.get(group, {})) for group, counts in counted.items()]
        return _in_order([row for row in rows if row.accepted or row.carried_over or row.open_at_month_end])

    def timeliness(
        self,
        month: str,
        *,
        center: str | None = None,
        by: str = "center",
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[Timeliness]:
        """How many clocks ran in time, of cases accepted in the month; one row a clock and group. `by` may be `clock`.

        Raises: as `monthly`.

        """
        asked = self._asked(month, center, by, as_of, known_at)
        with self._reading(center) as connection:
            targets = _Targets(connection, month, known_at)
            counted = connection.execute(timeliness.select_of(asked.form), asked.values)
            found = timeliness.rows(asked, counted, lambda group: targets.of(group if by == "center" else center))
        return sorted(found, key=lambda row: (CLOCKS.index(row.clock), row.group is None, row.group or ""))

    def callbacks(
        self,
        month: str,
        *,
        center: str | None = None,
        by: str = "center",
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[CallbackRates]:
        """Callback rates of opinions accepted, and of orders completed, in the month, with targets (OP-10, SO-11).

        Raises: as `monthly`.

        """
        asked = self._asked(month, center, by, as_of, known_at)
        with self._reading(center) as connection:
            targets = _Targets(connection, month, known_at)
            counted = connection.execute(callbacks.figures(asked.form), asked.values)
            found = callbacks.rows(asked, counted, lambda group: targets.of(group if by == "center" else center))
        return sorted(found, key=lambda row: (row.subject, row.group is None, row.group or ""))

    def alert_points(
        self, month: str, *, center: str | None = None, known_at: datetime | None = None
    ) -> list[AlertPoints]:
        """Alerts confirmed in the month and the points they cost, by center; the company's sum last (GP-7).

        Raises: as `monthly`.

        """
        asked = self._asked(month, center, "center", None, known_at)
        with self._reading(center) as connection:
            return alerts.rows(month, connection.execute(alerts.confirmed(asked.form), asked.values))

    def corrective_actions(
        self,
        month: str | None = None,
        *,
        center: str | None = None,
        waiting: bool = False,
        known_at: datetime | None = None,
    ) -> list[CorrectiveCall]:
        """Repeated and far-reaching opinions for corrective action, the earliest first (OP-15).

        Of the month since which they call for it, or of all; only those on which none was taken yet, where `waiting`.

        Raises: as `monthly`.

        """
        if month is not None:
            _check_month(month)
        _check_words(center=center)
        aware(known_at, where="known_at")
        form = Form(of_one_center=center is not None, as_known=known_at is not None)
        values = {"month": month, "center": center, "moment": known_at and utc_text(known_at)}
        query = corrective.listed(form, of_month=month is not None, waiting=waiting)
        return self._rows(query, corrective.row, values, center)

    def surveys(
        self, month: str | None = None, *, center: str | None = None, known_at: datetime | None = None
    ) -> list[SurveyRates]:
        """Survey rates (SV-4): items in the form's order, then the total, of surveys closed in the month; or of all.

        Raises: as `monthly`.

        """
        if month is not None:
            _check_month(month)
        _check_words(center=center)
        aware(known_at, where="known_at")
        form = Form(of_one_center=center is not None, as_known=known_at is not None)
        values = {"month": month, "center": center, "moment": known_at and utc_text(known_at)}
        return self._rows(surveys.figures(form, of_month=month is not None), surveys.row, values, center)

    def find(  # noqa: PLR0913 - one for each way to look
        self,
        *,
        number: str | None = None,
        unit: str | None = None,
        customer: str | None = None,
        status: str | None = None,
        center: str | None = None,
        limit: int = 100,
    ) -> list[CaseFound]:
        """Find cases of every kind by what is known of them; all that is given must hold. Latest first.

        Raises:
            Refused: a status or center that there is not; the error lists the words for where a case stands.
            PersistenceError: the database failed.

        """
        given = {"number": number, "unit": unit, "customer": customer, "status": status, "center": center}
        wanted = {name: value for name, value in given.items() if value is not None}
        _check_words(**given)
        if not 0 <= limit < _MOST:
            raise MissingDetail(f"{limit} is no number of cases", rule="form", right="0 or more", where="limit")
        if status is not None:
            check_status(status)
        return self._rows(cases.cases(frozenset(wanted)), cases.row, {**wanted, "most": limit}, center)

    def trail(
        self,
        case: str | None = None,
        *,
        edition: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[TrailEntry]:
        """The audit trail in the order of the ledger, of one case (id or form number) or of all; a page at a time.

        Args:
            case: a stream's id or the number on a form.
            edition: show the clauses of this edition only, such as `9001:2015`.
            since: recorded at or after this aware moment.
            until: recorded at or before it.
            limit: at most so many.

        Raises:
            Refused: an edition that is not on file, an unknown form number.
            PersistenceError: the database failed.

        """
        if edition is not None and edition not in EDITIONS:
            raise MissingDetail(
                f"no clauses of {edition!r} are on file",
                rule="ISO",
                right=f"one of {', '.join(EDITIONS)}",
                where="edition",
            )
        _check_words(case=case)
        given = {
            name: utc_text(moment)
            for name, moment in (("since", aware(since, where="since")), ("until", aware(until, where="until")))
            if moment is not None
        }
        if case is not None:
            given["stream"] = self._stream(case)
        return self._pages(given, self._clauses(edition), limit)

    def _pages(
        self, given: dict[str, str], clauses: dict[str, tuple[str, ...]], limit: int | None
    ) -> Iterator[TrailEntry]:
        query = trail.entries(frozenset(given))
        after, left = 0, limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            values = {**given, "after": after, "most": size}
            page = self._rows(query, lambda found: trail.row(found, clauses), values)
            yield from page
            if len(page) < size:
                return
            after = page[-1].position
            left = None if left is None else left - len(page)

    def _clauses(self, edition: str | None) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, listed, clause in self._rows(trail.CLAUSES, tuple, {}):
            if edition in {None, listed}:
                found[name] = (*found.get(name, ()), f"{listed} {clause}")
        return found

    def _stream(self, case: str) -> str:
        if ":" in case:
            if not self._rows(_RECORDED, tuple, {"stream": case}):
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

    def _asked(
        self, month: str, center: str | None, by: str, as_of: datetime | None, known_at: datetime | None
    ) -> Asked:
        aware(known_at, where="known_at")
        judged = aware(as_of, where="as_of") or known_at or self._now()
        _check_month(month)
        _check_words(center=center)
        known = None if known_at is None else utc_text(known_at)
        return Asked(month=month, judged=utc_text(judged), center=center, by=by, known_at=known)

    def _rows(
        self,
        query: Select[*tuple[Any, ...]],
        make: Callable[[Any], T],
        values: Mapping[str, object],
        center: str | None = None,
    ) -> list[T]:
        with self._reading(center) as connection:
            return [make(row) for row in connection.execute(query, values)]

    @contextmanager
    def _reading(self, center: str | None = None) -> Iterator[Connection]:
        """Read one moment: all selects of a report see the same commits. A center must be one that there is."""
        with self._database.transaction(write=False) as connection:
            if center is not None and connection.execute(_REGISTERED, {"center": center}).first() is None:
                raise UnknownCase(
                    f"{center} is not registered", rule="center", right="a registered center", where="center"
                )
            yield connection


class _Targets:
    """Targets of the policies in force in a month, by center; where centers differ there is none in common.

    Those adopted by the moment of knowledge, where one is given, like the cases beside them.
    """

    def __init__(self, connection: Connection, month: str, known_at: datetime | None) -> None:
        year, number = map(int, month.split("-"))
        last_day = date(year, number, monthrange(year, number)[1]).isoformat()
        events = ledger_events.c
        query = select(events.stream, events.state).where(
            events.stream >= literal_column("'center:'"),
            events.stream < literal_column("'center;'"),
            events.name == word("center.policy_adopted.v1"),
        )
        if known_at is not None:
            query = query.where(recorded_by(utc_text(known_at)))
        adopted: dict[str, tuple[str, dict[str, Decimal]]] = {}
        for stream, state in connection.execute(query.order_by(events.stream, events.version)):
            told = json.loads(state)
            start = told["in_force_from"]
            if start <= last_day and (stream not in adopted or start >= adopted[stream][0]):
                targets = told["policy"].get("targets", {})
                adopted[stream] = (start, {name: Decimal(one["percent"]) for name, one in targets.items()})
        self._adopted = {stream: targets for stream, (_, targets) in adopted.items()}

    def of(self, center: str | None) -> dict[str, Decimal]:
        """The targets of a center, or those that all centers share."""
        if center is not None:
            return self._adopted.get(center, {})
        every = list(self._adopted.values())
        return {name: one for name, one in every[0].items() if all(t.get(name) == one for t in every)} if every else {}


def _check_words(**given: str | None) -> None:
    """Refuse what no id, number or word of the ledger looks like; databases differ in what they say to it."""
    for where, value in given.items():
        if value is not None and not _NAME.match(value):
            raise MissingDetail(
                "is no id, form number or word of the ledger", rule="ids", right="one of them", where=where
            )


def _check_month(month: str) -> None:
    if not _MONTH.match(month):
        raise MissingDetail(f"{month!r} is no month", rule="DA-5", right="a month such as 2026-03", where="month")


def _month_before(judged: str, month: str) -> str:
    """The earliest local month whose ends matter: the report's, or that of the moment of judgement, wherever local."""
    moment = datetime.fromisoformat(judged) - timedelta(days=1)
    return min(month, f"{moment:%Y-%m}")


def _in_order(rows: list[MonthlyOpinions]) -> list[MonthlyOpinions]:
    return sorted(rows, key=lambda row: (row.group is None, row.group or ""))
