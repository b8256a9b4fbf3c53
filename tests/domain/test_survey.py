"""Surveys: W08-03 of the manual and its table 1 (W08-05), rules SV-1 to SV-5."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from caseledger.adapters.calendar import ChineseCalendar
from caseledger.domain.command import Command
from caseledger.domain.opinion.commands import CommentOnOpinion
from caseledger.domain.policy import Bilingual, SurveyMethod
from caseledger.domain.refusal import (
    AlreadyExists,
    MissingDetail,
    NotAuthorised,
    UnknownCase,
    UnknownCode,
    WrongState,
    WrongTime,
)
from caseledger.domain.survey.commands import (
    ApproveSurveyForm,
    CloseSurvey,
    DistributeSurvey,
    FormItem,
    ItemCount,
    RecordSurveyCounts,
    ReturnSurveyForm,
)
from caseledger.domain.survey.decide import decide
from caseledger.domain.survey.events import (
    FormApproved,
    FormReturned,
    FormsCounted,
    ItemAnswered,
    ItemClosed,
    ItemCounted,
    ItemListed,
    SurveyClosed,
    SurveyDistributed,
)
from caseledger.domain.survey.figures import mean, percent, rate, reached
from caseledger.domain.terms import Terms
from tests.domain.story import CENTER, W08, Anything, Story, at, do, given, happened, home

CASE = "survey:1"

TABLE_1: Anything = {
    "impression": (120, 71, 9),
    "cleaning": (95, 82, 23),
    "greening": (118, 79, 3),
    "security": (145, 50, 5),
    "equipment": (68, 82, 50),
    "facilities": (150, 48, 2),
    "repair": (124, 46, 30),
}
"""The manual's printed counts: 200 households; satisfied, basically satisfied, unsatisfied."""
LABELS = {
    "impression": ("总体印象", "overall impression"),
    "cleaning": ("保洁工作", "cleaning"),
    "greening": ("绿化", "greening"),
    "security": ("治安", "security"),
    "equipment": ("设备情况", "equipment"),
    "facilities": ("公用设施", "public facilities"),
    "repair": ("日常维修", "daily repair"),
}
ITEM_PERCENT = {  # rulebook 6
    "impression": "95.5",
    "cleaning": "88.5",
    "greening": "98.5",
    "security": "97.5",
    "equipment": "75",
    "facilities": "99",
    "repair": "85",
}
WORDS = ("satisfied", "basically_satisfied", "unsatisfied")


def form_items(*codes: str) -> tuple[FormItem, ...]:
    return tuple(
        FormItem(item=code, label=Bilingual(zh=LABELS[code][0], en=LABELS[code][1])) for code in codes or TABLE_1
    )


def approve(*codes: str, **fields: Anything) -> ApproveSurveyForm:
    told: dict[str, Anything] = {"title": "2026年度顾客意见调查", "items": form_items(*codes)} | fields
    return do(ApproveSurveyForm, "2026-05-04 09:00", center=CENTER, case=CASE, **told)


def distribute(forms: int, when: str = "2026-05-06 09:00") -> DistributeSurvey:
    return do(DistributeSurvey, when, case=CASE, forms=forms)


def bring_back(when: str = "2026-05-08 18:00", *, by_visit: bool = False, **answers: Anything) -> ReturnSurveyForm:
    return do(ReturnSurveyForm, when, case=CASE, answers=answers, by_visit=by_visit)


def counted(returned: int, *, returned_by_visit: int = 0, **counts: tuple[int, int, int]) -> RecordSurveyCounts:
    named = {item: ItemCount(**dict(zip(WORDS, three, strict=True))) for item, three in counts.items()}
    return do(
        RecordSurveyCounts,
        "2026-05-20 10:00",
        case=CASE,
        returned=returned,
        returned_by_visit=returned_by_visit,
        counts=named,
    )


def close(when: str = "2026-05-21 10:00") -> CloseSurvey:
    return do(CloseSurvey, when, case=CASE)


