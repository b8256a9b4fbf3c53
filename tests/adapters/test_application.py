"""Commands in, events out: the same on the library's in-memory module and on our own store."""

from __future__ import annotations

import gc
import threading
from datetime import timedelta
from typing import Any

import pytest

from caseledger.adapters.application import CaseApplication
from caseledger.adapters.bulk import collector_waiting
from caseledger.adapters.executing import ConflictError
from caseledger.adapters.history import Outcome
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.vault import SealBrokenError, Vault
from caseledger.domain.catalogue import command_from
from caseledger.domain.command import Command
from caseledger.domain.opinion.events import PlanProposed
from caseledger.domain.personal import Erased
from caseledger.domain.refusal import CommandReused, Refused, UnknownCase
from tests.stories import CENTER, COMPLAINT, actor, everything
from tests.telling import SetClock, app_on, done, tell

OURS = "caseledger.adapters.store"


def accept(number: int, **values: object) -> Command:
    given = {"command_id": f"cmd:a{number}", "actor": actor("acceptor"), "center": CENTER, "kind": "complaint"}
    return command_from("accept_opinion", {**given, "channel": "phone", "content": "吵", **values})


@pytest.fixture
def app() -> CaseApplication:
    made = app_on("eventsourcing.popo")
    tell(made, everything()[:3])
    return made


def test_the_librarys_in_memory_module_carries_the_whole_story() -> None:
    app = app_on("eventsourcing.popo")
    outcomes = tell(app)
    assert outcomes[3].number == "SZ01-OP-202603-0001"
    assert app.streams.history(COMPLAINT).state.status == "ended"
    assert [turn.number for turn in app.streams.history(COMPLAINT).state.turns] == [1, 2]


def test_our_store_holds_the_same_story_on_every_database(database_url: str) -> None:
    ours, library = app_on(OURS, database_url), app_on("eventsourcing.popo")
    with ours, library:
        tell(ours)
        tell(library)
        ours_log = ours.recorder.select_notifications(1, 1000)
        library_log = library.recorder.select_notifications(1, 1000)
        assert [(n.originator_id, n.originator_version, n.topic) for n in ours_log] == [
            (n.originator_id, n.originator_version, n.topic) for n in library_log
        ]
        assert ours.streams.history(COMPLAINT).state.turns == library.streams.history(COMPLAINT).state.turns


def test_the_same_command_again_changes_nothing_and_returns_the_first_events(app: CaseApplication) -> None:
    first = done(app.executor.execute([[accept(1)]])[0])
    again = done(app.executor.execute([[accept(1)]])[0])
    assert again.repeated
    assert (again.case, again.number) == (first.case, first.number)
    assert [(e.version, e.event) for e in again.events] == [(e.version, e.event) for e in first.events]


def test_the_same_id_with_other_content_is_refused(app: CaseApplication) -> None:
    done(app.executor.execute([[accept(1)]])[0])
    assert isinstance(app.executor.execute([[accept(1, content="很吵")]])[0], CommandReused)
    assert isinstance(app.executor.execute([[accept(1, kind="praise")]])[0], CommandReused)


def test_the_same_id_twice_in_one_batch_counts_once(app: CaseApplication) -> None:
    first, again, other = app.executor.execute([[accept(1)], [accept(1)], [accept(1, content="很吵")]])
    assert not done(first).repeated
    assert done(again).repeated
    assert isinstance(other, CommandReused)


def test_a_refused_command_leaves_no_trace_of_its_group_and_others_go_on(app: CaseApplication) -> None:
    before = app.recorder.max_notification_id()
    end = command_from("end_opinion", {"actor": actor("manager"), "case": "opinion:a1"})
    refused, kept = app.executor.execute([[accept(1), end], [accept(2)]])
    assert isinstance(refused, Refused)
    assert refused.rule == "OP-14"
    assert done(kept).number == "SZ01-OP-202603-0001"
    assert app.recorder.max_notification_id() == (before or 0) + 2


def test_a_dry_run_decides_and_records_nothing(app: CaseApplication) -> None:
    before = app.recorder.max_notification_id()
    outcome = done(app.executor.execute([[accept(1)]], dry_run=True)[0])
    assert outcome.number == "SZ01-OP-202603-0001"
    assert app.recorder.max_notification_id() == before


def test_recorded_time_never_goes_backwards_within_a_case(app: CaseApplication) -> None:
    first = done(app.executor.execute([[accept(1)]])[0])
    assert isinstance(app.executor.clock, SetClock)
    told = first.events[0].recorded_at
    app.executor.clock.now = told - timedelta(hours=1)
    back = {"actor": actor("acceptor"), "case": first.case, "way": "phone", "occurred_at": told}
    assert done(app.executor.execute([[command_from("follow_up_opinion", back)]])[0]).events[0].recorded_at == told


