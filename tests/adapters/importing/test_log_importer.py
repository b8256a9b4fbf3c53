"""An event log becomes commands case by case, all or nothing; every row is accounted for."""

import csv
from datetime import UTC, datetime
from io import StringIO

import pytest

from caseledger.adapters.importing import LogMapping, UnreadableFile, import_log, parse_log_mapping
from caseledger.adapters.ledger import Ledger
from caseledger.domain.opinion.events import OpinionAccepted, OpinionDispatched, OpinionEnded
from caseledger.domain.values import LateReason, Role
from tests.adapters.importing.conftest import Table
from tests.adapters.importing.log_reports import WITH_IDS, counts, names
from tests.adapters.importing.logs import (
    AGAIN,
    ASSIGN,
    CASE,
    CLOSED,
    CLOSED_AGAIN,
    HEADER,
    MAPPING,
    OTHER,
    OTHER_CASE,
    TAKE,
    WAIT,
    numbered,
)

# What a case becomes


def test_each_event_of_a_case_becomes_its_command(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    assert counts(import_log(ledger, log(ASSIGN, TAKE, CLOSED), plan)) == (3, 0, 0, 0, 0)
    accepted, dispatched, ended = ledger.replay(CASE).events
    assert isinstance(accepted.event, OpinionAccepted)
    assert (accepted.event.channel, accepted.event.source, accepted.event.source_case) == ("phone", "desk", "k:_a1")
    assert accepted.event.occurred_at == datetime(2010, 1, 13, 8, 40, 25, tzinfo=UTC)
    assert isinstance(dispatched.event, OpinionDispatched)
    assert dispatched.event.to == "value_5"
    assert isinstance(ended.event, OpinionEnded)
    assert ended.event.source == "desk"
    assert ledger.says(ended, "explanation", "desk: Closed")
    assert ledger.says(accepted, "content", "the till is stuck")
    assert ledger.says(accepted, "contact", None)
    assert ledger.says(accepted, "place", None)
    assert [record.command_id for record in (accepted, dispatched, ended)] == [
        "import:desk:k:_a1:1",
        "import:desk:k:_a1:2",
        "import:desk:k:_a1:3",
    ]


def test_history_runs_under_the_policy_without_clocks_and_says_why_it_is_late(
    ledger: Ledger, plan: LogMapping, log: Table
) -> None:
    import_log(ledger, log(ASSIGN, TAKE), plan)
    for record in ledger.replay(CASE).events:
        assert record.policy is not None
        assert record.policy.name == "imported"
        assert record.late_reason is LateReason.IMPORTED
        assert (record.actor.id, record.actor.role) == ("import:desk", Role.IMPORTER)
    assert ledger.replay(CASE).state.accepted.response_due_at is None


def test_events_of_several_cases_may_be_mixed_and_in_any_order(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    assert counts(import_log(ledger, log(CLOSED, OTHER, TAKE, ASSIGN), plan)) == (4, 0, 0, 0, 0)
    assert names(ledger) == ["opinion.accepted.v1", "opinion.dispatched.v1", "opinion.ended.v1"]
    assert names(ledger, OTHER_CASE) == ["opinion.accepted.v1"]


def test_events_of_one_moment_keep_the_order_of_the_file(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    moment = "2010-01-13 08:40:25+00:00"
    takes = [f"A1,Take in charge,{moment},Value {who},," for who in (9, 3, 7)]
    import_log(ledger, log(ASSIGN, *takes), plan)
    told = [record.event.to for record in ledger.replay(CASE).events if isinstance(record.event, OpinionDispatched)]
    assert told == ["value_9", "value_3", "value_7"]


def test_of_several_events_the_mapping_takes_the_first_or_the_last(
    ledger: Ledger, plan: LogMapping, log: Table
) -> None:
    report = import_log(ledger, log(ASSIGN, AGAIN, TAKE, WAIT, CLOSED, CLOSED_AGAIN), plan)
    assert counts(report) == (3, 0, 0, 0, 3)
    accepted, _, ended = ledger.replay(CASE).events
    assert accepted.event.occurred_at == datetime(2010, 1, 13, 8, 40, 25, tzinfo=UTC)
    assert ended.event.occurred_at == datetime(2010, 3, 13, 8, 52, 48, tzinfo=UTC)


def test_an_activity_may_become_several_commands(ledger: Ledger, log: Table) -> None:
    text = MAPPING.replace('[steps."Take in charge"]', '[[steps."Take in charge"]]')
    text += """
[[steps."Take in charge"]]
do = "transfer_opinion"
to = { value = "tills" }
reason = { value = "as every till" }
explained = { value = true }
"""
    report = import_log(ledger, log(ASSIGN, TAKE), parse_log_mapping(text))
    assert counts(report) == (2, 0, 0, 0, 0)
    ids = [record.command_id for record in ledger.replay(CASE).events]
    assert ids == ["import:desk:k:_a1:1", "import:desk:k:_a1:2", "import:desk:k:_a1:2:2"]


def test_a_log_of_work_becomes_orders(ledger: Ledger, log: Table) -> None:
    text = (
        MAPPING[: MAPPING.index("[steps")]
        + """
[steps.Assign]
do = "request_order"
content = { column = "words" }
[[steps."Take in charge"]]
do = "dispatch_order"
to = { column = "org:resource", code = true }
[[steps."Take in charge"]]
do = "receive_order"
[[steps.Closed]]
do = "arrive_for_order"
[[steps.Closed]]
do = "complete_order"
tested = { value = true }
signed = { column = "via", map = { "" = false, yes = true } }
qualified = { value = true }
fee = { column = "words" }
work_minutes = { column = "org:resource" }
"""
    )
    done = "A1,Closed,2010-02-13 08:52:48+00:00,45,yes,0"
    report = import_log(ledger, log(ASSIGN, TAKE, done), parse_log_mapping(text))
    assert counts(report) == (3, 0, 0, 0, 0), report.first_rejects
    completed = ledger.replay("order:desk-k:_a1").events[-1].event
    assert str(getattr(completed, "fee", None)) == "0.00"
    assert getattr(completed, "work_minutes", None) == 45


# Again


def test_the_same_import_again_changes_nothing(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    file = log(ASSIGN, AGAIN, OTHER, TAKE, WAIT, CLOSED)
    import_log(ledger, file, plan)
    again = import_log(ledger, file, plan)
    assert counts(again) == (0, 4, 0, 0, 2)
    assert again.differences == ()
    assert len(names(ledger)) == 3


def test_a_log_that_has_grown_adds_what_is_new(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    import_log(ledger, log(ASSIGN, TAKE), plan)
    report = import_log(ledger, log(ASSIGN, TAKE, CLOSED, OTHER), plan)
    assert counts(report) == (2, 2, 0, 0, 0)
    assert report.updated == 1
    assert names(ledger)[-1] == "opinion.ended.v1"


def test_another_content_differs_and_nothing_of_the_case_is_changed(
    ledger: Ledger, plan: LogMapping, log: Table
) -> None:
    import_log(ledger, log(ASSIGN, TAKE), plan)
    rejects = StringIO()
    changed = log(ASSIGN, TAKE.replace("Value 5", "Value 6"), CLOSED)
    report = import_log(ledger, changed, plan, rejects=rejects)
    assert counts(report) == (0, 0, 3, 0, 0)
    (one,) = report.differences
    assert (one.line, one.case, one.field) == (3, CASE, "dispatch_opinion.to")
    assert (one.recorded, one.new) == ("value_5", "value_6")
    assert len(names(ledger)) == 2
    rows = list(csv.DictReader(rejects.getvalue().splitlines()))
    assert [(row["line"], row["kind"]) for row in rows] == [("2", "differing"), ("3", "differing"), ("4", "differing")]


def test_what_is_said_only_now_differs_from_what_was_left_unsaid(ledger: Ledger, log: Table) -> None:
    import_log(ledger, log(ASSIGN, TAKE), parse_log_mapping(MAPPING))
    jointly = parse_log_mapping(MAPPING.replace("to_kind = { value", "jointly = { value = true }\nto_kind = { value"))
    (one,) = import_log(ledger, log(ASSIGN, TAKE), jointly).differences
    assert (one.line, one.field, one.recorded, one.new) == (3, "dispatch_opinion.jointly", None, "True")


def test_personal_words_that_differ_are_named_and_never_quoted(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    import_log(ledger, log(ASSIGN), plan)
    rejects = StringIO()
    report = import_log(ledger, log(ASSIGN.replace("the till is stuck", "Mr Ray fell")), plan, rejects=rejects)
    assert [one.field for one in report.differences] == ["accept_opinion.content"]
    for words in ("till", "Ray"):
        assert words not in repr(report)
        assert words not in rejects.getvalue()


def test_an_event_that_the_log_has_taken_back_differs(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    import_log(ledger, log(ASSIGN, TAKE, CLOSED), plan)
    report = import_log(ledger, log(ASSIGN, TAKE), plan)
    assert counts(report) == (0, 0, 2, 0, 0)
    (one,) = report.differences
    assert (one.line, one.field, one.recorded, one.new) == (None, "event 3", "opinion.ended.v1", None)


def test_events_with_ids_of_their_own_keep_them_when_others_come_between(ledger: Ledger, log: Table) -> None:
    mapping = parse_log_mapping(WITH_IDS)
    header = f"{HEADER},id"
    first, wait, second = numbered(ASSIGN, WAIT, CLOSED)
    import_log(ledger, log(first, second, header=header), mapping)
    assert counts(import_log(ledger, log(first, wait, second, header=header), mapping)) == (0, 2, 0, 0, 1)
    assert [record.command_id for record in ledger.replay(CASE).events] == [
        "import:desk:k:_a1:e1",
        "import:desk:k:_a1:e3",
    ]


# Trying it out, and watching it


def test_a_dry_run_says_the_same_and_records_nothing(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    judged = "A1,Judge,2010-03-15 08:00:00+00:00,Value 2,,clearly so"
    file = log(ASSIGN, TAKE, CLOSED, judged, WAIT, OTHER)
    dry = import_log(ledger, file, plan, dry_run=True, batch=1)
    assert dry.dry_run
    assert names(ledger, OTHER_CASE) == names(ledger, "center:desk") == []
    wet = import_log(ledger, file, plan, batch=1)
    assert counts(dry) == counts(wet) == (1, 0, 0, 4, 1)
    assert dry.first_rejects == wet.first_rejects


def test_progress_is_told_of_reading_and_of_importing(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    told: list[tuple[str, int, int]] = []
    file = log(ASSIGN, TAKE, OTHER)
    import_log(ledger, file, plan, progress=lambda *what: told.append(what), batch=1)
    size = file.stat().st_size
    assert [what for what in told if what[0] == "read"][-1] == ("read", size, size)
    assert [what for what in told if what[0] == "import"] == [("import", 2, 3), ("import", 3, 3)]


def test_the_rejects_may_not_overwrite_the_log(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    file = log(ASSIGN)
    with pytest.raises(UnreadableFile, match="the rejects file is the file"):
        import_log(ledger, file, plan, rejects=file)


def test_a_batch_has_at_least_one_row(ledger: Ledger, plan: LogMapping, log: Table) -> None:
    with pytest.raises(ValueError, match="at least one row"):
        import_log(ledger, log(ASSIGN), plan, batch=0)