def forms_of_table_1() -> Iterator[ReturnSurveyForm]:
    """Two hundred forms whose answers add up to the manual's counts."""
    columns = {
        item: [word for word, times in zip(WORDS, three, strict=True) for _ in range(times)]
        for item, three in TABLE_1.items()
    }
    for form in range(200):
        answers: Anything = {item: column[form] for item, column in columns.items()}
        yield bring_back(**answers)


TWO_ITEMS = ("cleaning", "security")
OUT = (approve(*TWO_ITEMS), distribute(10))


class TestForm:
    def test_approved_form_lists_each_item_with_both_labels(self) -> None:
        given().when(approve(*TWO_ITEMS, scope="topical")).then(
            happened(
                FormApproved,
                center=CENTER,
                number="SZ01-SV-202605-0001",
                scope="topical",
                items=2,
                method="of_returned",
                approved_by="staff:qa",
            ),
            happened(
                ItemListed, item="cleaning", position=1, label_zh="保洁工作", label_en="cleaning", scope="topical"
            ),
            happened(ItemListed, item="security", position=2, center=CENTER, number="SZ01-SV-202605-0001"),
        ).then_known(status="approved", approved_at=at("2026-05-04 09:00"), center=CENTER, closed_at=None)

    def test_only_qa_approves_a_form(self) -> None:
        by_manager = do(
            ApproveSurveyForm, "2026-05-04 09:00", by="manager", center=CENTER, title="专题", items=form_items("repair")
        )
        given().when(by_manager).then_refused(rule="authority, policy w08", kind=NotAuthorised)

    def test_item_stands_on_the_form_once(self) -> None:
        given().when(approve("cleaning", "security", "cleaning")).then_refused(
            rule="SV-1", kind=UnknownCode, where="items", says="cleaning"
        )

    def test_form_without_items_is_no_form(self) -> None:
        with pytest.raises(ValidationError):
            approve(items=())


class TestDistribution:
    def test_half_of_the_resident_households_is_the_target(self) -> None:
        # 300 are resident: 150 are exactly 50 %
        given(approve()).when(distribute(150)).then(
            happened(
                SurveyDistributed,
                distribution=1,
                forms=150,
                distributed=150,
                resident_households=300,
                target_percent=Decimal(50),
                target_met=True,
            )
        ).then_known(status="distributed")

    def test_fewer_are_recorded_as_missing_the_target_and_a_second_round_adds_to_them(self) -> None:
        given(approve()).when(distribute(149)).then(happened(SurveyDistributed, target_met=False))
        given(approve(), distribute(149)).when(distribute(1, "2026-05-10 09:00")).then(
            happened(SurveyDistributed, distribution=2, forms=1, distributed=150, target_met=True)
        ).then_known(distributed=150, distributed_at=at("2026-05-06 09:00"))

    def test_without_a_target_or_residents_nothing_is_said_of_it(self) -> None:
        free = W08.model_copy(update={"targets": {}})
        given(approve(), under=free).when(distribute(5)).then(
            happened(SurveyDistributed, target_percent=None, target_met=None)
        )
        given(approve(), at_home=home(resident_households=0)).when(distribute(5)).then(
            happened(SurveyDistributed, resident_households=0, target_met=None)
        )

    def test_nothing_comes_back_or_is_closed_before_forms_went_out(self) -> None:
        for ask in (bring_back(cleaning="satisfied"), counted(0), close()):
            given(approve()).when(ask).then_refused(rule="SV-2", kind=WrongState)


