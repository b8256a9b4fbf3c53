"""The watch: raises alerts, sends to re-handling what came again, confirms provisional deadlines (GP-5, OP-12, OP-6).

Facts say which cases may call for something; the deciders judge each exactly. Whatever the number of runs or watchers,
each happens once: an alert that was raised before is not raised again, and two watchers that decide on the same case at
the same time conflict, so that one of them decides anew and finds it done.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from ..domain.checks import aware
from ..domain.clocks import months_after
from ..domain.event import Actor
from ..domain.opinion.alert_causes import to_raise
from ..domain.opinion.alert_events import AlertReason
from ..domain.opinion.alerts import RaiseAlert
from ..domain.opinion.deadlines import ConfirmDeadlines
from ..domain.opinion.repetition import TreatAsUnsatisfied, could_repeat, repeats
from ..domain.opinion.words import AlertLevel
from ..domain.policy import Unit
from ..domain.refusal import CommandReused, NotAuthorised, Refused, WrongState, WrongTime
from ..domain.terms import Terms
from ..domain.values import Role, utc_text
from ..projections.facts.centers import CENTERS
from ..projections.reports import called_for
from ..projections.reports.sources import stored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Executable

    from ..domain.center_state import CenterState
    from ..domain.command import Command
    from ..domain.policy import Policy, Repetition, ShareRule
    from .executing import Executor
    from .history import History, Outcome
    from .store.database import Database

WATCH: Final = Actor(id="watch", role=Role.WATCH)
COMPANY: Final = "company"
_BELATED: Final = 12
"""Months more than the longest rule in force asks for in which ended cases are looked at for what came again.

An opinion may be entered late, and the watch may not have run; and months begin at another moment where the center is.
"""
_IN_A_MONTH: Final = {
    Unit.MINUTES: 28 * 24 * 60,
    Unit.HOURS: 28 * 24,
    Unit.DAYS: 28,
    Unit.WORKING_DAYS: 14,
    Unit.MONTHS: 1,
}
"""How many of a unit pass in a month at least; the official calendar has left 14 working days in any 28 since 2010."""
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Household:
    """A household's first complaint of a category in a scope."""

    unit: str
    case: str
    at: str


class Watcher:
    """Looks at a ledger and raises what is called for.

    `candidates` and `raise_one` are apart, so that tests can let two watchers come between each other anywhere.
    """

    def __init__(self, executor: Executor, database: Database) -> None:
        """Remember where to look and whom to ask."""
        self._executor = executor
        self._streams = executor.streams
        self._database = database

    def watch(self, as_of: datetime | None = None) -> list[Outcome]:
        """Raise everything that is called for; see `Ledger.watch`."""
        raised: list[Outcome] = []
        refused: Refused | None = None
        for command in self.candidates(as_of):
            try:
                outcome = self.raise_one(command)
            except Refused as error:  # one case's; the others are not to wait for it
                refused = refused or error
                continue
            if outcome is not None:
                raised.append(outcome)
        if refused is not None:
            raise refused
        return raised

    def raise_one(self, command: Command) -> Outcome | None:
        """Ask for one; nothing comes back where it was done before, is no longer called for, or is left to people.

        Raises:
            Refused: by a rule that nobody thought of here.

        """
        result = self._executor.execute([[command]])[0]
        # The case went on since the facts were read; or its policy does not let the watch do this.
        if isinstance(result, WrongState | WrongTime | CommandReused | NotAuthorised):
            return None
        if isinstance(result, Refused):
            raise result
        return result[0] if result[0].events and not result[0].repeated else None

    def candidates(self, as_of: datetime | None = None) -> list[Command]:
        """Everything that is called for at a moment, now by default, and was not done when the facts were read.

        Raises:
            WrongTime: the moment lies in the future.

        """
        now = self._executor.clock()
        moment = aware(as_of, where="as_of") or now
        if moment > now:
            raise WrongTime("lies in the future", rule="time", right="a moment up to now", where="as_of")
        centers = self._centers()
        found = [*self._alerts(moment, centers), *self._shares(moment, centers)]
        found += [*self._repetitions(moment, centers), *self._confirmations(moment)]
        return found

    # Where to look

    def _rows(self, query: Executable) -> list[Any]:
        with self._database.transaction(write=False) as connection:
            return list(connection.execute(query))

    def _centers(self) -> dict[str, CenterState]:
        names = [row.case_id for row in self._rows(select(stored(CENTERS).c.case_id))]
        return {name: state for name in names if (state := self._streams.center(name)) is not None}

    def _histories(self, cases: Iterable[str]) -> Iterator[tuple[str, History]]:
        asked = list(dict.fromkeys(cases))
        for start in range(0, len(asked), _BATCH):
            yield from self._streams.histories(asked[start : start + _BATCH]).items()

    def _terms(self, history: History, moment: datetime, centers: dict[str, CenterState]) -> Terms | None:
        center = centers.get(history.state.center)
        ref = history.events[0].policy
        if center is None or ref is None:
            return None
        policy = center.policy_by(ref.digest)
        return Terms(now=moment, calendar=self._executor.calendar, policy=policy, center=center)

    # What is called for

    def _alerts(self, moment: datetime, centers: dict[str, CenterState]) -> Iterator[Command]:
        digests = [policy.ref.digest for policy in _policies(centers) if policy.alerts]
        if not digests:
            return
        rows = self._rows(called_for.may_call_for_alert(utc_text(moment), digests))
        for case, history in self._histories(row.case_id for row in rows):
            terms = self._terms(history, moment, centers)
            for level, reason in to_raise(history.state, terms, moment) if terms else ():
                yield RaiseAlert(
                    actor=WATCH, command_id=_id("alert", case, level), case=case, level=level, reason=reason
                )

    def _shares(self, moment: datetime, centers: dict[str, CenterState]) -> Iterator[Command]:
        """The same issue in so many of all households, of a project or of the company (GP-5)."""
        for rule, digests in _share_rules(_policies(centers)).items():
            since = utc_text(_months_before(moment, rule.months))
            rows = self._rows(called_for.households(since, utc_text(moment), digests))
            raised = {(row.category, row.scope) for row in self._rows(called_for.shares_raised(since))}
            for (category, scope), homes in _by_scope(rows).items():
                total = _households(scope, centers)
                case = _reached(homes, total, rule)
                if case is not None and (category, scope) not in raised:
                    yield RaiseAlert(
                        actor=WATCH,
                        command_id=_id("alert", case, AlertLevel.RED),
                        case=case,
                        level=AlertLevel.RED,
                        reason=AlertReason.SHARE,
                        counted=len(homes),
                        households=total,
                        scope=scope,
                    )

    def _repetitions(self, moment: datetime, centers: dict[str, CenterState]) -> Iterator[Command]:
        rules = {policy.ref.digest: policy.repetition for policy in _policies(centers) if policy.repetition}
        if not rules:
            return
        alike = list(dict.fromkeys(fields for rule in rules.values() for fields in rule.alike))
        since = f"{_months_before(moment, max(map(_months_of, rules.values())) + _BELATED):%Y-%m}"
        pairs = self._rows(called_for.may_repeat(since, utc_text(moment), list(rules), alike))
        known = dict(self._histories(case for pair in pairs for case in (pair.case_id, pair.by_case)))
        for pair in pairs:
            earlier, later = known[pair.case_id], known[pair.by_case].state
            terms = self._terms(earlier, moment, centers)
            if terms and could_repeat(earlier.state) and repeats(later.accepted, earlier.state, terms):
                command_id = _id("repeat", pair.case_id, pair.by_case)
                yield TreatAsUnsatisfied(actor=WATCH, command_id=command_id, case=pair.case_id, by_case=pair.by_case)

    def _confirmations(self, moment: datetime) -> Iterator[Command]:
        for row in self._rows(called_for.provisional(utc_text(moment))):
            command_id = _id("confirm", row.case_id, self._executor.calendar.edition)
            yield ConfirmDeadlines(actor=WATCH, command_id=command_id, case=row.case_id)


