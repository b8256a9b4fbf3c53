"""Figures, finding and the audit trail from the command line."""

import re
from collections.abc import Callable

import pytest

from caseledger.adapters.ledger import Ledger
from caseledger.domain.event import Actor
from caseledger.domain.values import Role
from tests.adapters.cli.conftest import CENTER, COMPLAINT, LATE, MANAGER, NUMBER, OFFICER, STAFF, Run, Said

Do = Callable[..., Said]
MARCH = ["--month", "2024-03", "--format", "json"]


@pytest.fixture
def handled(case: str, do: Do) -> str:
    """The complaint of `case`, answered in time (9:30 + 50 minutes) and judged valid."""
    answered = {"way": "phone", "occurred_at": "2024-03-04T10:20:00+08:00"}
    assert do("respond_to_opinion", {"actor": STAFF, "case": "opinion:1", **answered, **LATE}).exit_code == 0
    judged = {"validity": "valid", "reason": "核实", "occurred_at": "2024-03-04T11:00:00+08:00"}
    assert do("assess_opinion", {"actor": OFFICER, "case": "opinion:1", **judged, **LATE}).exit_code == 0
    return case


@pytest.mark.usefixtures("handled")
def test_the_month_s_opinions_are_counted_as_numbers(caseledger: Run) -> None:
    (row,) = caseledger("report", "monthly", *MARCH).json
    found = {name: row[name] for name in ("month", "group", "accepted", "complaints", "praise", "valid", "ended")}
    wanted = {
        "month": "2024-03",
        "group": "center:sz01",
        "accepted": 1,
        "complaints": 1,
        "praise": 0,
        "valid": 1,
        "ended": 0,
    }
    assert found == wanted


@pytest.mark.usefixtures("handled")
def test_figures_are_grouped_by_what_is_asked_for(caseledger: Run) -> None:
    (row,) = caseledger("report", "monthly", *MARCH, "--by", "category").json
    assert (row["by"], row["group"]) == ("category", "noise")
    caseledger("report", "monthly", *MARCH, "--by", "weather").refused("weather", "category", exit_code=2)
    caseledger("report", "monthly", *MARCH, "--by", "clock").refused("clock", "category", exit_code=2)
    assert caseledger("report", "timeliness", *MARCH, "--by", "clock").exit_code == 0


@pytest.mark.usefixtures("handled")
def test_clauses_of_an_edition_that_is_not_on_file_are_wrong_usage(caseledger: Run) -> None:
    caseledger("trail", "--edition", "9001:1987").refused("9001:1987", "9001:2015", exit_code=2)


@pytest.mark.usefixtures("handled")
def test_a_range_of_months_gives_each_of_them(caseledger: Run) -> None:
    rows = caseledger("report", "monthly", "--month", "2024-03..2024-05", "--format", "json").json
    assert [row["accepted"] for row in rows if row["month"] == "2024-03"] == [1]
    assert {row["month"] for row in rows} <= {"2024-03", "2024-04", "2024-05"}
    assert sum(row["accepted"] for row in rows) == 1


@pytest.mark.usefixtures("handled")
def test_timeliness_is_judged_as_of_the_time_asked_for(caseledger: Run) -> None:
    def plan(*more: str) -> tuple[int, int]:
        rows = caseledger("report", "timeliness", *MARCH, "--center", "center:sz01", *more).json
        (row,) = [row for row in rows if row["clock"] == "plan"]
        return row["running"], row["overdue"]

    # Due with the end of Thursday 7 March 2024: three working days after Monday (OP-6).
    assert plan("--as-of", "2024-03-07") == (1, 0)
    assert plan("--as-of", "2024-03-08") == (0, 1)
    assert plan("--as-of", "2024-03-07T23:59:59+08:00") == (1, 0)
    assert plan() == (0, 1)


@pytest.mark.usefixtures("handled")
def test_a_response_in_time_is_counted_with_its_denominator(caseledger: Run) -> None:
    rows = caseledger("report", "timeliness", *MARCH).json
    (row,) = [row for row in rows if row["clock"] == "response"]
    assert (row["in_time"], row["done"], row["in_time_of_done"]) == (1, 1, "100.00")


