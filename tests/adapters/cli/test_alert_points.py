"""`caseledger report alerts`: points by unit and month, for people in two languages and for programs (GP-7)."""

import json

import pytest

from tests.adapters.cli.conftest import CENTER, LATE, Run

SUPERVISOR = {"id": "staff:desk", "role": "group_supervisor"}
QA = {"id": "staff:chen", "role": "qa"}
MANAGER = {"id": "staff:wang", "role": "manager"}


def at(day: str) -> dict[str, str]:
    return {"occurred_at": f"{day}T10:00:00+08:00", **LATE}


@pytest.fixture
def _confirmed(caseledger: Run) -> None:
    """A red alert confirmed in March 2024 at each of two centers, and in April at one (declared risks, GP-5)."""
    steps: list[tuple[str, dict[str, object]]] = []
    for center in ("center:sz01", "center:gz01"):
        adopted = {"actor": MANAGER, "center": center, "policy": "group400", "occurred_at": CENTER["occurred_at"]}
        steps += [("register_center", CENTER | {"center": center}), ("adopt_policy", adopted)]
    for center, case, day in (
        ("center:sz01", "opinion:1", "2024-03-05"),
        ("center:gz01", "opinion:2", "2024-03-31"),
        ("center:gz01", "opinion:3", "2024-04-01"),
    ):
        opinion = {"center": center, "kind": "complaint", "channel": "group_desk", "level": "company"}
        steps += [
            ("accept_opinion", {"actor": QA, "case": case, **opinion, "category": "cleaning", **at(day)}),
            ("declare_escalation_risk", {"actor": QA, "case": case, "reason": "业主称将联系媒体", **at(day)}),
            ("confirm_alert", {"actor": SUPERVISOR, "case": case, "level": "red", **at(day)}),
        ]
    assert caseledger("init").exit_code == 0
    for name, fields in steps:
        said = caseledger("do", name, "--json", json.dumps(fields))
        assert said.exit_code == 0, said.err


@pytest.mark.usefixtures("_confirmed")
class TestPoints:
    def test_the_month_s_points_of_each_center_and_of_the_company(self, caseledger: Run) -> None:
        rows = caseledger("report", "alerts", "--month", "2024-03", "--format", "json").json
        red = {"month": "2024-03", "blue": 0, "yellow": 0, "red": 1, "points": "1.00", "policies": ["group400 1"]}
        assert rows == [
            red | {"center": "center:gz01"},
            red | {"center": "center:sz01"},
            red | {"center": None, "red": 2, "points": "2.00"},
        ]

    def test_a_range_gives_each_month_and_a_center_only_its_own(self, caseledger: Run) -> None:
        both = caseledger("report", "alerts", "--month", "2024-03..2024-04", "--format", "json").json
        assert [(row["month"], row["center"]) for row in both] == [
            ("2024-03", "center:gz01"),
            ("2024-03", "center:sz01"),
            ("2024-03", None),
            ("2024-04", "center:gz01"),
        ]
        own = ["--month", "2024-03..2024-04", "--center", "center:sz01", "--format", "json"]
        assert [(row["month"], row["center"]) for row in caseledger("report", "alerts", *own).json] == [
            ("2024-03", "center:sz01")
        ]

    def test_for_people_the_headings_are_in_chinese_and_english(self, caseledger: Run) -> None:
        said = caseledger("report", "alerts", "--month", "2024-03").out
        assert "全公司 company" in said
        for heading in (
            "月份 month",
            "中心 center",
            "蓝色 blue",
            "黄色 yellow",
            "红色 red",
            "扣分 points",
            "依据制度 policies",
        ):
            assert heading in said

    def test_what_was_not_known_yet_costs_nothing(self, caseledger: Run) -> None:
        known = ["--known-at", "2024-03-31T00:00:00+08:00", "--month", "2024-03", "--format", "json"]
        assert caseledger("report", "alerts", *known).json == []

    def test_a_center_that_there_is_not_is_refused(self, caseledger: Run) -> None:
        said = caseledger("report", "alerts", "--month", "2024-03", "--center", "center:bj01")
        assert (said.exit_code, said.out) != (0, "")
