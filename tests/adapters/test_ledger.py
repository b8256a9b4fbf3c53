"""What an embedding service may rely on beyond single commands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from eventsourcing.persistence import IntegrityError, PersistenceError

from caseledger import Actor, Ledger, command_from, load_policy
from caseledger.adapters.keys import KeyFileMissingError
from caseledger.adapters.store.errors import DeadlockError
from caseledger.domain.center import evolve
from caseledger.domain.center_events import CenterRegistered, Estate, PolicyAdopted
from caseledger.domain.refusal import MissingDetail, NotAuthorised, Refused, UnknownCase, WrongTime
from tests.stories import CENTER, COMPLAINT, START, actor, one_of_each
from tests.telling import SetClock

AUDITOR = Actor.model_validate(actor("auditor"))


def told(ledger: Ledger, clock: SetClock, steps: int | None = None) -> None:
    for one in one_of_each()[:steps]:
        clock.now = one.at
        ledger.do(one.command)


def test_what_was_loaded_without_facts_is_in_the_figures_of_the_next_opening(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock, 3)
    with Ledger(sqlite_url, clock=clock, facts=False) as ledger:
        told(ledger, clock)
    with Ledger(sqlite_url, clock=clock) as ledger:
        assert [row.accepted for row in ledger.figures.monthly("2026-03")] == [1]
        assert ledger.check().is_clean


def test_a_ledger_without_its_key_file_is_refused_and_no_new_one_is_made(tmp_path: Path) -> None:
    clock = SetClock()
    with Ledger(f"sqlite:///{tmp_path}/a.db", clock=clock) as ledger:
        told(ledger, clock)
    (tmp_path / "a.db.keys").rename(tmp_path / "elsewhere")
    with pytest.raises(KeyFileMissingError, match=r"a\.db\.keys"):
        Ledger(f"sqlite:///{tmp_path}/a.db")
    assert not (tmp_path / "a.db.keys").exists()


@pytest.mark.parametrize("case", ["\ud800", "opinion:\x00", "", "opinion:" + "7" * 64, "张三"])
def test_the_history_of_what_can_be_no_id_is_refused_alike_on_every_database(database_url: str, case: str) -> None:
    with Ledger(database_url) as ledger, pytest.raises(UnknownCase, match="no case has such an id"):
        ledger.histories([COMPLAINT, case])


def test_a_look_without_a_proper_purpose_is_refused_and_not_on_record(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        with pytest.raises(MissingDetail, match=r"purpose: is no code.*rule PD.*callback"):
            ledger.reveal(COMPLAINT, actor=AUDITOR, purpose="Because Mr. Wang asked")
        assert not ledger.histories([f"access:{COMPLAINT}"])[f"access:{COMPLAINT}"]


def test_each_look_at_personal_words_is_on_record_and_never_before_the_look_before(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        assert ledger.reveal(COMPLAINT, actor=AUDITOR, purpose="audit")[1]["place"] == "3栋1201"
        clock.now = START - timedelta(days=1)
        ledger.reveal(COMPLAINT, actor=AUDITOR, purpose="audit")
        looks = ledger.histories([f"access:{COMPLAINT}"])[f"access:{COMPLAINT}"]
        assert [look.actor.id for look in looks] == ["staff:auditor"] * 2
        assert looks[0].recorded_at <= looks[1].recorded_at


@pytest.mark.parametrize("trouble", [DeadlockError, IntegrityError])
def test_a_look_that_another_transaction_came_in_the_way_of_is_put_on_record_at_the_next_attempt(
    sqlite_url: str, trouble: type[PersistenceError], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        recorder = ledger._app.recorder
        insert_events = recorder.insert_events

        def ended_by_the_database(*_: object) -> NoReturn:
            monkeypatch.setattr(recorder, "insert_events", insert_events)
            raise trouble("of two that waited for each other, or wrote the same version, this one")

        monkeypatch.setattr(recorder, "insert_events", ended_by_the_database)
        assert ledger.reveal(COMPLAINT, actor=AUDITOR, purpose="audit")[1]["place"] == "3栋1201"
        assert len(ledger.histories([f"access:{COMPLAINT}"])[f"access:{COMPLAINT}"]) == 1


def test_whether_an_event_holds_the_words_that_one_has_is_told_without_a_look(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        accepted = ledger.replay(COMPLAINT).events[0]
        assert ledger.says(accepted, "place", "3栋1201") is True
        assert ledger.says(accepted, "place", "3栋1202") is False
        assert ledger.says(accepted, "place", None) is False
        assert not ledger.histories([f"access:{COMPLAINT}"])[f"access:{COMPLAINT}"]


def test_where_nothing_was_said_an_event_holds_nothing_and_no_words(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock, 3)
        clock.now = one_of_each()[3].at
        ask = one_of_each()[3].command
        silent = ledger.do(type(ask).model_validate({**dict(ask), "place": None}))
        accepted = ledger.replay(silent.case).events[0]
        assert ledger.says(accepted, "place", None) is True
        assert ledger.says(accepted, "place", "3栋1201") is False


def test_of_words_that_are_erased_or_of_no_sealed_field_it_cannot_be_told_what_they_say(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        accepted = ledger.replay(COMPLAINT).events[0]
        assert ledger.says(accepted, "nowhere", "3栋1201") is None
        assert ledger.says(accepted, "center", CENTER) is None
        assert ledger._app.vault.keys.erase("customer:7")
        assert ledger.says(accepted, "place", "3栋1201") is None


def test_a_case_is_replayed_as_it_stood_after_a_version_and_as_it_was_known_at_a_moment(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock)
        events = ledger.replay("SZ01-OP-202603-0001").events
        assert ledger.replay(COMPLAINT, version=3).state.status == "assessed"
        third = ledger.replay(COMPLAINT, at=events[2].recorded_at)
        assert (len(third.events), third.state.status) == (3, "assessed")
        with pytest.raises(Refused, match="not in the ledger at that moment"):
            ledger.replay(COMPLAINT, at=events[0].recorded_at - timedelta(seconds=1))


@pytest.mark.parametrize("asked", ["at", "as_of", "known_at", "since"])
def test_a_time_without_a_zone_is_refused_and_not_taken_for_the_machines_own(asked: str, sqlite_url: str) -> None:
    naive = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - that is the point
    with Ledger(sqlite_url, clock=SetClock()) as ledger:
        asks: dict[str, Callable[[], object]] = {
            "at": lambda: ledger.replay(COMPLAINT, at=naive),
            "as_of": lambda: ledger.figures.monthly("2026-03", as_of=naive),
            "known_at": lambda: ledger.figures.timeliness("2026-03", known_at=naive),
            "since": lambda: list(ledger.figures.trail(since=naive)),
        }
        with pytest.raises(WrongTime, match=asked):
            asks[asked]()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 200, "'; drop table", ""])
def test_text_that_is_no_name_in_any_ledger_is_refused_alike_on_every_database(text: str, database_url: str) -> None:
    with Ledger(database_url, clock=SetClock()) as ledger:
        for ask in (
            lambda: ledger.replay(text),
            lambda: ledger.find(unit=text),
            lambda: ledger.figures.monthly("2026-03", center=text),
            lambda: list(ledger.figures.trail(text)),
        ):
            with pytest.raises(Refused):
                ask()


def test_a_closed_ledger_answers_nothing(sqlite_url: str) -> None:
    ledger = Ledger(sqlite_url, clock=SetClock())
    ledger.close()
    with pytest.raises(PersistenceError, match="closed"):
        ledger.find()
    with pytest.raises(PersistenceError, match="closed"):
        ledger.do(one_of_each()[0].command)
    with pytest.raises(PersistenceError, match="closed"):
        ledger.check()
    with pytest.raises(PersistenceError, match="closed"):
        ledger.rebuild()


def test_a_policy_that_a_later_release_reads_with_more_values_still_governs_its_cases() -> None:
    registered = CenterRegistered(
        occurred_at=START,
        center=CENTER,
        label="中心",
        time_zone="Asia/Shanghai",
        estates=(Estate(id="e1", label="一期"),),
    )
    policy = load_policy("w08")
    digest = "0" * 64  # what an earlier release computed from fewer values
    adopted = PolicyAdopted(
        occurred_at=START, center=CENTER, in_force_from=policy.in_force_from, policy=policy, digest=digest
    )
    state = evolve(evolve(None, registered), adopted)
    assert state is not None
    assert state.policy_by(digest).ref.digest == digest


def test_a_command_does_not_show_a_persons_words() -> None:
    accepted = one_of_each()[3].command
    assert "王女士" not in repr(accepted)
    assert "customer:7" in repr(accepted)


def test_a_supplier_does_not_change_the_policy_of_a_center(sqlite_url: str) -> None:
    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock, 3)
        ask = {"actor": actor("supplier"), "center": CENTER, "policy": load_policy("imported").values}
        with pytest.raises(NotAuthorised, match="adopt policy"):
            ledger.do(command_from("adopt_policy", ask))


def test_under_asyncio_commands_go_to_a_thread(sqlite_url: str) -> None:
    async def work(ledger: Ledger) -> str | None:
        return (await asyncio.to_thread(ledger.do, one_of_each()[3].command)).number

    clock = SetClock()
    with Ledger(sqlite_url, clock=clock) as ledger:
        told(ledger, clock, 3)
        clock.now = one_of_each()[3].at
        assert asyncio.run(work(ledger)) == "SZ01-OP-202603-0001"