def test_numbers_have_no_gap_and_no_double_under_eight_acceptors_at_once(database_url: str) -> None:
    keys = MemoryKeyStore()
    with app_on(OURS, database_url, keys=keys) as app:
        tell(app, everything()[:3])
        results: list[Outcome | BaseException] = []

        def take_in(worker: int) -> None:
            for number in range(5):
                try:
                    results.append(done(app.executor.execute([[accept(100 * worker + number)]])[0]))
                except BaseException as error:  # noqa: BLE001 - shown by the assertion below
                    results.append(error)

        workers = [threading.Thread(target=take_in, args=(worker,)) for worker in range(1, 9)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        issued = [result.number for result in results if isinstance(result, Outcome)]
        assert [result for result in results if not isinstance(result, Outcome)] == []
        assert sorted(filter(None, issued)) == [f"SZ01-OP-202603-{serial:04d}" for serial in range(1, 41)]


@pytest.mark.parametrize(("overtaken", "recorded"), [(20, True), (30, False)])
def test_a_command_is_decided_anew_as_often_as_others_are_quicker_but_not_for_ever(
    app: CaseApplication, monkeypatch: pytest.MonkeyPatch, overtaken: int, *, recorded: bool
) -> None:
    monkeypatch.setattr("caseledger.adapters.executing.sleep", lambda _: None)
    others = iter(range(2, overtaken + 2))
    insert_events = app.recorder.insert_events

    def after_another(*args: Any) -> Any:  # noqa: ANN401 - the recorder's own
        monkeypatch.setattr(app.recorder, "insert_events", insert_events)
        if (number := next(others, None)) is not None:
            # The next number of the same register.
            done(app.executor.execute([[accept(number)]])[0])
            monkeypatch.setattr(app.recorder, "insert_events", after_another)
        return insert_events(*args)

    monkeypatch.setattr(app.recorder, "insert_events", after_another)
    if recorded:
        assert done(app.executor.execute([[accept(1)]])[0]).number == "SZ01-OP-202603-0021"
    else:
        with pytest.raises(ConflictError, match=r"changed the same cases 30 times .* nothing was recorded"):
            app.executor.execute([[accept(1)]])


def test_words_about_a_person_are_stored_sealed_and_open_only_with_the_key(sqlite_url: str) -> None:
    keys = MemoryKeyStore()
    with app_on(OURS, sqlite_url, keys=keys) as app:
        tell(app)
        everything_stored = b"".join(n.state for n in app.recorder.select_notifications(1, 1000))
        for word in ("王女士", "138****", "3栋1201", "装修噪音", "水龙头"):
            assert word.encode() not in everything_stored
        accepted = app.streams.history(COMPLAINT).events[0]
        assert isinstance(accepted.event.model_dump()["content"], dict)
        assert app.vault.open(accepted)["contact"] == "王女士 138****0000"


def test_an_erased_person_leaves_every_event_and_no_word() -> None:
    keys = MemoryKeyStore()
    app = app_on("eventsourcing.popo", keys=keys)
    tell(app)
    keys.erase("customer:7")
    accepted = app.streams.history(COMPLAINT).events[0]
    assert app.vault.open(accepted)["content"] == Erased(subject="customer:7")
    assert app.streams.history(COMPLAINT).state.status == "ended"


def test_a_retry_after_erasure_is_told_by_its_id_alone() -> None:
    keys = MemoryKeyStore()
    app = app_on("eventsourcing.popo", keys=keys)
    story = everything()
    tell(app, story[:4])
    keys.erase("customer:7")
    assert done(app.executor.execute([[story[3].command]])[0]).repeated


def test_sealed_words_that_were_moved_to_another_event_do_not_open() -> None:
    app = app_on("eventsourcing.popo", keys=MemoryKeyStore())
    tell(app)
    first, *_, last = [
        record for record in app.streams.history(COMPLAINT).events if record.name == "opinion.plan_proposed.v1"
    ]
    assert isinstance(first.event, PlanProposed)
    swapped = last._replace(event=last.event.model_copy(update={"text": first.event.text}))
    with pytest.raises(SealBrokenError, match="changed or moved"):
        app.vault.open(swapped)


def test_the_environment_of_the_process_cannot_reach_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPRESSOR_TOPIC", "zlib")
    monkeypatch.setenv("PERSISTENCE_MODULE", "nonsense")
    app = app_on("eventsourcing.popo")
    tell(app, everything()[:4])
    assert app.recorder.select_events(COMPLAINT)[0].state.startswith(b'{"')


def test_a_case_that_is_not_in_the_ledger_is_refused_by_name(app: CaseApplication) -> None:
    with pytest.raises(UnknownCase, match="opinion:nowhere"):
        app.streams.history("opinion:nowhere")
    ask = command_from("respond_to_opinion", {"actor": actor("acceptor"), "case": "opinion:nowhere", "way": "phone"})
    assert isinstance(app.executor.execute([[ask]])[0], UnknownCase)
    lost = accept(1).model_copy(update={"center": "center:lost"})
    assert isinstance(app.executor.execute([[lost]])[0], UnknownCase)


def test_a_later_policy_never_changes_an_old_case(app: CaseApplication) -> None:
    opened = done(app.executor.execute([[accept(1)]])[0])
    stricter = app.streams.center(CENTER)
    assert stricter is not None
    policy = stricter.policies[0][1].model_copy(update={"version": "11", "callback": None})
    adopt = {"actor": actor("manager"), "center": CENTER, "policy": policy.values, "in_force_from": "2026-03-01"}
    done(app.executor.execute([[command_from("adopt_policy", adopt)]])[0])
    later = done(app.executor.execute([[accept(2)]])[0])
    answer = {"actor": actor("acceptor"), "case": opened.case, "way": "phone"}
    answered = done(app.executor.execute([[command_from("respond_to_opinion", answer)]])[0])
    assert [e.policy.version for o in (opened, answered, later) for e in o.events if e.policy] == ["10", "10", "11"]


def test_the_vault_keeps_words_out_of_a_commands_hash() -> None:
    app = app_on("eventsourcing.popo")
    tell(app)
    hashes = {
        record.command_hash.partition(":")[0]
        for record in app.streams.history(COMPLAINT).events
        if record.name == "opinion.accepted.v1"
    }
    assert hashes == {"hmac"}
    assert isinstance(app.vault, Vault)


def test_the_collector_of_cycles_runs_again_after_a_batch_and_stays_off_where_it_was_off() -> None:
    with collector_waiting():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_waiting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
