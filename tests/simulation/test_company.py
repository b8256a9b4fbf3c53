"""The simulated company is believable: its edges are there, its figures are those of what was asked of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caseledger.adapters.history import History
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.domain.access import PersonalDataRevealed
from caseledger.domain.catalogue import EVENTS
from caseledger.domain.center_events import EstateHouseholdsReported, GroupSummarySigned, OpinionsReviewed
from caseledger.domain.event import Recorded
from caseledger.domain.opinion import alerts, deadlines, not_ours, platform, repetition
from caseledger.domain.opinion.events import CalledBack, OpinionAccepted, OpinionEnded
from caseledger.domain.opinion.state import OpinionState
from caseledger.domain.values import Role, Way
from scripts.simulation.company import Company
from scripts.simulation.people import centers
from scripts.simulation.recording import EntryClock, record
from scripts.simulation.story import Step

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTHS = [f"2023-{month:02d}" for month in range(9, 13)] + [f"2024-{month:02d}" for month in range(1, 10)]
A_DAY = timedelta(days=1)


@dataclass
class Lived:
    """A company that has lived, with what was asked and what the ledger holds of it."""

    ledger: Ledger
    steps: list[Step]
    opinions: dict[str, OpinionState]
    events: list[Recorded]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """Two centers of some 400 households, from September to the September of the next year."""
    clock = EntryClock()
    path: Path = tmp_path_factory.mktemp("company") / "ledger.db"
    with Ledger(f"sqlite:///{path}", clock=clock, keys=MemoryKeyStore()) as ledger:
        company = Company(3, centers(3, 2, 400, 12), load("w08").values, (2023, 9))
        steps = list(company.steps(len(MONTHS)))
        record(ledger, clock, steps, batch=1000)
        app = ledger._app
        told = list(app.recorder.select_notifications(1, 10_000_000))
        histories: dict[str, History] = app.streams.histories(dict.fromkeys(str(one.originator_id) for one in told))
        events = [histories[str(one.originator_id)].events[one.originator_version - 1] for one in told]
        opinions = {case: history.state for case, history in histories.items() if case.startswith("opinion:")}
        yield Lived(ledger, steps, opinions, events)


def local(moment: datetime) -> datetime:
    """Its date and time in Shenzhen."""
    return moment.astimezone(SHANGHAI)


def accepted(lived: Lived) -> list[Recorded]:
    """The acceptances of opinions."""
    return [record for record in lived.events if isinstance(record.event, OpinionAccepted)]


def test_everything_that_can_happen_to_a_case_happens(lived: Lived) -> None:
    """All but looks, what only the group's policy asks for, and what the watch and the weekly reviews find."""
    themes = (alerts.THEME, deadlines.THEME, not_ours.THEME, platform.THEME, repetition.THEME)
    beside = (EstateHouseholdsReported, OpinionsReviewed, GroupSummarySigned, PersonalDataRevealed)
    elsewhere = {event.name for event in beside} | {event.name for theme in themes for event in theme.events}
    assert set(EVENTS) - {record.name for record in lived.events} == elsewhere


def test_time_goes_forward_and_nothing_is_recorded_before_it_happens(lived: Lived) -> None:
    recorded = [record.recorded_at for record in lived.events]
    assert recorded == sorted(recorded)
    assert all(record.event.occurred_at <= record.recorded_at for record in lived.events)
    assert len(set(recorded)) > len(lived.steps) / 2  # not all at the end of a batch


def test_what_is_entered_over_a_day_late_gives_a_reason_and_nothing_else_does(lived: Lived) -> None:
    late = [r for r in lived.events if r.recorded_at - r.event.occurred_at > A_DAY and not r.name.startswith("center")]
    reasons = {str(record.late_reason) for record in late}
    assert None not in {record.late_reason for record in late}
    assert {"paper_record", "outage", "forgotten"} <= reasons
    assert all(r.late_reason is None for r in lived.events if r.recorded_at - r.event.occurred_at <= A_DAY)


def test_what_the_duty_staff_takes_in_at_night_is_entered_in_the_morning(lived: Lived) -> None:
    night = [r for r in accepted(lived) if local(r.event.occurred_at).hour >= 21 or local(r.event.occurred_at).hour < 7]
    assert len(night) > len(accepted(lived)) / 20
    assert {record.actor.role for record in night} == {Role.DUTY_STAFF}
    in_time = [record for record in night if record.late_reason is None]
    assert {local(record.recorded_at).hour for record in in_time} == {7}


def test_some_responses_plans_and_callbacks_are_late_and_most_are_not(lived: Lived) -> None:
    late: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for month in MONTHS:
        for row in lived.ledger.figures.timeliness(month, by="clock"):
            late[row.clock] += row.late + row.overdue
            every[row.clock] += row.due
    for clock in ("response", "plan", "handling", "callback", "arrival", "order_callback"):
        assert 0 < late[clock] < every[clock] / 2, clock


def test_the_same_customer_comes_again_with_the_same_and_some_cases_open_an_earlier_one_anew(lived: Lived) -> None:
    cases = [state.accepted for state in lived.opinions.values() if state.is_complaint and state.accepted.customer]
    again = Counter((case.customer, case.category) for case in cases)
    assert again.most_common(1)[0][1] > 1
    assert any(case.linked_to for case in cases)


