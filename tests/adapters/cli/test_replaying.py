"""A case is told as it stood: at a version, at a moment, with sealed words sealed."""

from collections.abc import Callable

import pytest

from tests.adapters.cli.conftest import LATE, MANAGER, NUMBER, OFFICER, STAFF, Run, Said

Do = Callable[..., Said]
WORDS = "王女士说楼上半夜装修"


@pytest.fixture
def story(case: str, do: Do) -> str:
    """The complaint of `case`, judged valid and dispatched."""
    judged = {"validity": "valid", "reason": "现场核实噪音超标", "occurred_at": "2024-03-04T10:00:00+08:00"}
    assert do("assess_opinion", {"actor": OFFICER, "case": "opinion:1", **judged, **LATE}).exit_code == 0
    handed = {"to": "staff:zhao", "occurred_at": "2024-03-04T10:05:00+08:00"}
    assert do("dispatch_opinion", {"actor": STAFF, "case": "opinion:1", **handed, **LATE}).exit_code == 0
    return case


@pytest.mark.usefixtures("story")
def test_a_case_is_told_by_its_id_or_by_the_number_on_its_form(caseledger: Run) -> None:
    by_number, by_id = caseledger("replay", NUMBER), caseledger("replay", "opinion:1")
    assert by_number.exit_code == 0
    first, second = (said.out.splitlines() for said in (by_number, by_id))
    assert [*first[:1], *first[2:]] == [*second[:1], *second[2:]]
    assert "打印 printed" in first[1]


def test_the_story_says_what_happened_when_and_by_whom_in_order(caseledger: Run, story: str) -> None:
    out = caseledger("replay", story).out
    happened = ["意见已受理 opinion accepted", "已判定有效性 opinion assessed", "已派单 opinion dispatched"]
    assert sorted(happened, key=out.index) == happened
    assert "2024-03-04 10:05:00 +08:00" in out
    assert "品质专人 QA officer staff:qa" in out
    assert "to: staff:zhao" in out
    assert "纸质记录补录 kept on paper first" in out


def test_the_story_names_the_policy_that_governs_it(caseledger: Run, story: str) -> None:
    assert "w08 10" in caseledger("replay", story).out


def test_a_deadline_is_shown_as_it_was_recorded(caseledger: Run, story: str) -> None:
    # One hour after 9:30 (OP-5); three working days after Monday 4 March 2024, to the end of Thursday (OP-6).
    out = caseledger("replay", story).out
    assert "response_due_at: 2024-03-04 10:30:00 +08:00" in out
    assert "plan_due_at: 2024-03-07 23:59:59 +08:00" in out


@pytest.mark.parametrize("form", ["table", "json"])
def test_sealed_words_stay_sealed(caseledger: Run, story: str, form: str) -> None:
    out = caseledger("replay", story, "--format", form).out
    assert WORDS not in out
    assert "超标" not in out
    assert "sealed" in out


def test_the_story_up_to_a_version_leaves_out_what_came_later(caseledger: Run, story: str) -> None:
    told = caseledger("replay", story, "--version", "2", "--format", "json").json
    assert [event["version"] for event in told["events"]] == [1, 2]
    assert told["status"] == "assessed"


def test_the_story_at_a_moment_is_what_the_ledger_knew_then(caseledger: Run, story: str) -> None:
    events = caseledger("replay", story, "--format", "json").json["events"]
    told = caseledger("replay", story, "--at", events[0]["recorded_at"], "--format", "json").json
    assert [event["version"] for event in told["events"]] == [1]


def test_a_day_means_its_end_where_the_center_is(caseledger: Run, story: str) -> None:
    assert caseledger("replay", story, "--at", "2999-12-31").exit_code == 0
    caseledger("replay", story, "--at", "2024-03-05").refused("not in the ledger at that moment")


@pytest.mark.usefixtures("ledger")
def test_a_center_is_told_too(caseledger: Run) -> None:
    said = caseledger("replay", "center:sz01")
    assert said.exit_code == 0
    assert "深圳一中心" in said.out
    assert "policy: w08 10" in said.out


@pytest.mark.usefixtures("ledger")
def test_what_would_steer_the_terminal_is_shown_and_not_sent(caseledger: Run, do: Do) -> None:
    label = "\x1b[31m红\u202e"
    fields = {"center": "center:sz02", "label": label, "total_households": 1, "resident_households": 1}
    estates = [{"id": "a", "label": "a"}]
    assert do("register_center", {"actor": MANAGER, "estates": estates, **fields}).exit_code == 0
    shown = caseledger("replay", "center:sz02").out
    assert "\\x1b[31m红\\u202e" in shown
    assert "\x1b" not in shown
    told = caseledger("replay", "center:sz02", "--format", "json")
    assert "\u202e" not in told.out
    assert told.json["events"][0]["fields"]["label"] == label


def test_what_is_not_the_whole_story_says_so_on_the_page(caseledger: Run, story: str) -> None:
    events = caseledger("replay", story, "--format", "json").json["events"]
    part = caseledger("replay", story, "--version", "2").out
    assert "第 2 版，共 3 版 version 2 of 3" in part
    assert "截至" not in part
    then = caseledger("replay", story, "--at", "2999-12-31").out
    assert "截至 as known at 2999-12-31 23:59:59 +08:00; 第 3 版，共 3 版 version 3 of 3" in then
    told = caseledger("replay", story, "--at", events[0]["recorded_at"], "--format", "json").json
    assert (told["as_known_at"], told["version"], told["versions"]) == (events[0]["recorded_at"], 1, 3)
    assert "共 3 版" not in caseledger("replay", story).out


def test_a_version_that_there_is_not_is_refused_with_how_many_there_are(caseledger: Run, story: str) -> None:
    caseledger("replay", story, "--version", "4").refused("has no version 4", "1 to 3")


def test_the_page_names_the_ledger_and_when_it_was_printed(caseledger: Run, story: str) -> None:
    ledger = caseledger("replay", story, "--format", "json").json["ledger"]
    assert f"台账 ledger {ledger}; 打印 printed 20" in caseledger("replay", story).out


def test_a_step_that_came_late_says_by_how_much(caseledger: Run, do: Do, story: str) -> None:
    """Accepted at 9:30, to be answered within the hour (OP-5), answered at 12:45: two hours and a quarter late."""
    answered = {"way": "phone", "occurred_at": "2024-03-04T12:45:00+08:00"}
    assert do("respond_to_opinion", {"actor": STAFF, "case": "opinion:1", **answered, **LATE}).exit_code == 0
    out = caseledger("replay", story).out
    assert "首次响应超时 response late by 2:15; 期限 until 2024-03-04 10:30:00 +08:00" in out
    assert out.count("late by") == 1
    events = caseledger("replay", story, "--format", "json").json["events"]
    late = [event["late"] for event in events]
    assert late == [[], [], [], [{"clock": "response", "due_at": "2024-03-04T02:30:00.000000Z", "late_by": 8100}]]
