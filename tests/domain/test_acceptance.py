"""What is taken in, and the clocks that start with it, under policies of their own (OP-1 to OP-6, OP-17)."""

from typing import Any

import pytest

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.adapters.testing import GROUP400, accept, assess, given, happened
from caseledger.domain.opinion.events import OpinionAccepted, OpinionAssessed
from caseledger.domain.personal import Clear
from caseledger.domain.refusal import UnknownCode
from tests.domain import story
from tests.domain.story import at
from tests.policies import GROUP as GROUP_WITH_ALL
from tests.policies import limit

# That a severe matter calls for corrective action as well is told in test_corrective.
W08 = story.W08.model_copy(update={"corrective": None})
GROUP = GROUP_WITH_ALL.model_copy(update={"corrective": None})
DAY = "2026-03-02"
EDITION = ChineseCalendar.edition
NO_PLAN = {"plan_at_center": None, "plan_at_company": None}


def test_everything_that_is_said_is_recorded_and_what_names_a_person_is_sealed() -> None:
    """4.2.3.4: 记录清楚来源、地点、事情、反映人、要求回复的时间和方式."""
    told: dict[str, Any] = {
        "kind": "complaint",
        "channel": "letter",
        "level": "center",
        "category": "noise",
        "severity": "common",
        "estate": "garden",
        "area": "north",
        "unit": "unit:3-1201",
        "customer": "customer:7",
        "department": "order",
        "wanted_way": "visit",
        "wanted_at": at(f"{DAY} 18:00"),
        "source": "old_system",
        "source_case": "77",
    }
    words = {"contact": "王女士 138", "place": "3栋1201", "content": "楼上装修"}
    taken = given(under=W08).when(accept(f"{DAY} 09:00", **told, **words))
    taken.then(happened(OpinionAccepted, center="center:sz01", linked_to=None, category_said=None, **told, **words))
    (event,) = taken.events
    sealed = [getattr(event, name) for name in words]
    assert sealed == [Clear(subject="customer:7", text=text) for text in words.values()]
    bare = given().when(accept(f"{DAY} 09:00", customer=None, **words)).events[0]
    assert {getattr(bare, name).subject for name in words} == {"opinion:1"}


class TestCategories:
    """OP-4: the policy names its own list, and a mapping from the other one."""

    def test_a_word_of_the_other_list_becomes_the_policys_own_and_is_kept(self) -> None:
        given(under=GROUP400).when(accept(f"{DAY} 09:00", category="noise")).then(
            happened(OpinionAccepted, category="order_security", category_said="noise")
        )

    def test_a_word_of_its_own_list_stays(self) -> None:
        given(under=GROUP400).when(accept(f"{DAY} 09:00", category="cleaning")).then(
            happened(OpinionAccepted, category="cleaning", category_said=None)
        )
        given(under=GROUP400).when(accept(f"{DAY} 09:00", category=None)).then(
            happened(OpinionAccepted, category=None, category_said=None)
        )

    def test_a_word_of_neither_is_refused(self) -> None:
        given(under=GROUP400).when(accept(f"{DAY} 09:00", category="dragons")).then_refused(
            rule="OP-4", kind=UnknownCode, where="category"
        )
        assert W08.category_mapping is None
        given().when(accept(f"{DAY} 09:00", category="order_security")).then_refused(rule="OP-4", where="category")