def _policies(centers: dict[str, CenterState]) -> list[Policy]:
    found = {policy.ref.digest: policy for state in centers.values() for _, policy in state.policies}
    return [found[digest] for digest in sorted(found)]


def _months_of(rule: Repetition) -> int:
    """How many months after handling an opinion may be the same again (OP-12); rather too many than too few."""
    return -(-rule.within.amount // _IN_A_MONTH[rule.within.unit])


def _share_rules(policies: Iterable[Policy]) -> dict[ShareRule, list[str]]:
    """The rules about shares of households, each with the policies (digests) that have it; several may share one."""
    found: dict[ShareRule, list[str]] = defaultdict(list)
    for policy in policies:
        if policy.alerts and policy.alerts.share:
            found[policy.alerts.share].append(policy.ref.digest)
    return found


def _by_scope(rows: Sequence[Any]) -> dict[tuple[str, str], list[Household]]:
    """By category and scope the distinct households, each with its first case, in the order in which they came."""
    first: dict[tuple[str, str], dict[str, Household]] = defaultdict(dict)
    for row in sorted(rows, key=lambda one: (one.accepted_at, one.case_id)):
        home = Household(row.unit, row.case_id, row.accepted_at)
        scopes = [COMPANY] if row.estate is None else [COMPANY, f"{row.center}:{row.estate}"]
        for scope in scopes:
            first[row.category, scope].setdefault(row.unit, home)
    return {key: list(homes.values()) for key, homes in first.items()}


def _households(scope: str, centers: dict[str, CenterState]) -> int | None:
    """All households of the company, or of a project where they are known by project; none where they are not."""
    if scope == COMPANY:
        totals = [state.total_households for state in centers.values()]
        return None if None in totals else sum(total for total in totals if total is not None)
    center, _, estate = scope.rpartition(":")
    return centers[center].households_of(estate)


def _reached(homes: Sequence[Household], total: int | None, rule: ShareRule) -> str | None:
    """The case by which the share was reached: that of the household that made it so many (GP-5)."""
    if not total:
        return None
    needed = -(-total * rule.percent // 100)
    place = max(1, int(needed))
    return homes[place - 1].case if place <= len(homes) else None


def _months_before(moment: datetime, months: int) -> datetime:
    day = months_after(moment.date(), -months)
    return moment.replace(year=day.year, month=day.month, day=day.day)


def _id(kind: str, case: str, what: str) -> str:
    """The id of a command, the same in every run and for every watcher."""
    return f"cmd:{kind}-{sha256(f'{case}|{what}'.encode()).hexdigest()[:40]}"
