"""The list for corrective action: which cases, why, since when, and whether action was recorded (OP-15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import column, select, table

from caseledger import Ledger
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.testing import (
    StandingClock,
    accept,
    adopt,
    approve,
    assess,
    at,
    correct_assessment,
    end,
    finish,
    merge,
    propose,
    record_action,
    register,
)
from caseledger.domain.command import Command
from caseledger.domain.refusal import Refused
from caseledger.domain.values import LateReason

TOLD = (
    # Case 1 is of larger effect by its acceptance, and a second complaint on the same matter comes before its end.
    accept("2026-03-02 09:00", severity="common", category="noise"),
    accept("2026-03-02 10:00", case="opinion:2", category="noise"),
    merge("2026-03-02 11:00"),
    # Case 3 is handled, ends without a callback, and the like of it comes again within a month.
    accept("2026-03-03 09:00", case="opinion:3", category="pets", unit="unit:1"),
    assess("2026-03-03 09:30", case="opinion:3"),
    propose("2026-03-03 10:00", case="opinion:3"),
    approve("2026-03-03 11:00", case="opinion:3"),
    finish("2026-03-03 16:00", case="opinion:3"),
    end("2026-03-03 17:00", case="opinion:3", explanation="未留联系方式"),
    accept("2026-03-20 09:00", case="opinion:4", category="pets", unit="unit:1"),
    # Case 5 was judged major by mistake; case 6 is praise, case 7 general.
    accept("2026-04-01 09:00", case="opinion:5", category="greening"),
    assess("2026-04-01 09:30", case="opinion:5", severity="major"),
    correct_assessment("2026-04-01 10:30", case="opinion:5", validity="valid", severity="general"),
    accept("2026-04-01 09:00", case="opinion:6", kind="praise", severity="major"),
    accept("2026-04-01 09:00", case="opinion:7", severity="general"),
)


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    """The cases above, with what the watch found on 20 March at noon; the clock stands at the end of April."""
    clock = StandingClock(at("2026-03-02 08:00"))
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as begun:
        for told in (register(), adopt(), *TOLD):
            clock.now = max(clock.now, told.occurred_at or clock.now) + timedelta(minutes=1)
            begun.do(told.model_copy(update={"late_reason": LateReason.PAPER_RECORD}))
            if getattr(told, "case", None) == "opinion:4":
                clock.now = at("2026-03-20 12:00")
                begun.watch()
        clock.now = at("2026-04-30 12:00")
        yield begun


def tell(ledger: Ledger, *told: Command) -> None:
    """Record it, late as it may be."""
    for command in told:
        ledger.do(command.model_copy(update={"late_reason": LateReason.PAPER_RECORD}))


def listed(ledger: Ledger, **asked: Any) -> list[tuple[str, str, str | None]]:
    return [(row.case, row.reason.value, row.by_case) for row in ledger.figures.corrective_actions(**asked)]


def test_cases_are_listed_with_the_reason_the_earliest_first(ledger: Ledger) -> None:
    """OP-15: by hand from the cases above."""
    assert listed(ledger) == [
        ("opinion:1", "severity", None),
        ("opinion:1", "second_complaint", "opinion:2"),
        ("opinion:3", "came_again", "opinion:4"),
    ]
    since = [row.since for row in ledger.figures.corrective_actions()]
    assert since == [at("2026-03-02 09:00"), at("2026-03-02 11:00"), at("2026-03-20 12:00")]


def test_an_action_that_was_recorded_is_shown_and_no_longer_waited_for(ledger: Ledger) -> None:
    """OP-15: one action answers all that called for it until then."""
    tell(ledger, record_action("2026-04-02 08:00", record="ca:9"))
    first, second, third = ledger.figures.corrective_actions()
    assert {(row.action, row.taken_at, row.taken_by, row.record) for row in (first, second)} == {
        ("corrective", at("2026-04-02 08:00"), "staff:manager", "ca:9")
    }
    assert third.action is None
    assert listed(ledger, waiting=True) == [("opinion:3", "came_again", "opinion:4")]
    before = ledger.figures.corrective_actions(waiting=True, known_at=at("2026-04-30 11:59"))
    assert [row.case for row in before] == ["opinion:1", "opinion:1", "opinion:3"]


def test_the_months_are_those_in_which_it_was_called_for(ledger: Ledger) -> None:
    assert len(listed(ledger, month="2026-03")) == 3
    assert listed(ledger, month="2026-04") == []


def test_another_center_has_its_own_list(ledger: Ledger) -> None:
    theirs = {"center": "center:sz02", "command_id": None}
    tell(ledger, register(**theirs), adopt(**theirs))
    assert listed(ledger, center="center:sz02") == []
    assert len(listed(ledger, center="center:sz01")) == 3


def test_it_is_due_once_a_case_for_those_who_may_record_it_without_a_time(ledger: Ledger) -> None:
    """OP-15: 及时, without a number of days; the responsible person, not the handler."""
    due = [step for step in ledger.due() if step.step == "take_action"]
    assert [(step.case, step.until, step.command) for step in due] == [
        ("opinion:1", None, "record_corrective_action"),
        ("opinion:3", None, "record_corrective_action"),
    ]
    assert {role.value for role in due[0].roles} >= {"manager", "qa"}
    assert "take_action" not in {step.step for step in ledger.due(role="handler")}


def test_it_is_still_due_when_the_case_has_ended(ledger: Ledger) -> None:
    tell(ledger, end("2026-04-02 08:00", explanation="外单位施工"))
    assert [step.step.value for step in ledger.due() if step.case == "opinion:1"] == ["take_action"]


def test_the_facts_say_what_the_events_say_also_rebuilt(ledger: Ledger) -> None:
    tell(ledger, record_action("2026-04-02 08:00"), record_action("2026-04-02 08:30", kind="preventive"))
    assert ledger.check().is_clean
    before = ledger.figures.corrective_actions()
    ledger.rebuild(["fact_corrective_calls", "fact_corrective_actions"])
    assert ledger.check().is_clean
    assert ledger.figures.corrective_actions() == before


def test_the_view_shows_the_same_and_the_policy_that_governs_the_case(ledger: Ledger) -> None:
    tell(ledger, record_action("2026-04-02 08:00"))
    view = table("report_corrective_actions", *map(column, ("case_id", "reason", "taken_by", "policy_name", "call")))
    with ledger._database.transaction(write=False) as connection:
        rows = connection.execute(select(view).order_by(view.c.case_id, view.c.call)).all()
    assert [tuple(row)[:4] for row in rows] == [
        ("opinion:1", "severity", "staff:manager", "w08"),
        ("opinion:1", "second_complaint", "staff:manager", "w08"),
        ("opinion:3", "came_again", None, "w08"),
    ]
    assert {row.policies for row in ledger.figures.corrective_actions()} == {("w08 10",)}


def test_what_cannot_be_asked_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Refused, match="is no month"):
        ledger.figures.corrective_actions("2026-13")
    with pytest.raises(Refused, match="no id"):
        ledger.figures.corrective_actions(center="ein zentrum")