class TestClocks:
    @pytest.mark.parametrize("level", ["center", "company"])
    def test_only_a_complaint_has_a_plan_to_come(self, level: str) -> None:
        given().when(accept(f"{DAY} 09:00", kind="praise", level=level)).then(
            happened(OpinionAccepted, plan_due_at=None, plan_due_provisional=False, response_due_at=None, calendar=None)
        )

    def test_under_a_policy_without_a_time_for_the_plan_it_is_not_provisional(self) -> None:
        free = W08.model_copy(update=NO_PLAN)
        given(under=free).when(accept("2026-12-31 09:00")).then(
            happened(OpinionAccepted, plan_due_at=None, plan_due_provisional=False, calendar=None)
        )

    def test_the_calendars_edition_is_recorded_where_any_of_them_counts_working_days(self) -> None:
        # the reply to the owner, two working days: M1 三3.9
        given(under=GROUP.model_copy(update=NO_PLAN)).when(accept(f"{DAY} 09:00")).then(
            happened(OpinionAccepted, plan_due_at=None, reply_due_at=at("2026-03-04 23:59:59.999999"), calendar=EDITION)
        )

    def test_a_time_that_was_agreed_stands_for_the_policys(self) -> None:
        agreed = at(f"{DAY} 18:00")
        free = W08.model_copy(update={"response": None})
        for policy in (W08, free):
            given(under=policy).when(accept(f"{DAY} 09:00", agreed_response_at=agreed)).then(
                happened(OpinionAccepted, response_due_at=agreed, response_agreed=True)
            )

    def test_limits_in_days_are_never_provisional_and_those_in_working_days_say_whether(self) -> None:
        night = accept("2026-12-31 09:00", by="duty_staff", severity="major")
        given(under=GROUP).when(night).then(
            happened(
                OpinionAccepted,
                plan_due_provisional=True,
                reply_due_provisional=True,
                hand_over_due_provisional=True,
                notify_due_provisional=True,
            )
        )
        given(under=GROUP).when(accept(f"{DAY} 09:00", by="duty_staff", severity="major")).then(
            happened(
                OpinionAccepted,
                plan_due_provisional=False,
                reply_due_provisional=False,
                hand_over_due_provisional=False,
                notify_due_provisional=False,
            )
        )
        hours = GROUP.model_copy(update={"reply": limit(48, "hours", "OP-17")})
        given(under=hours).when(accept(f"{DAY} 09:00")).then(
            happened(OpinionAccepted, reply_due_at=at("2026-03-04 09:00"), reply_due_provisional=None)
        )


class TestMajorMatters:
    """OP-17: 重大事件、紧急事件、投诉在1个工作日内通报相关部门及人员, from when it is first judged so."""

    BEGUN = accept(f"{DAY} 09:00")

    def test_judged_major_it_is_told_within_a_working_day_by_the_calendar_of_then(self) -> None:
        given(self.BEGUN, under=GROUP).when(assess("2026-03-06 09:00", severity="major")).then(
            happened(
                OpinionAssessed,
                notify_due_at=at("2026-03-09 23:59:59.999999"),  # Friday; the next working day is Monday
                notify_due_provisional=False,
                calendar=EDITION,
            )
        )

    @pytest.mark.parametrize("severity", [None, "general", "common"])
    def test_judged_less_there_is_nothing_to_tell(self, severity: str | None) -> None:
        given(self.BEGUN, under=GROUP).when(assess("2026-03-06 09:00", severity=severity)).then(
            happened(OpinionAssessed, notify_due_at=None, notify_due_provisional=None, calendar=None)
        )

    def test_taken_in_as_major_its_time_runs_from_then(self) -> None:
        taken = accept(f"{DAY} 09:00", severity="major")
        given(under=GROUP).when(taken).then(happened(OpinionAccepted, notify_due_at=at("2026-03-03 23:59:59.999999")))
        given(taken, under=GROUP).when(assess("2026-03-06 09:00", severity="major")).then(
            happened(OpinionAssessed, notify_due_at=None, calendar=None)
        )

    def test_a_policy_may_count_it_in_hours_or_not_at_all(self) -> None:
        judged = assess("2026-03-06 09:00", severity="major")
        hours = GROUP.model_copy(update={"notify": limit(24, "hours", "OP-17")})
        given(self.BEGUN, under=hours).when(judged).then(
            happened(
                OpinionAssessed,
                notify_due_at=at("2026-03-07 09:00"),
                notify_due_provisional=None,
                calendar=None,
            )
        )
        given(self.BEGUN, under=W08).when(judged).then(happened(OpinionAssessed, notify_due_at=None, calendar=None))