def test_some_cases_are_handled_again_after_the_callback(lived: Lived) -> None:
    assert {len(state.turns) for state in lived.opinions.values()} >= {1, 2, 3}


def test_who_cannot_be_called_back_has_the_case_ended_with_an_explanation(lived: Lived) -> None:
    nameless = [s for s in lived.opinions.values() if s.accepted.wanted_way is Way.NONE]
    ended = [state for state in nameless if state.ended_at]
    assert ended
    assert {str(state.ending) for state in ended} == {"with_explanation"}
    assert not any(state.callbacks or state.accepted.customer for state in nameless)
    unreached = [
        state
        for state in lived.opinions.values()
        if state.ended_at and state.accepted.customer and state.flow and not state.callbacks
    ]
    assert unreached


def test_complaints_come_in_the_last_minutes_of_a_month_and_are_entered_in_the_next(lived: Lived) -> None:
    last = [
        r for r in accepted(lived) if local(r.event.occurred_at + timedelta(minutes=10)).month != r.local_date.month
    ]
    assert {f"{record.local_date:%Y-%m}" for record in last} == set(MONTHS[:-1])
    assert all(local(record.recorded_at).month != record.local_date.month for record in last)
    numbers = [record.event.number for record in last if isinstance(record.event, OpinionAccepted)]
    assert all(f"{record.local_date:%Y%m}" in number for record, number in zip(last, numbers, strict=True))


def test_complaints_come_in_the_first_seconds_of_a_month(lived: Lived) -> None:
    first = [r for r in accepted(lived) if local(r.event.occurred_at).strftime("%d %H:%M") == "01 00:00"]
    assert len({record.local_date for record in first}) > len(MONTHS) / 3
    assert any(local(record.event.occurred_at).second == 0 for record in first)


def test_a_complaint_before_the_national_day_has_its_plan_due_after_the_holidays(lived: Lived) -> None:
    before = [r.event for r in accepted(lived) if r.local_date.isoformat() == "2023-09-30"]
    dues = [local(e.plan_due_at).date() for e in before if isinstance(e, OpinionAccepted) and e.plan_due_at]
    # The holidays of 2023 ran to 6 October; 7 and 8 October, a weekend, were worked to make up for them: three working
    # days end on the 9th, the seven of a complaint to the company on the 13th.
    assert dues
    assert {due.isoformat() for due in dues} <= {"2023-10-09", "2023-10-13"}
    assert any("2023-10-01" <= record.local_date.isoformat() <= "2023-10-06" for record in accepted(lived))


def test_a_complaint_in_the_last_second_of_the_year_is_the_old_years_and_is_entered_in_the_new(lived: Lived) -> None:
    last = [r for r in accepted(lived) if f"{local(r.event.occurred_at):%m-%d %H:%M:%S}" == "12-31 23:59:59"]
    assert last
    assert all(record.local_date.isoformat() == "2023-12-31" for record in last)
    assert all(local(record.recorded_at).year == 2024 for record in last)


def test_accepted_cases_are_reported_in_their_month_by_kind(lived: Lived) -> None:
    asked: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for step in lived.steps:
        if step.command == "accept_opinion":
            asked[f"{local(step.happened):%Y-%m}", step.values["center"]][step.values["kind"]] += 1
    for month in MONTHS:
        for row in lived.ledger.figures.monthly(month):
            kinds = asked[month, str(row.group)]
            told = (row.inquiries, row.suggestions, row.complaints, row.praise)
            assert told == tuple(kinds[kind] for kind in ("inquiry", "suggestion", "complaint", "praise"))
            assert row.accepted == kinds.total()


def test_the_monthly_reports_are_plausible(lived: Lived) -> None:
    rows = {(month, row.group): row for month in MONTHS for row in lived.ledger.figures.monthly(month)}
    total: Counter[str] = Counter()
    for row in rows.values():
        total.update({name: value for name in row.__slots__ if isinstance(value := getattr(row, name), int)})
    assert total["complaints"] > total["accepted"] / 2
    assert total["valid"] > total["invalid"] + total["third_party"]
    assert 0.8 < total["response_in_time"] / total["response_due"] < 1
    assert 0.7 < total["plan_in_time"] / total["plan_due"] < 1
    assert 0.8 < total["called_back"] / total["to_call_back"] < 1
    assert 0.7 < total["outcome"] / total["outcome_answers"] < 0.95
    assert 0.05 < total["rehandled"] / total["to_call_back"] < 0.35


def test_what_is_open_at_a_months_end_is_carried_over_to_the_next(lived: Lived) -> None:
    for month, following in pairwise(MONTHS):
        end = {row.group: row.open_at_month_end for row in lived.ledger.figures.monthly(month)}
        start = {row.group: row.carried_over for row in lived.ledger.figures.monthly(following)}
        assert end == start


def test_the_last_months_cases_are_still_open_and_the_facts_are_right(lived: Lived) -> None:
    assert any(state.is_open for state in lived.opinions.values())
    assert lived.ledger.check().is_clean


def test_a_callback_is_never_made_where_it_could_not_be(lived: Lived) -> None:
    ways: Any = {record.event.way for record in lived.events if isinstance(record.event, CalledBack)}
    assert Way.NONE not in ways
    explained = [r for r in lived.events if isinstance(r.event, OpinionEnded) and r.event.explanation is not None]
    assert explained
