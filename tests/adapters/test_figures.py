"""Figures on facts written down by hand: each expected count was counted by hand from the rows above it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import column, literal_column, select, table

from caseledger.adapters.store.engine import connect
from caseledger.domain.refusal import Refused, UnknownCase, UnknownCode
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.facts.orders import ORDERS
from caseledger.projections.facts.surveys import SURVEYS
from caseledger.projections.reports.statuses import STATUSES
from caseledger.projections.reports.timeliness import Timeliness
from caseledger.projections.vocabulary import Facts as Declaration
from tests.handwritten import House, at, moment


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    engine = connect(database_url)
    yield House(engine)
    engine.dispose()


def of(house: House, clock: str, as_of: datetime | None = None) -> Timeliness:
    (row,) = [row for row in house.figures.timeliness("2026-03", as_of=as_of) if row.clock == clock]
    return row


def test_each_verdict_is_counted_and_each_rate_divides_by_what_its_name_says(house: House) -> None:
    due = {"response_due_at": at(2, 10)}
    house.opinion(**due, responded_at=at(2, 10))  # on the minute: in time
    house.opinion(**due, responded_at=at(2, 9, 30))  # in time
    house.opinion(**due, responded_at=at(2, 10, 1))  # late
    house.opinion(**due)  # overdue
    house.opinion(**due, ended_at=at(3, 9))  # ended, its response overdue then: closing does not erase it
    house.opinion(**due, ended_at=at(2, 9, 20))  # ended before it was due
    house.opinion(response_due_at="2026-05-01T00:00:00.000000Z")  # runs
    house.opinion()  # without target
    row = of(house, "response")
    assert (row.in_time, row.late, row.overdue, row.lapsed, row.running, row.without_target) == (2, 1, 2, 1, 1, 1)
    assert (row.cases, row.done, row.due, row.with_target) == (8, 3, 5, 7)
    assert (row.in_time_of_done, row.in_time_of_due) == (Decimal("66.67"), Decimal("40.00"))
    assert row.in_time_of_all == Decimal("28.57")


def test_without_a_denominator_there_is_no_rate(house: House) -> None:
    house.opinion()
    row = of(house, "response")
    assert (row.done, row.due, row.with_target) == (0, 0, 0)
    assert (row.in_time_of_done, row.in_time_of_due, row.in_time_of_all) == (None, None, None)


def test_as_of_an_earlier_moment_what_was_done_later_is_not_done(house: House) -> None:
    house.opinion(response_due_at=at(2, 10), responded_at=at(2, 11))
    house.opinion(accepted_at=at(2, 12), response_due_at=at(2, 13))
    before, between, after = (of(house, "response", as_of=moment(2, hour, 30)) for hour in (9, 10, 12))
    assert (before.running, before.overdue, before.late, before.cases) == (1, 0, 0, 1)
    assert (between.running, between.overdue, between.late, between.cases) == (0, 1, 0, 1)
    assert (after.running, after.overdue, after.late, after.cases) == (1, 0, 1, 2)


def test_an_invalid_complaint_and_praise_have_no_plan_clock(house: House) -> None:
    house.opinion(plan_due_at=at(5, 16))
    house.opinion(plan_due_at=at(5, 16), validity="invalid", flow=False, assessed_at=at(3, 9))
    house.opinion(plan_due_at=at(5, 16), validity="valid", flow=True, assessed_at=at(3, 9), plan_proposed_at=at(4, 9))
    house.opinion(kind="praise")
    row = of(house, "plan")
    assert (row.in_time, row.overdue, row.cases) == (1, 1, 2)


def test_a_plan_that_was_owed_before_the_complaint_was_judged_invalid_was_owed(house: House) -> None:
    house.opinion(plan_due_at=at(5, 16), validity="invalid", flow=False, assessed_at=at(20, 9))
    then = next(r for r in house.figures.timeliness("2026-03", as_of=moment(10, 0)) if r.clock == "plan")
    assert (then.overdue, then.cases) == (1, 1)
    assert of(house, "plan").overdue == 1


def test_the_handling_clock_stops_at_the_first_result_else_at_the_end(house: House) -> None:
    due = {"handling_due_at": at(10, 0)}
    house.opinion(
        **due, first_finished_at=at(9, 0), finished_at=at(20, 0), turns=2
    )  # in time; the second turn is later
    house.opinion(**due, ended_at=at(11, 0))  # ended without a result, late
    house.opinion(**due, ended_at=at(9, 0))  # the same, in time
    row = of(house, "handling")
    assert (row.in_time, row.late, row.cases) == (2, 1, 3)


def test_each_turn_of_handling_has_its_own_callback_clock(house: House) -> None:
    case = house.opinion()
    house.turn(case, turn=1, finished_at=at(5, 9), callback_due_at=at(7, 15), called_back_at=at(6, 9))
    house.turn(case, turn=2, finished_at=at(8, 9), callback_due_at=at(10, 15))
    house.turn(case, turn=3)  # not finished: no callback is due
    row = of(house, "callback")
    assert (row.in_time, row.overdue, row.cases) == (1, 1, 2)


def test_orders_have_arrival_and_callback_clocks(house: House) -> None:
    house.order(received_at=at(2, 9), arrival_due_at=at(2, 9, 30), arrived_at=at(2, 9, 31))
    house.order(
        received_at=at(2, 9),
        arrival_due_at=at(2, 9, 30),
        arrived_at=at(2, 9, 20),
        completed_at=at(2, 10),
        callback_due_at=at(4, 15),
        called_back_at=at(4, 15),
    )
    house.order()
    arrival, callback = of(house, "arrival"), of(house, "order_callback")
    assert (arrival.in_time, arrival.late, arrival.cases) == (1, 1, 2)
    assert (callback.in_time, callback.cases) == (1, 1)


def test_what_is_not_known_is_a_group_of_its_own_and_comes_last(house: House) -> None:
    for category in ("pets", None, "noise", "pets"):
        house.opinion(category=category, response_due_at=at(2, 10))
    rows = [row for row in house.figures.timeliness("2026-03", by="category") if row.clock == "response"]
    assert [(row.group, row.cases) for row in rows] == [("noise", 1), ("pets", 2), (None, 1)]


def test_a_center_named_sees_its_own_cases_only(house: House) -> None:
    house.opinion()
    house.opinion(center="center:sz02")
    assert [(row.group, row.accepted) for row in house.figures.monthly("2026-03")] == [
        ("center:sz01", 1),
        ("center:sz02", 1),
    ]
    (row,) = house.figures.monthly("2026-03", center="center:sz02")
    assert (row.group, row.accepted) == ("center:sz02", 1)


def test_the_monthly_analysis_counts_kinds_validity_and_turns(house: House) -> None:
    for kind in ("inquiry", "suggestion", "suggestion", "praise", "praise", "praise"):
        house.opinion(kind=kind)
    for validity in ("valid", "valid", "invalid", "third_party", None):
        house.opinion(validity=validity, assessed_at=at(3, 9) if validity else None)
    house.opinion(validity="valid", assessed_at=at(20, 9), rehandled_at=at(21, 9), turns=2)
    (row,) = house.figures.monthly("2026-03")
    assert (row.accepted, row.inquiries, row.suggestions, row.praise, row.complaints) == (12, 1, 2, 3, 6)
    assert (row.valid, row.invalid, row.third_party, row.not_judged, row.rehandled) == (3, 1, 1, 1, 1)
    (row,) = house.figures.monthly("2026-03", as_of=moment(10, 0))
    assert (row.valid, row.not_judged, row.rehandled) == (2, 2, 0)


def test_what_was_open_at_the_months_start_and_end_goes_by_the_month_of_ending(house: House) -> None:
    february = {"month": "2026-02", "accepted_at": "2026-02-10T00:00:00.000000Z"}
    house.opinion(**february, ended_at="2026-02-20T00:00:00.000000Z", ended_month="2026-02")  # over before
    house.opinion(**february, ended_at=at(5, 0), ended_month="2026-03")  # carried over, ended in March
    house.opinion(**february)  # carried over, still open
    house.opinion(ended_at="2026-04-02T00:00:00.000000Z", ended_month="2026-04")  # open at the end of March
    house.opinion(response_due_at=at(2, 10))  # open, overdue
    house.opinion(month="2026-04", accepted_at="2026-04-01T00:00:00.000000Z")  # not yet there
    (row,) = house.figures.monthly("2026-03", as_of=datetime(2026, 5, 1, tzinfo=UTC))
    assert (row.accepted, row.carried_over, row.open_at_month_end, row.overdue) == (2, 2, 3, 1)
    assert row.ended == 1
    (row,) = house.figures.monthly("2026-03", as_of=datetime(2026, 4, 1, tzinfo=UTC))
    assert (row.carried_over, row.open_at_month_end, row.ended) == (2, 3, 0)


def test_satisfaction_divides_by_the_answers_given(house: House) -> None:
    case = house.opinion()
    house.callback(case, 1, handled_in_time=True, outcome_satisfied=False, attitude_satisfied=None)
    house.callback(case, 2, handled_in_time=True, outcome_satisfied=True, attitude_satisfied=None)
    house.callback(case, 3, handled_in_time=False, outcome_satisfied=True, attitude_satisfied=None)
    (row,) = house.figures.monthly("2026-03")
    assert (row.timely, row.timely_answers, row.timely_rate) == (2, 3, Decimal("66.67"))
    assert (row.outcome, row.outcome_answers, row.outcome_rate) == (2, 3, Decimal("66.67"))
    assert (row.attitude, row.attitude_answers, row.attitude_rate) == (0, 0, None)


def test_callbacks_are_owed_for_valid_and_third_party_complaints_that_were_handled(house: House) -> None:
    handled = {"first_finished_at": at(5, 0), "assessed_at": at(3, 0)}
    house.opinion(validity="valid", **handled, called_back_at=at(6, 0))
    house.opinion(validity="third_party", **handled)
    house.opinion(validity="valid", **handled, called_back_at=at(20, 0))
    house.opinion(validity="valid", assessed_at=at(3, 0))  # not handled yet
    house.opinion(validity="invalid", assessed_at=at(3, 0))
    house.opinion(kind="praise", called_back_at=at(4, 0))
    (row,) = house.figures.callbacks("2026-03")
    assert (row.subject, row.to_call_back, row.called_back, row.rate) == ("opinion", 3, 2, Decimal("66.67"))
    (early,) = house.figures.callbacks("2026-03", as_of=moment(10, 0))
    assert (early.to_call_back, early.called_back) == (3, 1)


def test_orders_are_called_back_of_those_completed_in_the_month_and_visits_count_of_the_callbacks(house: House) -> None:
    done = {"completed_at": at(5, 0), "completed_month": "2026-03"}
    house.order(**done, called_back_at=at(6, 0), by_visit=True)
    house.order(**done, called_back_at=at(6, 0), by_visit=False)
    house.order(**done, called_back_at=at(6, 0), by_visit=False)
    house.order(**done)
    house.order(month="2026-02", requested_at="2026-02-27T00:00:00.000000Z", **done)  # asked for in February
    house.order()  # not completed
    (row,) = house.figures.callbacks("2026-03")
    assert (row.subject, row.to_call_back, row.called_back, row.visits) == ("order", 5, 3, 1)
    assert (row.rate, row.visit_rate, row.target) == (Decimal("60.00"), Decimal("33.33"), None)


def test_points_are_charged_in_the_month_of_confirmation_to_each_center_and_rolled_up(house: House) -> None:
    """GP-7: blue 0.2, yellow 0.5, red 1, levels adding; what is not confirmed costs nothing."""
    first = house.opinion(month="2026-02")
    second = house.opinion(center="center:gz01")
    march = {"confirmed_at": at(10, 9), "confirmed_month": "2026-03"}
    house.alert(first, 1, **march, points=Decimal("0.20"))
    house.alert(first, 2, **march, points=Decimal("0.50"), level="yellow")
    house.alert(first, 3, level="red")  # not confirmed
    house.alert(second, 1, **march, points=Decimal("1.00"), level="red")
    house.alert(second, 2, confirmed_at=at(31, 20), confirmed_month="2026-04", points=Decimal("0.20"))
    rows = house.figures.alert_points("2026-03")
    assert [(row.center, row.blue, row.yellow, row.red, str(row.points)) for row in rows] == [
        ("center:gz01", 0, 0, 1, "1.00"),
        ("center:sz01", 1, 1, 0, "0.70"),
        (None, 1, 1, 1, "1.70"),
    ]
    (own,) = house.figures.alert_points("2026-03", center="center:sz01")
    assert (own.center, str(own.points)) == ("center:sz01", "0.70")
    view = table("report_alert_points", *map(column, ("case_id", "number", "month", "level")))
    with house.engine.connect() as connection:
        found = connection.execute(select(view).order_by(view.c.month, view.c.case_id, view.c.level))
        assert [tuple(row) for row in found] == [
            (first, "SZ01-OP-202603-0001", "2026-03", "blue"),
            (first, "SZ01-OP-202603-0001", "2026-03", "yellow"),
            (second, "SZ01-OP-202603-0002", "2026-03", "red"),
            (second, "SZ01-OP-202603-0002", "2026-04", "blue"),
        ]


@pytest.mark.parametrize("figure", ["monthly", "timeliness", "callbacks"])
def test_a_month_or_a_grouping_that_there_is_not_is_refused(house: House, figure: str) -> None:
    ask = getattr(house.figures, figure)
    for month in ("2026-13", "2026-3", "March", "2026-03-01", ""):
        with pytest.raises(Refused, match="is no month"):
            ask(month)
    with pytest.raises(Refused, match="'moon' is nothing that figures are grouped by"):
        ask("2026-03", by="moon")


def test_cases_are_found_by_all_that_is_known_of_them_latest_first(house: House) -> None:
    house.opinion(unit="unit:1", accepted_at=at(2, 9))
    house.order(unit="unit:1", requested_at=at(4, 9), status="completed")
    house.opinion(unit="unit:2", customer="customer:1", accepted_at=at(3, 9))
    find = house.figures.find
    assert [one.case for one in find()] == ["order:1", "opinion:2", "opinion:1"]
    assert [one.case for one in find(unit="unit:1")] == ["order:1", "opinion:1"]
    assert [one.case for one in find(unit="unit:1", status="completed")] == ["order:1"]
    assert [one.case for one in find(limit=1)] == ["order:1"]
    assert [one.kind for one in find(number="SZ01-OP-202603-0002")] == ["opinion"]
    assert find(customer="customer:2") == []


def test_a_status_that_there_is_not_is_refused_with_those_that_there_are(house: House) -> None:
    with pytest.raises(UnknownCode, match=r"'open' is no status .*opinion: accepted, .*survey: approved, .*closed"):
        house.figures.find(status="open")


@pytest.mark.parametrize("facts", [OPINIONS, ORDERS, SURVEYS], ids=lambda facts: facts.stream_kind)
def test_the_words_for_where_a_case_stands_are_those_of_its_facts(facts: Declaration) -> None:
    (status,) = (one for one in facts.columns if one.name == "status")
    assert status.compare is not None
    told = str(status.compare({name: literal_column(name) for name in status.of}))
    assert set(re.findall(r"'(\w+)'", told)) == set(STATUSES[facts.stream_kind])


@pytest.mark.parametrize("figure", ["monthly", "timeliness", "callbacks", "alert_points", "surveys"])
def test_a_center_that_there_is_not_is_refused(house: House, figure: str) -> None:
    with pytest.raises(UnknownCase, match="center:sz02 is not registered"):
        getattr(house.figures, figure)("2026-03", center="center:sz02")
    house.opinion()
    with pytest.raises(UnknownCase, match=r"center:sz02 is not registered .* one of center:sz01"):
        house.figures.find(center="center:sz02")
