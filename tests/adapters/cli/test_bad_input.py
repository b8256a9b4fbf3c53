"""Bad input gets a clear answer, and nothing is changed."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import COMPLAINT, LATE, MANAGER, STAFF, Run, Said

Do = Callable[..., Said]
WORDS = "王女士说楼上半夜装修"


def events_in(ledger: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(ledger)) as database:
        return database.execute(
            "SELECT position, stream, version, state FROM ledger_events ORDER BY position"
        ).fetchall()


@pytest.fixture
def unchanged(ledger: Path) -> Iterator[None]:
    before = events_in(ledger)
    yield
    assert events_in(ledger) == before


def without(field: str) -> dict[str, object]:
    return {name: value for name, value in COMPLAINT.items() if name != field}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("kind", 7, "kind"),
        ("kind", "complain", "kind"),
        ("channel", None, "channel"),
        ("content", ["王女士"], "content"),
        ("content", "", "content"),
        ("content", "噪音\x00", "U+0000"),
        ("content", "噪音\ud800", "content"),
        ("unit", "Unit 3", "unit"),
        ("unit", "unit:\x00", "unit"),
        ("unit", "unit:\ud800", "unit"),
        ("case", "case:1", "case"),
        ("case", "opinion:" + "1" * 64, "case"),
        ("actor", "staff:li", "actor"),
        ("actor", {"id": "staff:li", "role": "king"}, "actor.role"),
        ("category", "loudness", "OP-4"),
        ("estate", "nowhere", "OP-3"),
        ("center", "center:gz09", "register_center"),
        ("occurred_at", "2024-03-04T09:30:00", "time zone"),
        ("occurred_at", "gestern", "ISO 8601"),
        ("occurred_at", 1709515800, "occurred_at"),
        ("occurred_at", "2999-01-01T00:00:00Z", "future"),
        ("occurred_at", "0001-01-01T00:00:00+08:00", "occurred_at"),
        ("occurred_at", "2020-01-01T00:00:00+08:00", "no policy in force"),
        ("late_reason", "because", "late_reason"),
        ("colour", "red", "colour"),
    ],
)
def test_a_command_with_a_wrong_field_is_refused_by_the_field_s_name(
    do: Do, field: str, value: object, said: str
) -> None:
    do("accept_opinion", COMPLAINT | {field: value}).refused(said)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("field", ["actor", "center", "kind", "channel"])
def test_a_command_that_lacks_a_field_is_refused_by_the_field_s_name(do: Do, field: str) -> None:
    do("accept_opinion", without(field)).refused(field)


@pytest.mark.usefixtures("unchanged")
def test_what_happened_long_ago_needs_a_reason(do: Do) -> None:
    do("accept_opinion", without("late_reason")).refused("WL-5", "late_reason")


@pytest.mark.usefixtures("case")
def test_no_refusal_repeats_what_a_person_said(do: Do) -> None:
    for field, value in [("content", {"text": WORDS}), ("contact", [WORDS]), ("channel", WORDS), (WORDS, WORDS)]:
        said = do("accept_opinion", COMPLAINT | {"command_id": "cmd:2", field: value})
        assert said.exit_code == 1
        if field != WORDS:
            assert WORDS not in said.err
    do("accept_opinion", COMPLAINT | {"content": "别的话"}).refused("cmd:1")


@pytest.mark.usefixtures("unchanged")
def test_a_command_about_an_unknown_case_is_refused(do: Do) -> None:
    do("respond_to_opinion", {"actor": STAFF, "case": "opinion:9", "way": "phone"}).refused("opinion", "accept_opinion")


@pytest.mark.usefixtures("case")
def test_a_command_in_the_wrong_state_says_what_comes_first(ledger: Path, do: Do) -> None:
    before = events_in(ledger)
    do("finish_handling", {"actor": MANAGER, "case": "opinion:1", "result": "已劝阻"}).refused("OP-2", "assess_opinion")
    do("end_opinion", {"actor": MANAGER, "case": "opinion:1"}).refused("OP-14", "call_back_opinion")
    assert events_in(ledger) == before


@pytest.mark.usefixtures("case")
def test_what_happened_before_the_acceptance_is_refused(ledger: Path, do: Do) -> None:
    before = events_in(ledger)
    early = {"occurred_at": "2024-03-04T09:29:59+08:00", **LATE}
    do("respond_to_opinion", {"actor": STAFF, "case": "opinion:1", "way": "phone", **early}).refused(
        "before the acceptance"
    )
    assert events_in(ledger) == before


@pytest.mark.usefixtures("case")
def test_a_role_that_may_not_is_told_which_may(do: Do) -> None:
    do("comment_on_opinion", {"actor": STAFF, "case": "opinion:1", "comment": "已阅"}).refused("acceptor", "manager")


@pytest.mark.usefixtures("ledger")
def test_a_policy_that_is_not_shipped_is_refused_with_those_that_are(do: Do) -> None:
    do("adopt_policy", {"actor": MANAGER, "center": "center:sz01", "policy": "w99"}).refused("w99", "w08")
    do("adopt_policy", {"actor": MANAGER, "center": "center:sz01", "policy": "a\x00b"}).refused("policy")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "standard input is empty"),
        ("{", "line 1, column 2"),
        ('{\n  "kind": complaint\n}', "line 2, column 11"),
        ('{"kind": "a", "kind": "b"}', "'kind' twice"),
        ('{"unit": NaN}', "NaN"),
        ("[]", "an array"),
        ('"x"', "a text"),
        ("7", "a number"),
        ("null", "null"),
        ("[" * 100_000, "nested too deeply"),
        ('{"unit": ' + "7" * 5000 + "}", "too many digits"),
    ],
)
def test_what_is_no_json_object_is_wrong_usage_and_says_where(caseledger: Run, text: str, said: str) -> None:
    caseledger("do", "accept_opinion", "--json", "-", stdin=text).refused("--json", said, exit_code=2)


def test_json_in_another_encoding_is_wrong_usage_and_says_where(caseledger: Run) -> None:
    text = '{\n"content": "噪音"}'.encode("gb18030")
    caseledger("do", "accept_opinion", "--json", "-", stdin=text).refused("line 2", "byte 15", "UTF-8", exit_code=2)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["juggle"], "juggle"),
        (["do"], "COMMAND"),
        (["do", "juggle", "--json", "{}"], "juggle"),
        (["do", "accept_opinion"], "--json"),
        (["do", "accept_opinion", "--json", "{}", "--colour"], "--colour"),
        (["replay"], "CASE"),
        (["replay", "Opinion 1"], "Opinion 1"),
        (["replay", "opinion:\x00"], "CASE"),
        (["replay", "opinion:\ud800"], "CASE"),
        (["replay", "opinion:1", "--version", "0"], "--version"),
        (["replay", "opinion:1", "--version", "two"], "--version"),
        (["replay", "opinion:1", "--at", "2024-03-04T09:30:00"], "time zone"),
        (["report"], "report"),
        (["report", "weekly"], "weekly"),
        (["report", "monthly"], "--month"),
        (["report", "monthly", "--month", "2024-13"], "2024-13"),
        (["report", "monthly", "--month", "2024-03", "--center", "sz01"], "center:sz01"),
        (["report", "monthly", "--month", "2024-03", "--as-of", "now"], "--as-of"),
        (["find", "--customer", ""], "--customer"),
        (["find", "--unit", "a\x00b"], "--unit"),
        (["find", "--unit", "\udcff"], "--unit"),
        (["find", "--format", "xml"], "--format"),
        (["find", "--limit", "0"], "--limit"),
        (["find", "--limit", "9" * 30], "--limit"),
        (["replay", "opinion:1", "--version", "9" * 30], "--version"),
        (["trail", "--until", "0001-01-01T00:00:00Z"], "1900"),
        (["trail", "--since", "monday"], "--since"),
        (["rebuild", "fact_nothing"], "fact_nothing"),
        (["import", "cases.csv"], "--mapping"),
        (["find", "--db", ""], "--db"),
        (["find", "--db", ":memory:"], "memory"),
        (["find", "--db", "sqlite://"], "memory"),
        (["find", "--db", "postgresql://host:port/name"], "--db"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(caseledger: Run, arguments: list[str], said: str) -> None:
    caseledger(*arguments).refused(said, "--help", exit_code=2)


@pytest.mark.usefixtures("ledger")
def test_an_unknown_case_is_refused(caseledger: Run) -> None:
    caseledger("replay", "opinion:9").refused("opinion:9")
    caseledger("replay", "SZ01-OP-202403-0009").refused("SZ01-OP-202403-0009")


@pytest.mark.usefixtures("ledger")
def test_an_unknown_center_is_refused_rather_than_reported_as_empty(caseledger: Run) -> None:
    caseledger("report", "monthly", "--month", "2024-03", "--center", "center:gz09").refused("center:gz09")


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay", "opinion:1"],
        ["report", "monthly", "--month", "2024-03"],
        ["report", "surveys"],
        ["find"],
        ["trail"],
        ["check"],
        ["rebuild"],
        ["do", "accept_opinion", "--json", json.dumps(COMPLAINT)],
    ],
)
def test_a_ledger_that_is_not_there_is_not_made_by_asking(
    caseledger: Run, tmp_path: Path, arguments: list[str]
) -> None:
    caseledger(*arguments).refused("there is no ledger at caseledger.db", "caseledger init")
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_refused_and_left_alone(caseledger: Run, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("not a database " * 100)
    for arguments in (["init"], ["find"], ["check"]):
        caseledger(*arguments, "--db", "note.txt").refused("note.txt", "ledger")
    assert note.read_text() == "not a database " * 100
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_database_of_something_else_is_refused_and_left_alone(caseledger: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE goods (name TEXT)")
    before = (tmp_path / "shop.db").read_bytes()
    for arguments in (["init"], ["find"], ["check"]):
        caseledger(*arguments, "--db", "shop.db").refused("shop.db", "something else")
    assert (tmp_path / "shop.db").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]


def test_a_folder_is_no_ledger(caseledger: Run, tmp_path: Path) -> None:
    caseledger("init", "--db", str(tmp_path)).refused("folder")


def test_a_place_that_cannot_be_is_refused(caseledger: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    caseledger("init", "--db", "file/ledger.db").refused("file")
    caseledger("init", "--db", "no/such/folder/ledger.db").refused("folder")


def test_a_server_s_password_is_never_printed(caseledger: Run) -> None:
    # Port 1 has no database server.
    said = caseledger("find", "--db", "postgresql://root:geheim@127.0.0.1:1/cases?connect_timeout=2")
    said.refused("refused")
    assert "geheim" not in said.err
    # Unescaped, the second half would be taken for the host, and told as one that is not known.
    for command in (("find",), ("doctor",), ("init",)):
        said = caseledger(*command, "--db", "postgresql://root:ge@heim@127.0.0.1:1/cases")
        said.refused("%40")
        assert "heim" not in said.err + said.out
