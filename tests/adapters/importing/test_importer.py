"""Every row of a file is imported, unchanged, differing or rejected; what the source does not know stays unknown."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from caseledger.adapters import policies
from caseledger.adapters.importing import InvalidMapping, Mapping, import_table, parse_mapping
from caseledger.adapters.ledger import Ledger
from caseledger.domain.center import AdoptPolicy, RegisterCenter
from caseledger.domain.center_events import Estate
from caseledger.domain.event import Actor
from caseledger.domain.opinion.commands import EndOpinion
from caseledger.domain.opinion.events import OpinionAccepted, OpinionEnded
from caseledger.domain.opinion.words import Ending, Kind
from caseledger.domain.refusal import UnknownCase
from caseledger.domain.values import Channel, LateReason, Role
from tests.adapters.importing.conftest import CLOSED, MAPPING, OPEN, Table
from tests.adapters.importing.reports import counts, only_reject, size

MANAGER = Actor(id="staff:li", role=Role.MANAGER, center="center:pine")


def changed(old: str, new: str) -> Mapping:
    assert old in MAPPING
    return parse_mapping(MAPPING.replace(old, new, 1))


# What a row becomes


def test_an_open_row_becomes_an_acceptance_and_nothing_else(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    assert counts(import_table(ledger, table(OPEN), mapping)) == (1, 0, 0, 0)
    (record,) = ledger.replay("opinion:oldsys-1").events
    event = record.event
    assert isinstance(event, OpinionAccepted)
    assert (event.kind, event.channel, event.category) == (Kind.COMPLAINT, Channel.PHONE, "noise")
    assert (event.department, event.source, event.source_case) == ("front_desk", "oldsys", "1")
    assert event.occurred_at == datetime(2011, 7, 1, 13, tzinfo=UTC)
    assert event.handling_due_at == datetime(2011, 7, 5, 21, tzinfo=UTC)
    assert (record.actor.id, record.actor.role) == ("import:oldsys", Role.IMPORTER)
    assert record.late_reason is LateReason.IMPORTED
    assert record.policy is not None
    assert record.policy.name == "imported"
    assert record.local_date == date(2011, 7, 1)


def test_what_the_source_does_not_know_stays_unknown(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN, CLOSED), mapping)
    for case in ("opinion:oldsys-1", "opinion:oldsys-2"):
        state = ledger.replay(case).state
        accepted = state.accepted
        assert (accepted.response_due_at, accepted.plan_due_at, accepted.calendar) == (None, None, None)
        assert (accepted.customer, accepted.unit, accepted.severity) == (None, None, None)
        assert (state.responded_at, state.assessments, state.callbacks, state.follow_ups) == (None, 0, (), ())
    assert ledger.replay("opinion:oldsys-2").state.accepted.handling_due_at is None


def test_a_closed_row_ends_with_an_explanation_that_names_source_and_status(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    import_table(ledger, table(CLOSED), mapping)
    accepted, ended = ledger.replay("opinion:oldsys-2").events
    assert isinstance(ended.event, OpinionEnded)
    assert ended.event.ending is Ending.WITH_EXPLANATION
    assert (ended.event.source, ended.event.source_status) == ("oldsys", "closed")
    assert ended.event.occurred_at == datetime(2011, 7, 3, 14, tzinfo=UTC)
    assert ledger.says(ended, "explanation", "oldsys: Closed. lift is stuck")
    assert ledger.says(accepted, "content", "lift is stuck")
    assert ledger.says(accepted, "contact", None)
    assert ledger.says(accepted, "place", None)


def test_a_word_without_an_entry_takes_the_default(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(CLOSED), mapping)
    assert ledger.replay("opinion:oldsys-2").state.accepted.category == "other"


def test_a_target_before_the_opening_is_kept_and_flagged(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN.replace("2011-07-05", "2011-06-05")), mapping)
    accepted = ledger.replay("opinion:oldsys-1").state.accepted
    assert accepted.handling_due_early
    assert accepted.handling_due_at == datetime(2011, 6, 5, 21, tzinfo=UTC)


def test_what_means_that_nothing_is_known_is_left_out(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN.replace("2011-07-05 17:00:00", " N/A ").replace("Front Desk", "")), mapping)
    accepted = ledger.replay("opinion:oldsys-1").state.accepted
    assert (accepted.handling_due_at, accepted.department) == (None, None)


def test_the_center_is_registered_where_it_is_not_known(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN), mapping)
    state = ledger.replay("center:pine").state
    assert (state.time_zone, state.total_households, state.resident_households) == ("America/New_York", 40, 30)
    assert [(start, policy.name) for start, policy in state.policies] == [(date(2011, 1, 1), "imported")]


# Again


def test_the_same_import_again_changes_nothing(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    file = table(OPEN, CLOSED)
    import_table(ledger, file, mapping)
    before = size(ledger, "center:pine", "opinion:oldsys-1", "opinion:oldsys-2")
    again = import_table(ledger, file, mapping)
    assert counts(again) == (0, 2, 0, 0)
    assert again.differences == ()
    assert size(ledger, "center:pine", "opinion:oldsys-1", "opinion:oldsys-2") == before == 5


def test_a_changed_mapping_says_what_differs_and_changes_nothing(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    file = table(OPEN, CLOSED)
    import_table(ledger, file, mapping)
    rejects = StringIO()
    report = import_table(ledger, file, changed('Noise = "noise"', 'Noise = "neighbours"'), rejects=rejects)
    assert counts(report) == (0, 1, 1, 0)
    (one,) = report.differences
    assert (one.line, one.case, one.field) == (2, "opinion:oldsys-1", "accept.category")
    assert (one.recorded, one.new) == ("noise", "neighbours")
    assert report.differing_fields == {"accept.category": 1}
    (_, line) = csv.reader(rejects.getvalue().splitlines())
    assert line[:4] == ["2", "differing", "about", "neighbours"]
    assert ledger.replay("opinion:oldsys-1").state.accepted.category == "noise"


def test_personal_words_that_differ_are_named_and_never_quoted(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(CLOSED), mapping)
    rejects = StringIO()
    report = import_table(ledger, table(CLOSED.replace("lift is stuck", "Mr Ray fell")), mapping, rejects=rejects)
    assert counts(report) == (0, 0, 1, 0)
    assert [one.field for one in report.differences] == ["accept.content", "end.explanation"]
    for words in ("lift", "Ray"):
        assert words not in repr(report)
        assert words not in rejects.getvalue()


def test_personal_words_that_come_or_go_differ(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    wordless = OPEN.replace("the pump hums all night", "")
    import_table(ledger, table(wordless, CLOSED), mapping)
    report = import_table(ledger, table(OPEN, CLOSED.replace("lift is stuck", "")), mapping)
    found = {(one.case, one.field): (one.recorded, one.new) for one in report.differences}
    assert found["opinion:oldsys-1", "accept.content"] == (None, "•••")
    assert found["opinion:oldsys-2", "accept.content"] == ("•••", None)


def test_what_was_said_by_who_was_erased_since_is_no_difference_any_more(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    import_table(ledger, table(CLOSED), mapping)
    assert ledger._app.vault.keys.erase("opinion:oldsys-2")
    other = table(CLOSED.replace("lift is stuck", "Mr Ray fell"))
    assert counts(import_table(ledger, other, mapping)) == (0, 1, 0, 0)


def test_a_case_that_the_source_has_closed_since_is_an_update(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN), mapping)
    closed = OPEN.replace(",,Open", ",2011-07-04 08:00:00,Closed")
    report = import_table(ledger, table(closed), mapping)
    assert counts(report) == (1, 0, 0, 0)
    assert report.updated == 1
    assert [record.name for record in ledger.replay("opinion:oldsys-1").events] == [
        "opinion.accepted.v1",
        "opinion.ended.v1",
    ]


def test_a_case_that_the_source_opened_again_differs(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(CLOSED), mapping)
    report = import_table(ledger, table(CLOSED.replace("2011-07-03 10:00:00,Closed", ",Open")), mapping)
    assert counts(report) == (0, 0, 1, 0)
    (one,) = report.differences
    assert (one.field, one.recorded, one.new) == ("end.at", "2011-07-03T14:00:00.000000Z", None)


def test_a_case_that_our_people_ended_is_theirs(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    import_table(ledger, table(OPEN), mapping)
    ledger.do(EndOpinion(actor=MANAGER, case="opinion:oldsys-1", explanation="pump replaced"))
    assert counts(import_table(ledger, table(OPEN), mapping)) == (0, 1, 0, 0)
    closed = import_table(ledger, table(OPEN.replace(",,Open", ",2011-07-04 08:00:00,Closed")), mapping)
    assert "the case has ended" in only_reject(closed).reason


def test_another_description_of_the_center_is_said_and_not_taken(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    import_table(ledger, table(OPEN), mapping)
    report = import_table(ledger, table(OPEN), changed("total_households = 40", "total_households = 41"))
    assert counts(report) == (0, 1, 0, 0)
    (one,) = report.differences
    assert (one.line, one.field, one.recorded, one.new) == (None, "center.total_households", "40", "41")


# A center with a life of its own


def living(ledger: Ledger, policy_from: date) -> None:
    pine = Estate(id="pine", label="Pine Court")
    ledger.do(
        RegisterCenter(
            actor=MANAGER,
            center="center:pine",
            label="Pine",
            estates=(pine,),
            total_households=9,
            resident_households=9,
        )
    )
    ledger.do(AdoptPolicy(actor=MANAGER, center="center:pine", policy=policies.load("w08"), in_force_from=policy_from))


def test_history_before_the_centers_own_policy_is_taken_in(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    living(ledger, date(2023, 8, 1))
    assert counts(import_table(ledger, table(OPEN), mapping)) == (1, 0, 0, 0)
    state = ledger.replay("center:pine").state
    assert state.policy_on(date(2011, 7, 1)).name == "imported"
    assert state.policy_on(date(2026, 3, 1)).name == "w08"


def test_an_import_never_takes_the_centers_own_policy_out_of_force(
    ledger: Ledger, mapping: Mapping, table: Table
) -> None:
    living(ledger, date(2010, 1, 1))
    with pytest.raises(InvalidMapping, match="would replace w08"):
        import_table(ledger, table(OPEN), mapping)
    assert size(ledger, "opinion:oldsys-1") == 0


def test_a_center_that_neither_ledger_nor_mapping_describes_is_refused(ledger: Ledger, table: Table) -> None:
    text = MAPPING.replace('label = "Pine Court"\ntime_zone = "America/New_York"\nestates', "x", 1)
    text = "\n".join(line for line in text.splitlines() if not line.startswith("x ="))
    with pytest.raises(UnknownCase, match="center:pine is not registered"):
        import_table(ledger, table(OPEN), parse_mapping(text))


# Trying it out, and watching it


def test_a_dry_run_says_the_same_and_records_nothing(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    file = table(OPEN, CLOSED, OPEN, CLOSED.replace("Lifts", "Noise"), OPEN.replace("Phone", "Pigeon"))
    dry = import_table(ledger, file, mapping, dry_run=True, batch=2)
    assert dry.dry_run
    assert size(ledger, "center:pine", "opinion:oldsys-1", "opinion:oldsys-2") == 0
    wet = import_table(ledger, file, mapping, batch=2)
    assert counts(dry) == counts(wet) == (2, 1, 0, 2)
    assert dry.first_rejects == wet.first_rejects


def test_progress_is_told_in_bytes_to_the_end(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    file = table(OPEN, CLOSED)
    told: list[tuple[str, int, int]] = []
    import_table(ledger, file, mapping, progress=lambda *what: told.append(what), batch=1)
    total = file.stat().st_size
    assert [what for what, _, _ in told] == ["import", "import"]
    assert told[-1] == ("import", total, total)


def test_a_batch_has_at_least_one_row(ledger: Ledger, mapping: Mapping, table: Table) -> None:
    with pytest.raises(ValueError, match="at least one row"):
        import_table(ledger, table(OPEN), mapping, batch=0)


def test_a_source_in_another_encoding_is_read(ledger: Ledger, table: Table) -> None:
    mapping = changed('key = "id"', 'key = "id"\nencoding = "gb18030"')
    import_table(ledger, table(CLOSED.replace("lift is stuck", "电梯停运"), encoding="gb18030"), mapping)
    accepted = ledger.replay("opinion:oldsys-2").events[0]
    assert ledger.says(accepted, "content", "电梯停运")
