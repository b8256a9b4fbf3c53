"""Figures, targets and the trail of what commands recorded; the manual's printed survey comes out of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, table, text

from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.adapters.store.engine import connect
from caseledger.domain.catalogue import EVENTS, command_from
from caseledger.domain.event import Actor
from caseledger.domain.refusal import Refused, UnknownCase
from caseledger.domain.values import Role
from caseledger.projections.clauses import EDITIONS, clause_rows
from caseledger.projections.reports import VIEWS
from caseledger.projections.reports.trail import TrailEntry
from tests.stories import CENTER, START, actor, one_of_each
from tests.telling import SetClock


@pytest.fixture
def ledger(database_url: str) -> Iterator[Ledger]:
    clock = SetClock()
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as ledger:
        for told in one_of_each():
            clock.now = told.at
            ledger.do(told.command)
        yield ledger


def test_what_was_known_earlier_is_told_from_the_events_recorded_by_then(ledger: Ledger) -> None:
    after_all = START + timedelta(days=1)
    now = ledger.figures.timeliness("2026-03", as_of=after_all)
    assert ledger.figures.timeliness("2026-03", as_of=after_all, known_at=after_all) == now
    assert ledger.figures.monthly("2026-03", known_at=after_all) == ledger.figures.monthly("2026-03", as_of=after_all)
    assert ledger.figures.callbacks("2026-03", known_at=after_all) == ledger.figures.callbacks(
        "2026-03", as_of=after_all
    )
    assert ledger.figures.monthly("2026-03", known_at=START) == []
    assert ledger.figures.surveys(known_at=START) == []


def test_targets_of_the_policy_in_force_stand_beside_the_rates(ledger: Ledger) -> None:
    opinion, order = ledger.figures.callbacks("2026-03", as_of=START + timedelta(days=1))
    assert (opinion.subject, opinion.to_call_back, opinion.called_back) == ("opinion", 1, 1)
    assert opinion.target == Decimal(100)
    assert (order.subject, order.rate, order.target) == ("order", Decimal(100), Decimal(60))
    assert (order.visit_rate, order.visit_target) == (Decimal(100), Decimal(40))


def test_targets_that_were_not_adopted_yet_by_the_moment_of_knowledge_do_not_count(
    ledger: Ledger, database_url: str
) -> None:
    before = START + timedelta(days=1)
    values = load("w08").values
    eased = {name: {**one, "percent": "50"} for name, one in values["targets"].items()}
    adopted = {"center": CENTER, "policy": {**values, "version": "11", "targets": eased}}
    with Ledger(database_url, clock=SetClock(before + timedelta(days=1)), keys=MemoryKeyStore()) as later:
        later.do(command_from("adopt_policy", {"command_id": "cmd:eased", "actor": actor("manager"), **adopted}))

    def target(known_at: datetime | None) -> Decimal | None:
        return ledger.figures.callbacks("2026-03", as_of=before, known_at=known_at)[0].target

    assert (target(None), target(before + timedelta(days=2)), target(before)) == (
        Decimal(50),
        Decimal(50),
        Decimal(100),
    )


def test_the_trail_tells_who_did_what_when_and_names_the_clauses(ledger: Ledger) -> None:
    entries = list(ledger.figures.trail("opinion:story-1"))
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    accepted = entries[0]
    assert (accepted.event, accepted.actor, accepted.role) == ("opinion.accepted.v1", "staff:acceptor", "acceptor")
    assert accepted.recorded_at - accepted.occurred_at == timedelta(seconds=30)
    assert accepted.policy == "w08 10"
    assert "9001:2015 8.2.1" in accepted.clauses
    assert "9001:2008 7.2.3" in accepted.clauses
    (only,) = {
        clause.partition(" ")[0] for entry in ledger.figures.trail(edition="10002:2018") for clause in entry.clauses
    }
    assert only == "10002:2018"
    with pytest.raises(Refused, match="no clauses of '9001:2035' are on file"):
        ledger.figures.trail(edition="9001:2035")


def test_the_trail_of_a_number_and_of_a_time_and_its_pages(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = ledger.figures.find(unit="unit:3-1201", status="ended", limit=1)
    assert [one.case for one in ledger.figures.trail(found.number)] == [
        one.case for one in ledger.figures.trail(found.case)
    ]
    with pytest.raises(UnknownCase, match="opinion:none is not in the ledger"):
        ledger.figures.trail("opinion:none")
    everything_told = list(ledger.figures.trail())
    monkeypatch.setattr("caseledger.adapters.trailing.PAGE", 7)
    assert list(ledger.figures.trail()) == everything_told
    assert list(ledger.figures.trail(limit=15)) == everything_told[:15]
    assert ledger.figures.trail_size() == len(everything_told)
    assert ledger.figures.number_found() == len(ledger.find())
    assert ledger.figures.number_found(unit="unit:3-1201", status="ended") == 2  # an opinion and an order
    cut = everything_told[20].recorded_at
    assert ledger.figures.trail_size(until=cut) == sum(one.recorded_at <= cut for one in everything_told)
    assert list(ledger.figures.trail(until=cut)) == [one for one in everything_told if one.recorded_at <= cut]
    assert list(ledger.figures.trail(since=cut)) == [one for one in everything_told if one.recorded_at >= cut]


def test_the_trail_is_asked_for_a_clause_an_event_a_person_a_center_and_what_came_late(ledger: Ledger) -> None:
    def trail(**asked: Any) -> list[TrailEntry]:
        found = list(ledger.figures.trail(**asked))
        assert ledger.figures.trail_size(**asked) == len(found)
        return found

    every = trail()
    responded = [one for one in every if one.event in {"opinion.responded.v1", "opinion.contact_made.v1"}]
    assert trail(clause="10002:2018 7.4") == responded
    assert [one.position for one in trail(clause="7.4", edition="10002:2018")] == [one.position for one in responded]
    assert responded[0].evidence_zh == "首次回复"
    assert responded[0].evidence_en == "first response"
    assert trail(event="opinion.responded") == trail(event="opinion.responded.v1") == responded[:1]
    assert trail(clause="9001:2015 8.2.1", event="order.requested") == []
    assert trail(actor="staff:acceptor") == [one for one in every if one.actor == "staff:acceptor"] != []
    assert trail(role="manager") == [one for one in every if one.role == "manager"] != []
    assert trail(center=CENTER) == every
    assert trail(late=True) == [one for one in every if one.late_reason]
    numbers = {one.case: one.number for one in every if one.number}
    assert numbers == {one.case: one.number for one in ledger.find()}
    for wrong in ({"clause": "99.9"}, {"event": "opinion.vanished"}, {"center": "no center"}):
        with pytest.raises(Refused):
            trail(**wrong)


def test_a_look_at_personal_words_is_in_the_trail_of_its_case(ledger: Ledger) -> None:
    before = list(ledger.figures.trail("opinion:story-1"))
    ledger.reveal("opinion:story-1", actor=Actor(id="staff:qa", role=Role.QA_OFFICER), purpose="audit")
    *others, look = ledger.figures.trail("opinion:story-1")
    assert others == before
    assert (look.case, look.event, look.actor) == ("access:opinion:story-1", "access.revealed.v1", "staff:qa")
    assert look.number == before[0].number
    assert list(ledger.figures.trail(event="access.revealed")) == [look]
    assert look in list(ledger.figures.trail(center=CENTER))


def test_every_event_is_evidence_for_something_in_each_edition_that_has_a_row_for_it() -> None:
    shown = {row["event_name"] for row in clause_rows()}
    assert shown == set(EVENTS)
    assert {row["edition"] for row in clause_rows()} == set(EDITIONS)


def test_the_views_can_be_read_by_anyone_and_hold_the_same_rows(ledger: Ledger, database_url: str) -> None:
    engine = connect(database_url)
    with engine.connect() as connection:
        count = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in VIEWS}
        clocks = connection.execute(text("select clock, count(*) from report_timeliness group by clock order by clock"))
        assert [tuple(row) for row in clocks] == [
            ("arrival", 1),
            ("callback", 2),
            ("follow_up", 2),
            ("handling", 1),
            ("order_callback", 1),
            ("plan", 1),
            ("response", 1),
        ]
        total = connection.execute(
            text("select percent from report_survey_rates where place = 0 order by case_id")
        ).scalars()
        assert [Decimal(one) for one in total] == [Decimal("87.5"), Decimal(50)]
        trailed = connection.execute(text("select count(distinct position) from report_audit_trail")).scalar_one()
    engine.dispose()
    assert count["report_monthly_opinions"] == 1
    assert count["report_callback_rates"] == 2
    assert count["report_survey_rates"] == 6
    assert trailed == len(list(ledger.figures.trail()))


TABLE_1 = {  # W08-05 table 1: satisfied, basically satisfied, unsatisfied of 200 households; the printed rate
    "overall": (120, 71, 9, "95.5"),
    "cleaning": (95, 82, 23, "88.5"),
    "greening": (118, 79, 3, "98.5"),
    "security": (145, 50, 5, "97.5"),
    "equipment": (68, 82, 50, "75"),
    "facilities": (150, 48, 2, "99"),
    "repair": (124, 46, 30, "85"),
}


def test_the_manuals_printed_figures_come_out_of_the_survey(database_url: str) -> None:
    steps: list[tuple[str, str, dict[str, Any]]] = [
        (
            "register_center",
            "manager",
            {
                "center": CENTER,
                "label": "锦绣花园服务中心",
                "estates": [{"id": "jinxiu", "label": "锦绣花园"}],
                "total_households": 400,
                "resident_households": 400,
            },
        ),
        ("adopt_policy", "manager", {"center": CENTER, "policy": load("w08").values}),
        (
            "approve_survey_form",
            "qa",
            {
                "center": CENTER,
                "case": "survey:1",
                "title": "年度顾客意见调查",
                "items": [{"item": item, "label": {"zh": item, "en": item}} for item in TABLE_1],
            },
        ),
        ("distribute_survey", "steward", {"case": "survey:1", "forms": 200}),
        (
            "record_survey_counts",
            "assistant",
            {
                "case": "survey:1",
                "returned": 200,
                "counts": {
                    item: {"satisfied": one, "basically_satisfied": two, "unsatisfied": three}
                    for item, (one, two, three, _) in TABLE_1.items()
                },
            },
        ),
        ("close_survey", "manager", {"case": "survey:1"}),
    ]
    clock = SetClock()
    with Ledger(database_url, clock=clock, keys=MemoryKeyStore()) as ledger:
        for number, (name, role, values) in enumerate(steps):
            clock.now = START + timedelta(hours=number)
            ledger.do(command_from(name, {"actor": actor(role), **values}))
        *items, total = ledger.figures.surveys("2026-03")
        assert ledger.figures.surveys("2026-02") == []
        other = {"center": "center:other", "label": "锦绣花园二期", "estates": [{"id": "erqi", "label": "二期"}]}
        ledger.do(command_from("register_center", {"command_id": "cmd:other", "actor": actor("manager"), **other}))
        assert ledger.figures.surveys(center="center:other") == []
    assert {row.item: row.percent for row in items} == {item: Decimal(one[3]) for item, one in TABLE_1.items()}
    assert all(row.denominator == row.returned == 200 for row in items)
    assert (total.item, total.percent) == (None, Decimal("91.29"))
    assert (total.numerator, total.denominator, total.method) == (1278, 1400, "of_returned")
    assert (total.satisfied, total.basically_satisfied, total.unsatisfied) == (820, 458, 122)