@pytest.mark.usefixtures("handled")
def test_what_was_not_recorded_by_then_does_not_count(caseledger: Run) -> None:
    known = ["--known-at", "2024-03-31", "--center", "center:sz01"]
    assert sum(row["accepted"] for row in caseledger("report", "monthly", *MARCH, *known).json) == 0


@pytest.mark.usefixtures("handled")
def test_a_day_needs_a_center_to_be_a_time(caseledger: Run) -> None:
    caseledger("report", "monthly", *MARCH, "--as-of", "2024-03-31").refused("--center", exit_code=2)


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize("figure", ["monthly", "timeliness", "callbacks"])
def test_every_figure_is_printed_for_people_too(caseledger: Run, figure: str) -> None:
    said = caseledger("report", figure, "--month", "2024-03")
    assert (said.exit_code, said.err) == (0, "")
    assert said.out


@pytest.mark.usefixtures("handled")
def test_surveys_are_none_where_there_were_none(caseledger: Run) -> None:
    said = caseledger("report", "surveys", "--format", "json")
    assert (said.exit_code, said.json) == (0, [])


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize(
    ("by", "found"),
    [
        (["--number", NUMBER], True),
        (["--unit", "unit:3-1201"], True),
        (["--customer", "customer:77"], True),
        (["--customer", "customer:78"], False),
        (["--status", "assessed"], True),
        (["--status", "ended"], False),
        (["--center", "center:sz01", "--customer", "customer:77"], True),
        (["--unit", "unit:3-1201", "--customer", "customer:78"], False),
    ],
)
def test_a_case_is_found_by_all_that_is_asked(caseledger: Run, by: list[str], *, found: bool) -> None:
    cases = caseledger("find", *by, "--format", "json").json
    assert [case["case"] for case in cases] == (["opinion:1"] if found else [])


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize("ask", [["report", "monthly", *MARCH], ["find"], ["due"], ["report", "alerts", *MARCH]])
def test_a_center_that_there_is_not_is_refused_with_those_that_there_are(caseledger: Run, ask: list[str]) -> None:
    caseledger(*ask, "--center", "center:sz09").refused("center:sz09 is not registered", "center:sz01")


@pytest.mark.usefixtures("handled")
def test_a_status_that_there_is_not_is_wrong_usage(caseledger: Run) -> None:
    caseledger("find", "--status", "open").refused("'open'", "accepted", "rehandling", "closed", exit_code=2)


@pytest.mark.usefixtures("handled")
def test_the_trail_of_a_case_has_its_events_in_order_with_who_and_both_times(caseledger: Run) -> None:
    entries = caseledger("trail", NUMBER, "--format", "json").json
    assert [(entry["version"], entry["event"]) for entry in entries] == [
        (1, "opinion.accepted.v1"),
        (2, "opinion.responded.v1"),
        (3, "opinion.assessed.v1"),
    ]
    assert (entries[2]["actor"], entries[2]["role"]) == ("staff:qa", "qa_officer")
    assert entries[0]["occurred_at"] == "2024-03-04T01:30:00.000000Z"
    assert entries[0]["recorded_at"] > "2024-03-05"


@pytest.mark.usefixtures("handled")
def test_the_trail_is_cut_by_time_and_number(caseledger: Run) -> None:
    everything = caseledger("trail", "--format", "json").json
    assert len(caseledger("trail", "--limit", "2", "--format", "json").json) == 2
    assert caseledger("trail", "--until", "2024-03-31T00:00:00+08:00", "--format", "json").json == []
    later = caseledger("trail", "--since", everything[-1]["recorded_at"], "--format", "json").json
    assert later[-1] == everything[-1]
    caseledger("trail", "--since", "2024-03-31").refused("time zone", exit_code=2)


@pytest.mark.usefixtures("handled")
def test_no_listing_shows_what_a_person_said(caseledger: Run) -> None:
    for asked in (["trail"], ["find"], ["report", "monthly", "--month", "2024-03"]):
        assert "装修" not in caseledger(*asked).out


