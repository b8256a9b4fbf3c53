"""Cases of a log that cannot be taken in are rejected as a whole, row by row, with the reason."""

import csv
from io import StringIO

import pytest

from caseledger.adapters.importing import LogMapping, import_log, parse_log_mapping
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing.conftest import Table
from tests.adapters.importing.log_reports import WITH_IDS, counts, names
from tests.adapters.importing.logs import AGAIN, ASSIGN, CLOSED, HEADER, MAPPING, OTHER, OTHER_CASE, TAKE, WAIT

# Cases that cannot be taken in


@pytest.mark.parametrize(
    ("change", "cell", "says"),
    [
        (("Take in charge", "Escalate"), ("concept:name", "Escalate"), "no step of the mapping"),
        (("Take in charge", ""), ("concept:name", ""), "says what was done"),
        (("2010-01-29 08:52:27+00:00", ""), ("time:timestamp", ""), "says when it was"),
        (("2010-01-29 08:52:27", "29 January"), ("time:timestamp", "29 January+00:00"), "is not a time of the form"),
        (("2010-01-29", "2031-01-29"), ("time:timestamp", "2031-01-29 08:52:27+00:00"), "lies in the future"),
        (("Value 5", ""), ("org:resource", ""), "to is needed"),
        (("Value 5", "前台"), ("org:resource", "前台"), "name its words in a map"),
        (("Value 5", "v" * 65), ("org:resource", "v" * 65), "is no id: lower case letters"),
        (("Value 5", "Val\x00ue"), ("org:resource", "Val\\x00ue"), "U+0000"),
        (("Value 5,,", "Value 5,,\udce9"), ("words", "•••"), r"the byte \xe9, which is not valid utf-8"),
    ],
)
def test_one_event_that_cannot_be_taken_in_rejects_its_whole_case_row_by_row(
    ledger: Ledger, log: Table, change: tuple[str, str], cell: tuple[str, str], says: str
) -> None:
    rejects = StringIO()
    report = import_log(
        ledger, log(ASSIGN, TAKE.replace(*change), WAIT, OTHER), parse_log_mapping(MAPPING), rejects=rejects
    )
    assert counts(report) == (1, 0, 0, 2, 1)
    assert names(ledger) == []
    assert names(ledger, OTHER_CASE) == ["opinion.accepted.v1"]
    rows = {row["line"]: row for row in csv.DictReader(rejects.getvalue().splitlines())}
    assert set(rows) == {"2", "3"}
    assert rows["2"]["reason"] == "its case is rejected for line 3"
    assert (rows["3"]["column"], rows["3"]["value"]) == cell
    assert says in rows["3"]["reason"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ((TAKE, CLOSED), "it begins with 'Assign'"),
        ((TAKE, ASSIGN.replace("2010-01-13", "2010-01-30")), "it begins with 'Assign', which comes later"),
    ],
)
def test_a_case_that_does_not_begin_with_its_beginning_is_rejected_as_a_whole(
    ledger: Ledger, plan: LogMapping, log: Table, rows: tuple[str, ...], says: str
) -> None:
    report = import_log(ledger, log(*rows), plan)
    assert counts(report) == (0, 0, 0, 2, 0)
    assert says in report.first_rejects[0].reason
    assert (report.first_rejects[0].line, report.first_rejects[0].value) == (2, "Take in charge")
    assert report.first_rejects[1].reason == "its case is rejected for line 2"
    assert names(ledger) == []


def test_a_second_beginning_is_rejected_with_the_word_that_would_leave_it_out(ledger: Ledger, log: Table) -> None:
    mapping = parse_log_mapping(MAPPING.replace('take = "first"\n', ""))
    report = import_log(ledger, log(ASSIGN, AGAIN), mapping)
    assert counts(report) == (0, 0, 0, 2, 0)
    assert 'take = "first"' in report.first_rejects[1].reason


def test_a_command_that_the_rules_refuse_rejects_the_case_and_names_the_event(
    ledger: Ledger, plan: LogMapping, log: Table
) -> None:
    judged = "A1,Judge,2010-03-15 08:00:00+00:00,Value 2,,clearly so"
    report = import_log(ledger, log(ASSIGN, TAKE, CLOSED, judged, OTHER), plan)
    assert counts(report) == (1, 0, 0, 4, 0)
    reasons = {fault.line: fault.reason for fault in report.first_rejects}
    assert reasons[5].startswith("assess_opinion: ")
    assert "the case has ended (rule OP-14)" in reasons[5]
    assert [reasons[line] for line in (2, 3, 4)] == ["its case is rejected for line 5"] * 3
    assert names(ledger) == []


def test_a_row_without_a_case_is_rejected_by_itself(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    report = import_log(ledger, log(ASSIGN, TAKE.removeprefix("A1"), "half,a,row"), plan)
    assert counts(report) == (1, 0, 0, 2, 0)
    assert [(fault.line, fault.column) for fault in report.first_rejects] == [(3, "case:concept:name"), (4, None)]


@pytest.mark.parametrize(("name", "says"), [("A\udce91", r"the byte \xe9"), ("A\x001", "U+0000")])
def test_a_row_whose_case_cannot_be_stored_is_rejected_by_itself(
    ledger: Ledger, plan: LogMapping, log: Table, name: str, says: str
) -> None:
    report = import_log(ledger, log(ASSIGN, TAKE.replace("A1", name)), plan)
    assert counts(report) == (1, 0, 0, 1, 0)
    assert says in report.first_rejects[0].reason


def test_an_event_id_that_comes_twice_in_a_case_rejects_it(ledger: Ledger, log: Table) -> None:
    rows = [f"{row},e1" for row in (ASSIGN, TAKE)]
    report = import_log(ledger, log(*rows, header=f"{HEADER},id"), parse_log_mapping(WITH_IDS))
    assert counts(report) == (0, 0, 0, 2, 0)
    assert "the id of the event on line 2 too" in report.first_rejects[1].reason


def test_a_case_whose_name_is_too_long_for_an_id_is_rejected(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    report = import_log(ledger, log(ASSIGN.replace("A1", "x" * 50)), plan)
    assert counts(report) == (0, 0, 0, 1, 0)
    assert "too long for an id" in report.first_rejects[0].reason


def test_nothing_but_ignored_events_is_no_case(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    assert counts(import_log(ledger, log(WAIT), plan)) == (0, 0, 0, 0, 1)
    assert names(ledger) == []