class TestFormByForm:
    def test_returned_form_gives_one_answer_for_each_item_in_the_order_of_the_form(self) -> None:
        given(*OUT).when(bring_back(security="unsatisfied", cleaning="satisfied")).then(
            happened(FormReturned, form=1, by_visit=False, answered=2),
            happened(ItemAnswered, form=1, item="cleaning", answer="satisfied"),
            happened(ItemAnswered, form=1, item="security", answer="unsatisfied"),
        ).then_known(status="returning", returned=1)

    def test_item_left_out_has_no_answer_and_a_blank_form_counts_as_returned(self) -> None:
        story = given(*OUT, bring_back(cleaning="satisfied")).when(bring_back())
        story.then(happened(FormReturned, form=2, answered=0)).then_known(returned=2)
        assert story.state.tallies["cleaning"].answered == 1
        assert story.state.tallies["security"].answered == 0

    def test_form_filled_in_at_a_visit_counts_and_is_marked(self) -> None:
        given(*OUT).when(bring_back(by_visit=True, cleaning="satisfied")).then(
            happened(FormReturned, by_visit=True), happened(ItemAnswered)
        ).then_known(returned=1, returned_by_visit=1)

    def test_item_that_is_not_on_the_form_is_refused(self) -> None:
        given(*OUT).when(bring_back(repair="satisfied")).then_refused(rule="SV-1", kind=UnknownCode, where="answers")

    def test_answer_that_is_none_of_the_three_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="satisfied"):
            bring_back(cleaning="excellent")

    def test_no_more_forms_come_back_than_went_out(self) -> None:
        given(approve(*TWO_ITEMS), distribute(1), bring_back()).when(bring_back()).then_refused(
            rule="SV-3", kind=WrongState, where="returned"
        )

    def test_a_further_round_makes_room_for_more(self) -> None:
        given(approve(*TWO_ITEMS), distribute(1), bring_back(), distribute(1, "2026-05-09 09:00")).when(
            bring_back("2026-05-10 09:00")
        ).then(happened(FormReturned, form=2))


class TestCounts:
    def test_counts_give_one_event_for_each_item(self) -> None:
        given(*OUT).when(counted(8, cleaning=(5, 2, 1), security=(4, 3, 0), returned_by_visit=2)).then(
            happened(FormsCounted, returned=8, returned_by_visit=2),
            happened(ItemCounted, item="cleaning", returned=8, satisfied=5, basically_satisfied=2, unsatisfied=1),
            happened(ItemCounted, item="security", returned=8, satisfied=4, basically_satisfied=3, unsatisfied=0),
        ).then_known(status="returning", returned=8, returned_by_visit=2)

    def test_item_has_no_more_answers_than_there_are_forms(self) -> None:
        given(*OUT).when(counted(8, cleaning=(5, 2, 2), security=(4, 3, 1))).then_refused(
            rule="SV-5", kind=MissingDetail, where="counts", says="cleaning has 9 answers on 8 forms"
        )

    def test_each_item_of_the_form_is_counted_and_no_other(self) -> None:
        given(*OUT).when(counted(8, cleaning=(5, 2, 1))).then_refused(
            rule="SV-5", kind=MissingDetail, where="counts", says="security"
        )
        given(*OUT).when(counted(8, cleaning=(5, 2, 1), security=(8, 0, 0), repair=(8, 0, 0))).then_refused(
            rule="SV-1", kind=UnknownCode, where="counts"
        )

    def test_no_more_forms_are_counted_than_went_out_or_were_returned(self) -> None:
        given(*OUT).when(counted(11, cleaning=(5, 2, 1), security=(8, 0, 0))).then_refused(
            rule="SV-3", kind=WrongState, where="returned"
        )
        given(*OUT).when(counted(8, returned_by_visit=9, cleaning=(5, 2, 1), security=(8, 0, 0))).then_refused(
            rule="SV-3", kind=MissingDetail, where="returned_by_visit"
        )

    def test_all_forms_may_have_been_obtained_by_visits(self) -> None:
        given(*OUT).when(counted(1, returned_by_visit=1, cleaning=(1, 0, 0), security=(1, 0, 0))).then(
            happened(FormsCounted, returned=1, returned_by_visit=1), happened(ItemCounted), happened(ItemCounted)
        )

    def test_one_survey_takes_one_way_of_entry(self) -> None:
        counts = counted(1, cleaning=(1, 0, 0), security=(1, 0, 0))
        given(*OUT, bring_back()).when(counts).then_refused(rule="SV-5", kind=WrongState, says="form by form")
        given(*OUT, counts).when(bring_back("2026-05-20 11:00")).then_refused(rule="SV-5", says="as counts")
        given(*OUT, counts).when(counts).then_refused(rule="SV-5", says="counted already")
        given(*OUT, counts).when(distribute(5, "2026-05-20 11:00")).then_refused(rule="SV-5", says="are counted")