@pytest.mark.usefixtures("handled")
def test_facts_that_agree_with_the_events_are_found_so(caseledger: Run) -> None:
    said = caseledger("check", "--format", "json")
    assert (said.exit_code, said.json["clean"], said.json["differing"]) == (0, True, 0)
    assert said.json["rows"]["fact_opinions"] == 1
    assert caseledger("check").exit_code == 0


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize("figure", ["monthly", "timeliness"])
def test_every_row_names_the_policies_of_its_cases_for_programs_and_for_people(caseledger: Run, figure: str) -> None:
    rows = caseledger("report", figure, *MARCH).json
    assert rows
    assert [row["policies"] for row in rows] == [["w08 10"]] * len(rows)
    said = caseledger("report", figure, "--month", "2024-03").out
    assert "依据制度 policies" in said
    assert "w08 10" in said


@pytest.mark.usefixtures("case")
def test_what_calls_for_corrective_action_is_listed_in_the_centers_own_time(caseledger: Run, do: Do) -> None:
    """OP-15: judged of larger effect at 11:00 in Shenzhen, and action recorded the next morning."""
    judged = {"validity": "valid", "reason": "核实", "severity": "common", "occurred_at": "2024-03-04T11:00:00+08:00"}
    assert do("assess_opinion", {"actor": OFFICER, "case": "opinion:1", **judged, **LATE}).exit_code == 0
    listed = caseledger("report", "corrective", "--waiting").out
    assert NUMBER in listed
    assert "2024-03-04 11:00:00 +08:00" in listed
    assert "影响较大 of larger effect" in listed
    (row,) = caseledger("report", "corrective", "--format", "json").json
    found = {name: row[name] for name in ("case", "reason", "since", "action", "taken_at")}
    assert found == {
        "case": "opinion:1",
        "reason": "severity",
        "since": "2024-03-04T03:00:00.000000Z",
        "action": None,
        "taken_at": None,
    }
    taken = {"measure": "修订施工管理办法", "record": "ca:7", "occurred_at": "2024-03-05T09:00:00+08:00"}
    manager = {"id": "staff:wang", "role": "manager"}
    assert do("record_corrective_action", {"actor": manager, "case": "opinion:1", **taken, **LATE}).exit_code == 0
    listed = caseledger("report", "corrective", "--month", "2024-03").out
    assert "2024-03-05 09:00:00 +08:00" in listed
    assert "ca:7" in listed
    assert caseledger("report", "corrective", "--waiting", "--format", "json").json == []
    assert caseledger("report", "corrective", "--month", "2024-04", "--format", "json").json == []


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize("ask", [["find"], ["trail"], ["trail", NUMBER], ["due"], ["replay", NUMBER]])
def test_people_are_shown_the_time_where_the_center_is_with_its_offset(caseledger: Run, ask: list[str]) -> None:
    said = caseledger(*ask)
    assert said.exit_code == 0
    assert re.search(r"2024-03-0\d \d\d:\d\d:\d\d \+08:00", said.out)
    assert not re.search(r"\d\d:\d\d:\d\dZ", said.out)


@pytest.mark.usefixtures("handled")
def test_each_case_is_shown_in_the_time_of_its_own_center(caseledger: Run, do: Do) -> None:
    abroad = {**CENTER, "center": "center:tk01", "label": "東京", "time_zone": "Asia/Tokyo"}
    assert do("register_center", {**abroad, **LATE}).exit_code == 0
    adopted = {"actor": MANAGER, "center": "center:tk01", "policy": "w08", "occurred_at": "2024-03-01T08:10:00+08:00"}
    assert do("adopt_policy", {**adopted, **LATE}).exit_code == 0
    told = {**COMPLAINT, "center": "center:tk01", "case": "opinion:9", "command_id": "cmd:9"}
    assert do("accept_opinion", told).exit_code == 0
    for ask in ("find", "trail"):
        lines = [line for line in caseledger(ask).out.splitlines() if "opinion:" in line and "10:30:00 +09:00" in line]
        assert lines, ask
        assert all("opinion:9" in line for line in lines)


