"""The figures of a ledger, as typed rows read off the facts; and the audit trail, read off the events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from ..domain.checks import aware
from ..domain.opinion.timing import Verdict
from ..domain.values import utc_text
from ..projections.reports import alerts, callbacks, corrective, monthly, surveys, timeliness
from ..projections.reports.alerts import AlertPoints
from ..projections.reports.callbacks import CallbackRates
from ..projections.reports.clocks import CLOCKS
from ..projections.reports.corrective import CorrectiveCall
from ..projections.reports.monthly import MonthlyOpinions
from ..projections.reports.sources import Asked, Form
from ..projections.reports.surveys import SurveyRates
from ..projections.reports.timeliness import ClockRan, Timeliness
from .asking import check_month, check_words, month_before
from .clock import system_clock
from .looking import Looking
from .targets import Targets

if TYPE_CHECKING:
    from .clock import Clock
    from .store.database import Database


class Figures(Looking):
    """Reads figures; holds no state but the database.

    Months are local months of the center (DA-5). `as_of` (an aware moment, now by default) is when it is judged what
    was done, late or overdue, by the recorded times. `known_at` takes only the events recorded by then: what would
    have been reported then; it goes through the events instead of the stored facts, seconds for a million. `by` is one
    of `projections.reports.sources.GROUPS`; a group that is not known is `None` and comes last. The `policies` of a row
    are those that governed the cases it counts, each with its version, such as `w08 10`.
    """

    def __init__(self, database: Database, now: Clock = system_clock) -> None:
        super().__init__(database)
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
        values = {**asked.values, "since": month_before(asked.judged, month)}
        rated, counting = monthly.selects(asked.form)
        counted: dict[str | None, monthly.Counted] = {}
        clocks: dict[str | None, dict[str, Timeliness]] = {}
        with self._reading.moment(center) as connection:
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
        with self._reading.moment(center) as connection:
            targets = Targets(connection, month, known_at)
            counted = connection.execute(timeliness.select_of(asked.form), asked.values)
            found = timeliness.rows(asked, counted, lambda group: targets.of(group if by == "center" else center))
        return sorted(found, key=lambda row: (CLOCKS.index(row.clock), row.group is None, row.group or ""))

    def clocks(
        self,
        month: str,
        *,
        center: str | None = None,
        verdicts: Collection[Verdict] = tuple(Verdict),
        as_of: datetime | None = None,
        known_at: datetime | None = None,
    ) -> list[ClockRan]:
        """The clocks that `timeliness` counts, a row each, of the wanted verdicts; by clock, then the earliest due.

        Raises: as `monthly`.

        """
        asked = self._asked(month, center, "center", as_of, known_at)
        with self._reading.moment(center) as connection:
            found = connection.execute(timeliness.each(asked.form), asked.values)
            ran = [timeliness.ran(asked, row) for row in found if row.verdict in verdicts]
        return sorted(ran, key=lambda one: (CLOCKS.index(one.clock), one.due_at or one.started_at, one.case, one.turn))

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
        with self._reading.moment(center) as connection:
            targets = Targets(connection, month, known_at)
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
        with self._reading.moment(center) as connection:
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
        form, values = _form(month, center, known_at)
        query = corrective.listed(form, of_month=month is not None, waiting=waiting)
        return self._reading.rows(query, corrective.row, values, center)

    def surveys(
        self, month: str | None = None, *, center: str | None = None, known_at: datetime | None = None
    ) -> list[SurveyRates]:
        """Survey rates (SV-4): items in the form's order, then the total, of surveys closed in the month; or of all.

        Raises: as `monthly`.

        """
        form, values = _form(month, center, known_at)
        return self._reading.rows(surveys.figures(form, of_month=month is not None), surveys.row, values, center)

    def _asked(
        self, month: str, center: str | None, by: str, as_of: datetime | None, known_at: datetime | None
    ) -> Asked:
        aware(known_at, where="known_at")
        judged = aware(as_of, where="as_of") or known_at or self._now()
        check_month(month)
        check_words(center=center)
        known = None if known_at is None else utc_text(known_at)
        return Asked(month=month, judged=utc_text(judged), center=center, by=by, known_at=known)


def _form(month: str | None, center: str | None, known_at: datetime | None) -> tuple[Form, dict[str, str | None]]:
    """The form of a question about a month or all of them, and its values."""
    if month is not None:
        check_month(month)
    check_words(center=center)
    aware(known_at, where="known_at")
    form = Form(of_one_center=center is not None, as_known=known_at is not None)
    values = {"month": month, "center": center, "moment": None if known_at is None else utc_text(known_at)}
    return form, values


def _in_order(rows: list[MonthlyOpinions]) -> list[MonthlyOpinions]:
    return sorted(rows, key=lambda row: (row.group is None, row.group or ""))