class TestFigures:
    """SV-4 on the manual's table 1: item rates and their mean, whichever way the answers came in."""

    def closed(self, *answers: RecordSurveyCounts | ReturnSurveyForm, distributed: int = 300) -> Story:
        return given(approve(), distribute(distributed), *answers).when(close())

    @pytest.mark.parametrize("way", ["counts", "forms"])
    def test_table_1_comes_out_as_printed(self, way: str) -> None:
        assert all(sum(three) == 200 for three in TABLE_1.values())
        answers = [counted(200, **TABLE_1)] if way == "counts" else list(forms_of_table_1())
        self.closed(*answers).then(
            *(
                happened(
                    ItemClosed,
                    item=item,
                    distributed=300,
                    returned=200,
                    satisfied=three[0],
                    basically_satisfied=three[1],
                    unsatisfied=three[2],
                    method="of_returned",
                    denominator=200,
                    percent=Decimal(ITEM_PERCENT[item]),
                )
                for item, three in TABLE_1.items()
            ),
            happened(
                SurveyClosed,
                distributed=300,
                returned=200,
                resident_households=300,
                items=7,
                items_rated=7,
                satisfied=820,
                basically_satisfied=458,
                unsatisfied=122,
                numerator=1278,
                denominator=1400,
                percent=Decimal("91.2857"),  # the manual's 91.29 %
                return_target_percent=Decimal(60),
                return_target_met=True,
                counted_by="staff:assistant",
            ),
        ).then_known(status="closed", is_open=False, closed_at=at("2026-05-21 10:00"), figures__returned=200)

    def test_both_ways_of_entry_lead_to_the_same_figures(self) -> None:
        by_counts, by_forms = self.closed(counted(200, **TABLE_1)), self.closed(*forms_of_table_1())
        assert by_counts.state.item_figures == by_forms.state.item_figures
        differing = {"last_returned_at"}
        assert by_counts.state.figures.model_dump(exclude=differing) == by_forms.state.figures.model_dump(
            exclude=differing
        )

    def test_those_who_left_an_item_out_count_below_the_line_of_forms_but_not_of_answers(self) -> None:
        answers = counted(8, cleaning=(4, 2, 0), security=(1, 1, 2))
        given(*OUT, answers).when(close()).then(
            happened(ItemClosed, item="cleaning", numerator=6, denominator=8, percent=Decimal(75)),
            happened(ItemClosed, item="security", numerator=2, denominator=8, percent=Decimal(25)),
            happened(SurveyClosed, percent=Decimal(50), numerator=8, denominator=16),
        )
        of_answers = W08.model_copy(update={"survey_method": SurveyMethod.OF_ANSWERED})
        given(*OUT, answers, under=of_answers).when(close()).then(
            happened(
                ItemClosed, item="cleaning", method="of_answered", numerator=6, denominator=6, percent=Decimal(100)
            ),
            happened(ItemClosed, item="security", numerator=2, denominator=4, percent=Decimal(50)),
            # the mean of the rates, not the share of the sums, which would be 80 %
            happened(SurveyClosed, method="of_answered", percent=Decimal(75), numerator=8, denominator=10),
        )

    def test_with_nothing_below_the_line_there_is_no_rate(self) -> None:
        given(*OUT).when(close()).then(
            happened(ItemClosed, percent=None, denominator=0),
            happened(ItemClosed, percent=None, denominator=0),
            happened(SurveyClosed, percent=None, items=2, items_rated=0, returned=0, return_target_met=False),
        )
        of_answers = W08.model_copy(update={"survey_method": SurveyMethod.OF_ANSWERED})
        given(*OUT, bring_back(cleaning="satisfied"), under=of_answers).when(close()).then(
            happened(ItemClosed, item="cleaning", percent=Decimal(100)),
            happened(ItemClosed, item="security", percent=None),
            happened(SurveyClosed, percent=Decimal(100), items_rated=1),
        )

    @pytest.mark.parametrize(("returned", "met"), [(6, True), (5, False)])
    def test_sixty_of_a_hundred_forms_are_to_come_back(self, returned: int, *, met: bool) -> None:
        counts = counted(returned, cleaning=(1, 0, 0), security=(1, 0, 0))
        given(*OUT, counts).when(close()).then(
            happened(ItemClosed), happened(ItemClosed), happened(SurveyClosed, return_target_met=met)
        )

    def test_nothing_follows_the_closing(self) -> None:
        for ask in (distribute(1, "2026-05-22 09:00"), bring_back("2026-05-22 09:00"), close("2026-05-22 09:00")):
            given(*OUT, close()).when(ask).then_refused(rule="SV-5", kind=WrongState, where="case")

    @pytest.mark.parametrize(
        ("share", "written"),
        [
            (Fraction(1, 3), "33.3333"),
            (Fraction(2, 3), "66.6667"),
            (Fraction(1, 1), "100.0000"),
            (Fraction(0), "0.0000"),
            (Fraction(25, 2_000_000), "0.0012"),  # 0.00125 %: a half goes to the even digit
            (Fraction(35, 2_000_000), "0.0018"),
        ],
    )
    def test_percent_has_four_decimals_and_halves_go_to_the_even_digit(self, share: Fraction, written: str) -> None:
        assert str(percent(share)) == written

    def test_figures_of_nothing_are_absent(self) -> None:
        assert rate(0, 0) is None
        assert mean([]) is None
        assert percent(None) is None
        assert reached(0, 0, Decimal(50)) is None


