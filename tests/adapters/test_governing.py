"""Each row of each figure names the policies, in their versions, that governed the cases it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import ColumnClause, column, select, table

from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.adapters.store.engine import connect
from caseledger.domain.catalogue import command_from
from tests.handwritten import House, at, moment
from tests.stories import CENTER, actor
from tests.telling import SetClock

W08 = {"policy_name": "w08", "policy_version": "10"}
GROUP400 = {"policy_name": "group400", "policy_version": "1"}
NEXT = {"policy_name": "w08", "policy_version": "11"}


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    engine = connect(database_url)
    yield House(engine)
    engine.dispose()


def by_group(rows: list[Any]) -> dict[str | None, tuple[str, ...]]:
    return {row.group: row.policies for row in rows}


def test_a_month_that_had_two_policies_names_both_and_counts_all_of_their_cases(house: House) -> None:
    house.opinion(**W08)
    house.opinion(**W08)
    house.opinion(**GROUP400, accepted_at=at(17, 9))
    (row,) = house.figures.monthly("2026-03")
    assert (row.accepted, row.complaints, row.policies) == (3, 3, ("group400 1", "w08 10"))


def test_two_versions_of_a_policy_are_two(house: House) -> None:
    house.opinion(**NEXT)
    house.opinion(**W08)
    (row,) = house.figures.monthly("2026-03")
    assert row.policies == ("w08 10", "w08 11")


def test_each_group_names_the_policies_of_its_own_cases(house: House) -> None:
    house.opinion(**W08, category="noise")
    house.opinion(**GROUP400, category="order_security")
    house.opinion(**W08, category="cleaning")
    house.opinion(**GROUP400, category="cleaning")
    assert by_group(house.figures.monthly("2026-03", by="category")) == {
        "noise": ("w08 10",),
        "order_security": ("group400 1",),
        "cleaning": ("group400 1", "w08 10"),
    }


def test_cases_that_are_carried_over_were_governed_too_and_ended_ones_no_longer_count(house: House) -> None:
    earlier = {"month": "2026-02", "accepted_at": "2026-02-09T01:00:00.000000Z"}
    house.opinion(**W08, **earlier)
    house.opinion(**NEXT, **earlier, ended_at=at(5, 9), ended_month="2026-03")
    house.opinion(**GROUP400)
    assert by_group(house.figures.monthly("2026-03")) == {"center:sz01": ("group400 1", "w08 10", "w08 11")}
    # Judged in March, when what ended this month is still looked at, April carries over what did not end.
    (april,) = house.figures.monthly("2026-04", as_of=moment(31, 9))
    assert (april.carried_over, april.policies) == (2, ("group400 1", "w08 10"))


def test_what_had_not_been_accepted_by_then_governs_nothing(house: House) -> None:
    house.opinion(**W08)
    house.opinion(**GROUP400, accepted_at=at(17, 9))
    assert by_group(house.figures.monthly("2026-03", as_of=moment(10, 9))) == {"center:sz01": ("w08 10",)}


def test_a_case_of_no_known_policy_is_counted_and_names_none(house: House) -> None:
    house.opinion()
    (row,) = house.figures.monthly("2026-03")
    assert (row.accepted, row.policies) == (1, ())


def test_each_clock_names_the_policies_of_the_cases_it_ran_in(house: House) -> None:
    due = {"response_due_at": at(2, 10), "responded_at": at(2, 9, 30)}
    house.opinion(**W08, **due)
    house.opinion(**NEXT, **due)
    house.opinion(**GROUP400, reply_due_at=at(4, 9))
    rows = {row.clock: row for row in house.figures.timeliness("2026-03")}
    assert (rows["response"].in_time, rows["response"].cases) == (2, 3)
    assert rows["response"].policies == ("group400 1", "w08 10", "w08 11")
    assert rows["reply"].policies == ("group400 1",)


def test_callbacks_of_opinions_and_of_orders_name_the_policies_of_each(house: House) -> None:
    handled = {"validity": "valid", "first_finished_at": at(5, 9)}
    house.opinion(**W08, **handled, called_back_at=at(6, 9))
    house.opinion(**GROUP400, **handled)
    house.opinion(**NEXT, validity="valid")  # not handled yet: no callback is owed
    done = {"completed_at": at(5, 9), "completed_month": "2026-03"}
    house.order(**W08, **done, called_back_at=at(6, 9), by_visit=True)
    house.order(**NEXT, **done, called_back_at=at(6, 9), by_visit=False)
    opinions, orders = house.figures.callbacks("2026-03")
    assert (opinions.to_call_back, opinions.called_back, opinions.policies) == (2, 1, ("group400 1", "w08 10"))
    assert (orders.called_back, orders.visits, orders.policies) == (2, 1, ("w08 10", "w08 11"))


def test_a_survey_names_the_policy_under_which_its_form_was_approved(database_url: str) -> None:
    place = {"center": CENTER, "label": "锦绣花园", "estates": [{"id": "jinxiu", "label": "锦绣花园"}]}
    form = {"title": "满意度", "items": [{"item": "cleaning", "label": {"zh": "清洁", "en": "cleaning"}}]}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("register_center", place),
        ("adopt_policy", {"center": CENTER, "policy": load("w08").values}),
        ("approve_survey_form", {"center": CENTER, "case": "survey:1", **form}),
        ("adopt_policy", {"center": CENTER, "policy": load("group400").values, "in_force_from": "2026-03-03"}),
    ]
    with Ledger(database_url, clock=SetClock(), keys=MemoryKeyStore()) as ledger:
        for number, (name, values) in enumerate(steps):
            role = "qa" if name == "approve_survey_form" else "manager"
            ledger.do(command_from(name, {"command_id": f"cmd:{number}", "actor": actor(role), **values}))
        assert [(row.item, row.policies) for row in ledger.figures.surveys()] == [
            ("cleaning", ("w08 10",)),
            (None, ("w08 10",)),
        ]


def test_the_views_name_the_policy_of_each_case(house: House) -> None:
    handled = {"validity": "valid", "first_finished_at": at(5, 9)}
    house.opinion(**W08, **handled)
    house.opinion(**GROUP400, **handled)
    wanted = [("opinion:1", "w08", "10"), ("opinion:2", "group400", "1")]
    columns: list[ColumnClause[str]] = [column(name) for name in ("case_id", "policy_name", "policy_version")]
    with house.engine.connect() as connection:
        for view in ("report_monthly_opinions", "report_timeliness", "report_callback_rates"):
            found = connection.execute(select(*columns).distinct().select_from(table(view)).order_by(columns[0]))
            assert [tuple(row) for row in found] == wanted
        assert connection.execute(select(*columns).select_from(table("report_survey_rates"))).all() == []