@pytest.mark.usefixtures("handled")
def test_timeliness_opens_into_the_cases_that_it_counts(caseledger: Run) -> None:
    """Answered after 50 of 60 minutes; the plan, due with the end of 7 March (OP-6), is two days late on the 9th."""
    asked = ["report", "timeliness", *MARCH, "--center", "center:sz01", "--as-of", "2024-03-09"]
    listed = {row["clock"]: row for row in caseledger(*asked, "--cases").json}
    counted = {row["clock"]: row for row in caseledger(*asked).json}
    assert {clock: row["cases"] for clock, row in counted.items()} == dict.fromkeys(listed, 1)
    response, plan = listed["response"], listed["plan"]
    assert (response["case"], response["number"], response["verdict"]) == ("opinion:1", NUMBER, "in_time")
    assert (response["started_at"], response["due_at"], response["done_at"], response["late_by"]) == (
        "2024-03-04T01:30:00.000000Z",
        "2024-03-04T02:30:00.000000Z",
        "2024-03-04T02:20:00.000000Z",
        None,
    )
    assert (plan["verdict"], plan["done_at"], plan["late_by"]) == ("overdue", None, 2 * 24 * 3600)
    only = caseledger(*asked, "--cases", "--verdict", "late,overdue").json
    assert {row["verdict"] for row in only} == {"overdue"}
    table = caseledger("report", "timeliness", "--month", "2024-03", "--cases", "--verdict", "overdue").out
    assert "2024-03-07 23:59:59 +08:00" in table
    assert "超期 overdue" in table


@pytest.mark.usefixtures("handled")
def test_a_verdict_that_there_is_not_or_without_the_cases_is_wrong_usage(caseledger: Run) -> None:
    caseledger("report", "timeliness", *MARCH, "--cases", "--verdict", "late,slow").refused(
        "'slow'", "late", exit_code=2
    )
    caseledger("report", "timeliness", *MARCH, "--verdict", "late").refused("--cases", exit_code=2)


@pytest.mark.usefixtures("handled")
def test_the_trail_is_asked_for_what_an_auditor_looks_for(caseledger: Run) -> None:
    def versions(*asked: str) -> list[int]:
        return [entry["version"] for entry in caseledger("trail", NUMBER, *asked, "--format", "json").json]

    assert versions("--event", "opinion.responded") == [2]
    assert versions("--actor", "staff:qa") == [3]
    assert versions("--role", "acceptor") == [1, 2]
    assert versions("--clause", "10002:2018 7.4") == [2]
    assert versions("--late") == [1, 2, 3]
    day = ["--center", "center:sz01", "--since", "2024-03-31"]
    assert {entry["case"] for entry in caseledger("trail", *day, "--format", "json").json} >= {
        "opinion:1",
        "center:sz01",
    }
    caseledger("trail", "--clause", "99").refused("'99'", "9001:2015 8.2.1")
    caseledger("trail", "--event", "opinion.vanished").refused("opinion.vanished")
    caseledger("trail", "--role", "king").refused("king", "acceptor", exit_code=2)
    caseledger("trail", "--center", "center:sz09").refused("center:sz01")


@pytest.mark.usefixtures("handled")
def test_the_trail_is_in_both_languages_with_the_form_s_number_and_the_evidence(caseledger: Run) -> None:
    out = caseledger("trail", "opinion:1", "--event", "opinion.responded").out
    for words in ("已首次答复 opinion responded", "受理人 acceptor", NUMBER, "首次回复 / first response", "+08:00"):
        assert words in out


@pytest.mark.usefixtures("handled")
def test_a_look_at_personal_words_is_shown_in_the_trail_of_the_case_in_its_center_s_time(caseledger: Run) -> None:
    with Ledger("sqlite:///caseledger.db") as ledger:
        ledger.reveal("opinion:1", actor=Actor(id="staff:wang", role=Role.MANAGER), purpose="audit")
    out = caseledger("trail", "opinion:1", "--actor", "staff:wang").out
    assert "个人信息已查看 personal data revealed" in out
    assert "+08:00" in out
