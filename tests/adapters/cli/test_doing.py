"""Commands go in by their name; the program says what the ledger made of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from caseledger.domain.catalogue import COMMANDS, EVENTS
from tests.adapters.cli.conftest import COMPLAINT, NUMBER, STAFF, Run, Said

Do = Callable[..., Said]


def test_a_ledger_is_made_where_it_is_asked_for_and_the_program_says_where(caseledger: Run, tmp_path: Path) -> None:
    said = caseledger("init", "--db", "cases.db")
    assert (said.exit_code, said.err) == (0, "")
    assert "made a ledger at cases.db" in said.out
    assert (tmp_path / "cases.db").exists()


def test_making_a_ledger_twice_leaves_the_first_as_it_is(caseledger: Run, case: str) -> None:
    said = caseledger("init")
    assert said.exit_code == 0
    assert "already" in said.out
    assert caseledger("replay", case).exit_code == 0


@pytest.mark.parametrize("before", [True, False])
def test_the_ledger_is_named_before_or_after_the_command(caseledger: Run, *, before: bool) -> None:
    place = ["--db", "cases.db"]
    assert caseledger(*place, "init").exit_code == 0
    asked = ["find", "--format", "json"]
    said = caseledger(*place, *asked) if before else caseledger(*asked, *place)
    assert (said.exit_code, said.json) == (0, [])


def test_the_command_s_own_ledger_goes_before_the_program_s_and_that_before_the_environment_s(
    caseledger: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASELEDGER_DB", "environment.db")
    caseledger("find").refused("environment.db")
    caseledger("--db", "program.db", "find").refused("program.db")
    caseledger("--db", "program.db", "find", "--db", "own.db").refused("own.db")


def test_a_path_may_hold_what_a_url_would_read_otherwise(caseledger: Run, tmp_path: Path) -> None:
    assert caseledger("init", "--db", "a b?c#d%20é.db").exit_code == 0
    assert (tmp_path / "a b?c#d%20é.db").exists()


@pytest.mark.usefixtures("ledger")
def test_a_command_is_recorded_and_its_number_and_events_are_printed(do: Do) -> None:
    said = do("accept_opinion", COMPLAINT)
    assert (said.exit_code, said.err) == (0, "")
    assert NUMBER in said.out
    assert "意见已受理 opinion accepted" in said.out
    # Where the center is, not where this test runs.
    assert "2024-03-04 09:30:00 +08:00" in said.out


@pytest.mark.usefixtures("ledger")
def test_what_became_of_a_command_is_printed_as_json(do: Do) -> None:
    said = do("accept_opinion", COMPLAINT, "--format", "json").json
    assert (said["case"], said["number"], said["repeated"]) == ("opinion:1", NUMBER, False)
    (event,) = said["events"]
    assert (event["version"], event["name"]) == (1, "opinion.accepted.v1")
    assert event["occurred_at"] == "2024-03-04T01:30:00.000000Z"


@pytest.mark.usefixtures("ledger")
def test_the_fields_may_come_from_standard_input(caseledger: Run) -> None:
    text = json.dumps(COMPLAINT, ensure_ascii=False)
    assert caseledger("do", "accept_opinion", "--json", "-", stdin=text).exit_code == 0


@pytest.mark.usefixtures("ledger")
def test_standard_input_may_begin_with_a_byte_order_mark(caseledger: Run) -> None:
    text = json.dumps(COMPLAINT, ensure_ascii=False).encode("utf-8-sig")
    assert caseledger("do", "accept_opinion", "--json", "-", stdin=text).exit_code == 0


def test_the_same_command_again_changes_nothing_and_says_so(caseledger: Run, case: str, do: Do) -> None:
    before = caseledger("replay", case, "--format", "json").json["events"]
    said = do("accept_opinion", COMPLAINT)
    assert said.exit_code == 0
    assert "recorded before as cmd:1; nothing was added" in said.out
    assert caseledger("replay", case, "--format", "json").json["events"] == before


@pytest.mark.usefixtures("ledger")
def test_a_shipped_policy_may_be_given_by_its_name(caseledger: Run) -> None:
    (_, adopted) = caseledger("replay", "center:sz01", "--format", "json").json["events"]
    policy = caseledger("policies", "w08", "--format", "json").json
    assert adopted["fields"]["policy"]["name"] == "w08"
    assert adopted["fields"]["policy"]["response"] == policy["response"]


def test_the_schema_of_every_command_can_be_printed(caseledger: Run) -> None:
    for name in COMMANDS:
        schema = caseledger("do", name, "--schema").json
        assert "actor" in schema["required"], name


def test_every_command_is_listed_with_a_line_in_chinese_and_one_in_english(caseledger: Run) -> None:
    listed = caseledger("do", "--list", "--format", "json").json
    assert {row["name"] for row in listed} == set(COMMANDS)
    assert [row["name"] for row in listed if not row["zh"] or not row["en"]] == []


def test_every_event_has_words_in_chinese() -> None:
    from caseledger.adapters.cli.labels import EVENT_WORDS  # noqa: PLC0415 - read only here

    assert {name.rpartition(".v")[0] for name in EVENTS} == set(EVENT_WORDS)


def test_shipped_policies_are_listed_and_one_is_shown_with_the_clause_of_each_limit(caseledger: Run) -> None:
    assert "w08" in [row["name"] for row in caseledger("policies", "--format", "json").json]
    shown = caseledger("policies", "w08").out
    # 1 hour to the first response, W08-01 4.6.1 (rulebook OP-5).
    (line,) = [line for line in shown.splitlines() if line.startswith("response ")]
    assert line.split() == ["response", "1", "hour", "OP-5", "W08-01", "4.6.1,", "4.6.2"]


@pytest.mark.parametrize("name", ["w08", "group400", "handbook", "imported"])
def test_a_policy_is_shown_whole(caseledger: Run, name: str) -> None:
    """Every value of it, also what is neither a limit nor a target (GP-2, GP-5, OP-7, OP-12)."""
    shown = caseledger("policies", name).out
    values = caseledger("policies", name, "--format", "json").json
    for field in values.keys() - {"name", "version", "in_force_from", "label", "source", "targets"}:
        assert field in shown or field == "authority", field
    for command in values.get("authority", {}):
        assert command in shown
    if name == "group400":
        (line,) = [line for line in shown.splitlines() if line.startswith("solution.cleaning.general ")]
        assert "GP-2" in line
        assert line.rstrip().endswith("4 hours")
        (line,) = [line for line in shown.splitlines() if line.startswith("alerts.red ")]
        assert "past 15 days; points 1.00; plan 1 day" in line


def test_the_version_is_printed(caseledger: Run) -> None:
    said = caseledger("--version")
    assert (said.exit_code, said.out) == (0, "caseledger 0.2.0\n")


def test_staff_is_shown_with_role_and_id(caseledger: Run, case: str) -> None:
    assert f"受理人 acceptor {STAFF['id']}" in caseledger("replay", case).out
