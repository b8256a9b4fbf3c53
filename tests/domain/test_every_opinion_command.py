"""What holds of each command about an opinion: what it says is recorded, sealed under its key, in its own time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from caseledger.adapters.testing import (
    Builder,
    Story,
    accept,
    agree_time,
    approve,
    assess,
    attach,
    call_back,
    comment,
    confirm_alert,
    confirm_deadlines,
    correct,
    correct_assessment,
    correct_callback,
    decide_suggestion,
    declare_risk,
    dismiss_alert,
    dispatch,
    end,
    explain_not_ours,
    finish,
    follow_up,
    forward_alert,
    given,
    hand_over,
    inform_party,
    investigate,
    issue_solution,
    make_contact,
    merge,
    note_second,
    plan_on_alert,
    propose,
    raise_alert,
    record_action,
    refer_plan,
    report_back,
    report_major,
    report_progress,
    respond,
    return_plan,
    review_not_ours,
    start_work,
    submit_solution,
    tell_duty_staff,
    track_party,
    transfer,
    treat_as_unsatisfied,
)
from caseledger.domain.command import Command
from caseledger.domain.event import Event
from caseledger.domain.opinion.themes import OPINION_COMMANDS
from caseledger.domain.personal import Clear, marked_fields, personal_fields
from caseledger.domain.policy import Policy
from tests.domain.story import CENTER, SHANGHAI, W08, Anything, at
from tests.policies import GROUP

DAY, NEXT = "2026-03-02", "2026-03-03"  # a Monday and a Tuesday without holidays
SECOND = timedelta(seconds=1)

COMPLAINT = accept(f"{DAY} 09:00", unit="unit:1")
JUDGED = (COMPLAINT, assess(f"{DAY} 09:30"))
PLANNED = (*JUDGED, propose(f"{DAY} 11:00"))
HANDLED = (*PLANNED, approve(f"{DAY} 12:00"), finish(f"{DAY} 16:00"))
CALLED = (*HANDLED, call_back(f"{NEXT} 10:00"))
AGAIN = (*HANDLED, call_back(f"{NEXT} 10:00", outcome_satisfied=False))  # the second turn starts with the callback
FAR_REACHING = (accept(f"{DAY} 09:00", severity="major"),)
OTHERS_MATTER = (COMPLAINT, assess(f"{DAY} 09:30", validity="third_party"))
NIGHT = accept(f"{DAY} 08:30", by="duty_staff", severity="major")
SUGGESTED = accept(f"{DAY} 09:00", kind="suggestion")
HANDED_DOWN = (
    accept(f"{DAY} 09:00", by="qa", level="company"),
    assess(f"{DAY} 09:30", by="qa"),
    dispatch(f"{DAY} 09:40", by="qa", to_kind="center", to=CENTER),
    *HANDLED[2:],
    call_back(f"{NEXT} 10:00"),
)
CONTACTED = (COMPLAINT, start_work(f"{DAY} 09:05"), make_contact(f"{DAY} 09:20"))
SUBMITTED = (*CONTACTED, submit_solution(f"{DAY} 10:00", completion_at=at("2026-03-06 18:00")))
RAISED = (COMPLAINT, declare_risk(f"{DAY} 10:00"))
CONFIRMED = (*RAISED, confirm_alert(f"{DAY} 11:00", level="red"))
FORWARDED = (*CONFIRMED, forward_alert(f"{DAY} 12:00", level="red"))
SILENT = (*HANDLED, end(f"{DAY} 17:00", explanation="没回访途径"))
EARLIER = {"opinion:0": given(accept(f"{DAY} 08:00", case="opinion:0"))}
LATER = {"opinion:2": given(accept(f"{NEXT} 09:00", case="opinion:2", unit="unit:1"))}


@dataclass(frozen=True)
class Asked:
    """A command with all of its fields, what went before, and the moment before which it cannot have happened."""

    command: Builder[Any]
    before: tuple[Command, ...]
    since: str
    fields: dict[str, Any] = field(default_factory=dict)
    turn: int = 1
    under: Policy = W08
    beside: dict[str, Story] = field(default_factory=dict)

    def at(self, moment: str | datetime, **fields: Anything) -> Command:
        """The command at a moment."""
        asked: Command = self.command(moment, **(self.fields | fields))
        return asked

    def story(self) -> Story:
        """What went before, told anew."""
        return given(*self.before, under=self.under, beside=self.beside)


ASKED = [
    Asked(assess, (COMPLAINT,), f"{DAY} 09:00", {"severity": "common", "validity": "third_party"}),
    # What belongs to a turn does not lie before it: here the second one, which began with the callback (OP-11).
    Asked(dispatch, AGAIN, f"{NEXT} 10:00", {"to_kind": "supplier", "reason": "属供方", "jointly": True}, turn=2),
    Asked(transfer, AGAIN, f"{NEXT} 10:00", {"to_kind": "company", "explained": False, "jointly": True}, turn=2),
    Asked(propose, AGAIN, f"{NEXT} 10:00", {}, turn=2),
    Asked(investigate, AGAIN, f"{NEXT} 10:00", {"on_site": False, "shortcoming": True}, turn=2),
    Asked(report_progress, AGAIN, f"{NEXT} 10:00", {"needed_minutes": 30}, turn=2),
    Asked(inform_party, AGAIN, f"{NEXT} 10:00", {"way": "letter", "note": "已函告"}, turn=2),
    Asked(
        track_party,
        (*OTHERS_MATTER, inform_party(f"{DAY} 10:00"), *AGAIN[2:]),
        f"{NEXT} 10:00",
        {"stands": "已停工"},
        turn=2,
    ),
    Asked(respond, (COMPLAINT,), f"{DAY} 09:00", {"way": "visit", "note": "已说明"}),
    Asked(follow_up, AGAIN, f"{DAY} 09:00", {"way": "letter", "note": "仍在处理"}, turn=2),
    Asked(comment, (COMPLAINT,), f"{DAY} 09:00"),
    Asked(approve, PLANNED, f"{DAY} 11:00"),
    Asked(return_plan, PLANNED, f"{DAY} 11:00"),
    Asked(refer_plan, PLANNED, f"{DAY} 11:00"),
    Asked(finish, HANDLED[:-1], f"{DAY} 12:00"),
    Asked(
        call_back,
        HANDLED,
        f"{DAY} 16:00",
        {"way": "visit", "handled_in_time": False, "further_needs": "加装路灯"},
    ),
    Asked(end, CALLED, f"{NEXT} 10:00", {"explanation": "补充说明", "source": "old_system", "source_status": "closed"}),
    Asked(hand_over, (NIGHT,), f"{DAY} 08:30", {"slip": "slip:17", "note": "详见联络单"}),
    Asked(tell_duty_staff, (NIGHT,), f"{DAY} 08:30"),
    Asked(report_major, (NIGHT,), f"{DAY} 08:30", {"note": "有人受伤"}),
    Asked(report_back, HANDED_DOWN, f"{NEXT} 10:00", {"without_callback": "另附"}),
    Asked(decide_suggestion, (SUGGESTED,), f"{DAY} 09:00", {"adopted": False, "reason": "场地不足"}),
    Asked(explain_not_ours, (COMPLAINT,), f"{DAY} 09:00", under=GROUP),
    Asked(review_not_ours, (COMPLAINT, explain_not_ours(f"{DAY} 10:00")), f"{DAY} 10:00", under=GROUP),
    Asked(attach, (COMPLAINT,), f"{DAY} 09:00"),
    Asked(agree_time, (COMPLAINT,), f"{DAY} 09:00", {"until": at(f"{NEXT} 18:00"), "reason": "业主出差"}),
    Asked(start_work, (COMPLAINT,), f"{DAY} 09:00", under=GROUP),
    Asked(make_contact, CONTACTED[:2], f"{DAY} 09:05", {"severity": "common"}, under=GROUP),
    Asked(make_contact, (COMPLAINT,), f"{DAY} 09:00", {"severity": "common"}, under=GROUP),
    Asked(submit_solution, CONTACTED, f"{DAY} 09:20", {"completion_at": at("2026-03-06 18:00")}, under=GROUP),
    Asked(issue_solution, SUBMITTED, f"{DAY} 10:00", under=GROUP),
    Asked(
        raise_alert,
        (COMPLAINT,),
        f"{DAY} 09:00",
        {"level": "red", "reason": "share", "counted": 20, "households": 400, "scope": CENTER},
        under=GROUP,
    ),
    Asked(declare_risk, (COMPLAINT,), f"{DAY} 09:00", under=GROUP),
    Asked(confirm_alert, RAISED, f"{DAY} 10:00", {"level": "red"}, under=GROUP),
    Asked(dismiss_alert, RAISED, f"{DAY} 10:00", {"level": "red"}, under=GROUP),
    Asked(forward_alert, CONFIRMED, f"{DAY} 11:00", {"level": "red"}, under=GROUP),
    Asked(
        plan_on_alert, FORWARDED, f"{DAY} 12:00", {"level": "red", "completion_at": at("2026-03-06 18:00")}, under=GROUP
    ),
    Asked(
        merge,
        (COMPLAINT,),
        f"{DAY} 09:00",
        {"case": "opinion:1", "into": "opinion:0", "reason": "同一事项"},
        beside=EARLIER,
    ),
    Asked(treat_as_unsatisfied, SILENT, f"{NEXT} 09:00", beside=LATER),
    Asked(
        correct,
        (COMPLAINT,),
        f"{DAY} 09:00",
        {
            "channel": "letter",
            "category": "pets",
            "estate": "garden",
            "area": "north",
            "unit": "unit:2",
            "department": "cleaning",
            "wanted_way": "visit",
            "wanted_at": at(f"{NEXT} 18:00"),
            "contact": "李女士",
            "place": "4栋",
            "content": "另有其事",
        },
    ),
    Asked(correct_assessment, JUDGED, f"{DAY} 09:30", {"severity": "common"}),
    Asked(record_action, FAR_REACHING, f"{DAY} 09:00", {"kind": "preventive", "record": "ca:2026-7"}),
    Asked(correct_callback, CALLED, f"{NEXT} 10:00", {"handled_in_time": False, "attitude_satisfied": True}),
]
NAMES = [one.command.kind.name for one in ASKED]


def events_of(asked: Asked) -> tuple[Event, ...]:
    """What follows from the command a second after the earliest moment that it may have."""
    story = asked.story().when(asked.at(at(asked.since) + SECOND))
    assert story.refusal is None
    return story.events


def test_every_command_about_an_opinion_is_here() -> None:
    """accept_opinion has tests of its own below; confirm_deadlines says nothing and has no time of its own."""
    assert set(NAMES) == {one.name for one in OPINION_COMMANDS} - {
        "accept_opinion",
        confirm_deadlines().name,
        note_second().name,
    }


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_what_a_command_says_is_what_is_recorded(asked: Asked) -> None:
    (event, *_) = events_of(asked)
    command = asked.at(at(asked.since) + SECOND)
    both = type(command).model_fields.keys() & type(event).model_fields.keys()
    said = {name: getattr(command, name) for name in both if getattr(command, name) is not None}
    recorded = {name: getattr(event, name) for name in said}
    assert {name: value.text if isinstance(value, Clear) else value for name, value in recorded.items()} == said
    assert event.occurred_at == at(asked.since) + SECOND


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_the_one_who_gave_it_is_named_where_the_event_names_anyone(asked: Asked) -> None:
    command = asked.at(at(asked.since) + SECOND)
    named = [
        getattr(event, name)
        for event in events_of(asked)
        for name in type(event).model_fields
        if name
        in {"assessed_by", "decided_by", "reviewed_by", "declared_by", "confirmed_by", "dismissed_by", "taken_by"}
    ]
    assert set(named) <= {command.actor.id}


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_the_turn_in_which_it_happens_is_recorded(asked: Asked) -> None:
    """OP-11: the second handling is recorded separately."""
    (event, *_) = events_of(asked)
    assert getattr(event, "turn", asked.turn) == asked.turn


def clear(events: tuple[Event, ...]) -> Iterator[Clear]:
    """The personal words of events."""
    for event in events:
        for name in personal_fields(type(event)):
            words = getattr(event, name)
            if words is not None:
                assert isinstance(words, Clear)
                yield words


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_words_are_sealed_under_the_customers_key(asked: Asked) -> None:
    """PD: with the key of a person, all that was said of that person can be destroyed."""
    told = [getattr(asked.at(asked.since), name) for name in marked_fields(type(asked.at(asked.since)))]
    sealed = list(clear(events_of(asked)))
    assert {words.subject for words in sealed} == ({"customer:1"} if any(told) else set())
    assert {words.text for words in sealed} == {text for text in told if text is not None}


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_words_of_an_unknown_customer_are_sealed_under_the_key_of_the_case(asked: Asked) -> None:
    first = asked.before[0].model_copy(update={"customer": None})
    unknown = Asked(
        asked.command, (first, *asked.before[1:]), asked.since, asked.fields, under=asked.under, beside=asked.beside
    )
    assert {words.subject for words in clear(events_of(unknown))} <= {"opinion:1"}


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_it_does_not_lie_before_the_step_it_follows(asked: Asked) -> None:
    now = "2026-03-03 12:00"
    story = asked.story().when(asked.at(at(asked.since) - SECOND, late_reason="paper_record"), now=now)
    story.then_refused(rule="time", where="occurred_at")
    at_once = asked.story().when(asked.at(at(asked.since), late_reason="paper_record"), now=now)
    assert at_once.refusal is None
    assert at_once.events[0].occurred_at == at(asked.since)


@pytest.mark.parametrize("asked", ASKED, ids=NAMES)
def test_what_is_recorded_more_than_a_day_late_gives_the_reason(asked: Asked) -> None:
    """WL-5."""
    moment = at(asked.since) + SECOND
    late = (moment + timedelta(hours=24, seconds=1)).astimezone(SHANGHAI)
    story = asked.story().when(asked.at(moment), now=f"{late:%Y-%m-%d %H:%M:%S}")
    story.then_refused(rule="WL-5", where="late_reason")