class TestTimes:
    @pytest.mark.parametrize(
        ("before", "ask", "now"),
        [
            ((approve(*TWO_ITEMS),), distribute(5, "2026-05-04 08:59"), "2026-05-04 10:00"),
            (OUT, bring_back("2026-05-06 08:59"), "2026-05-06 10:00"),
            (OUT, close("2026-05-06 08:59"), "2026-05-06 10:00"),
            ((*OUT, bring_back("2026-05-08 18:00")), close("2026-05-08 17:59"), "2026-05-09 10:00"),
        ],
    )
    def test_no_step_lies_before_the_one_it_follows(self, before: tuple[Command, ...], ask: Command, now: str) -> None:
        given(*before).when(ask, now=now).then_refused(rule="time", kind=WrongTime, where="occurred_at")

    def test_forms_come_back_in_any_order(self) -> None:
        given(*OUT, bring_back("2026-05-08 18:00")).when(bring_back("2026-05-08 10:00"), now="2026-05-08 19:00").then(
            happened(FormReturned, form=2)
        ).then_known(last_returned_at=at("2026-05-08 18:00"))


class TestIdentity:
    def test_survey_is_approved_once_and_known_before_anything_else(self) -> None:
        given(approve()).when(approve()).then_refused(rule="ids", kind=AlreadyExists, where="case")
        given().when(close()).then_refused(rule="ids", kind=UnknownCase, where="case")

    def test_number_and_id_come_from_outside(self) -> None:
        terms = Terms(now=at("2026-05-04 09:00"), calendar=ChineseCalendar(), policy=W08)
        numbered = replace(terms, number="SZ01-XX-202603-0001")
        for command, outside in ((approve().model_copy(update={"case": None}), numbered), (approve(), terms)):
            with pytest.raises(MissingDetail, match="rule ids"):
                decide(command, None, outside)

    def test_command_about_something_else_is_a_fault_of_the_program(self) -> None:
        stray = do(CommentOnOpinion, "2026-05-05 10:00", case="opinion:1", comment="阅")
        with pytest.raises(TypeError, match="CommentOnOpinion"):
            decide(stray, given(approve()).state, Terms(now=at("2026-05-05 10:00"), calendar=ChineseCalendar()))
