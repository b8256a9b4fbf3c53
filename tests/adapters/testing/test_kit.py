"""The test kit: a ledger in memory, builders for every command, stories; Hypothesis only where it is asked for."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from caseledger.adapters import testing
from caseledger.adapters.testing import (
    Builder,
    Story,
    accept,
    adopt,
    agree_price,
    approve,
    approve_form,
    arrive,
    assess,
    at,
    call_back,
    call_back_order,
    close,
    comment,
    complete,
    dispatch,
    dispatch_order,
    distribute,
    end,
    end_order,
    finish,
    follow_up,
    given,
    happened,
    ledger_in_memory,
    propose,
    receive,
    record_counts,
    register,
    report_households,
    request,
    respond,
    return_form,
    return_plan,
    transfer,
)
from caseledger.domain.catalogue import COMMANDS
from caseledger.domain.command import Command
from caseledger.domain.opinion.events import OpinionEnded
from caseledger.domain.refusal import Refused, WrongTime

HANDLED = (
    accept("2026-03-02 09:00"),
    respond("2026-03-02 09:30"),
    assess("2026-03-02 10:00"),
    dispatch("2026-03-02 10:10"),
    transfer("2026-03-02 10:20"),
    propose("2026-03-02 11:00"),
    return_plan("2026-03-02 11:30"),
    propose("2026-03-02 12:00"),
    approve("2026-03-02 14:00"),
    follow_up("2026-03-02 16:00"),
    comment("2026-03-03 09:00"),
    finish("2026-03-03 10:00"),
    call_back("2026-03-03 15:00"),
)
WORKED = (
    request("2026-03-02 09:00"),
    agree_price("2026-03-02 09:02"),
    dispatch_order("2026-03-02 09:05"),
    receive("2026-03-02 09:10"),
    arrive("2026-03-02 09:30"),
    complete("2026-03-02 10:30"),
    call_back_order("2026-03-03 10:00"),
)


def test_there_is_a_builder_for_every_command_and_it_is_public() -> None:
    built = {each.kind.name for name in testing.__all__ if isinstance(each := getattr(testing, name), Builder)}
    assert built == set(COMMANDS)


def test_the_page_lists_every_builder() -> None:
    page = (Path(__file__).parents[3] / "docs" / "testing.md").read_text("utf-8")
    built = {name for name in testing.__all__ if isinstance(getattr(testing, name), Builder)}
    assert {name for name in built if f"`{name}`" not in page} == set()


def test_the_defaults_of_the_builders_make_whole_cases() -> None:
    cases: tuple[Command, ...] = (
        *HANDLED,
        end("2026-03-03 16:00"),
        *WORKED,
        end_order("2026-03-03 16:00"),
        approve_form("2026-03-03 09:00"),
        distribute("2026-03-03 10:00"),
        return_form("2026-03-05 10:00"),
        close("2026-03-06 10:00"),
        approve_form("2026-03-03 09:00", case="survey:2"),
        distribute("2026-03-03 10:00", case="survey:2"),
        record_counts("2026-03-06 11:00", case="survey:2"),
        report_households("2026-03-07 10:00"),
    )
    with ledger_in_memory("2026-03-01 09:00") as ledger:
        ledger.tell(*sorted(cases, key=lambda command: command.occurred_at or at("2026-03-01 09:00")))
        assert [found.status for found in ledger.find(number="SZ01-OP-202603-0001")] == ["ended"]
        assert [found.status for found in ledger.find(number="SZ01-SO-202603-0001")] == ["ended"]
        assert ledger.replay("survey:1").state.status == "closed"
        assert ledger.check().is_clean


def test_the_clock_stands_where_it_is_put() -> None:
    with ledger_in_memory("2026-03-02 09:00") as ledger:
        (taken,) = ledger.do(accept()).events
        assert (taken.recorded_at, taken.event.occurred_at) == (at("2026-03-02 09:00"), at("2026-03-02 09:00"))
        ledger.clock.forward(timedelta(hours=3))
        (answered,) = ledger.do(respond("2026-03-02 10:15")).events
        assert answered.recorded_at == at("2026-03-02 12:00")
        ledger.clock.put("2026-03-04 09:00")
        with pytest.raises(WrongTime, match="late_reason"):
            ledger.do(assess("2026-03-02 10:00"))


def test_commands_are_told_as_they_happen_and_the_clock_never_goes_back() -> None:
    with ledger_in_memory("2026-03-02 09:30") as ledger:
        first, second = ledger.tell(accept("2026-03-02 09:00"), respond("2026-03-02 10:00"))
    assert first.events[0].recorded_at == at("2026-03-02 09:30")
    assert second.events[0].recorded_at == at("2026-03-02 10:00")


def test_a_ledger_in_memory_may_have_no_center() -> None:
    with ledger_in_memory(policy=None) as ledger:
        with pytest.raises(Refused, match="not registered"):
            ledger.do(accept())
        ledger.tell(register(), adopt(), accept())


def test_the_same_commands_and_seed_give_the_same_events_and_seals() -> None:
    def lived(seed: int) -> object:
        with ledger_in_memory(seed=seed) as ledger:
            named = ledger.do(accept())
            unnamed = ledger.do(request(command_id=None, case=None))
            return named.events, unnamed.events

    assert lived(1) == lived(1)
    assert lived(1) != lived(2)


def test_a_role_can_be_named() -> None:
    given(*HANDLED).when(end("2026-03-03 16:00", by="technician")).then_refused(
        rule="authority, policy w08", where="actor.role"
    )


def test_builders_serve_stories_and_the_story_is_told_when_it_fails() -> None:
    story = given(*HANDLED).when(end("2026-03-03 16:00"))
    story.then(happened(OpinionEnded, ending="after_callback"))
    with pytest.raises(AssertionError) as told:
        story.then_refused(rule="OP-14")
    assert "Given accept opinion by the acceptor at 2026-03-02 09:00" in str(told.value)
    assert "Then refused by rule OP-14" in str(told.value)
    assert "But it was not refused" in str(told.value)


def test_a_callback_before_the_result_is_refused_by_its_rule() -> None:
    story: Story = given(*HANDLED[:-2]).when(call_back("2026-03-03 15:00"))
    story.then_refused(rule="OP-10")


def test_the_kit_needs_no_hypothesis_and_the_strategies_say_that_they_do() -> None:
    block = "import sys; sys.modules['hypothesis'] = None; "
    kit = block + "import caseledger.adapters.testing as kit; print(kit.accept().name)"
    done = subprocess.run([sys.executable, "-c", kit], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "accept_opinion"
    strategies = block + "import caseledger.adapters.testing.strategies"
    failed = subprocess.run([sys.executable, "-c", strategies], check=False, capture_output=True, text=True)
    assert failed.returncode == 1
    assert "hypothesis" in failed.stderr
