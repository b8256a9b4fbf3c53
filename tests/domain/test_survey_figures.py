"""Surveys counted: by totals or form by form, and the rates that come of them; W08-03, W08-05."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

import pytest

from caseledger.domain.policy import SurveyMethod
from caseledger.domain.refusal import MissingDetail, UnknownCode, WrongState
from caseledger.domain.survey.commands import RecordSurveyCounts, ReturnSurveyForm
from caseledger.domain.survey.events import FormsCounted, ItemClosed, ItemCounted, SurveyClosed
from caseledger.domain.survey.figures import mean, percent, rate, reached
from tests.domain.story import W08, Anything, Story, at, given, happened
from tests.domain.surveys import OUT, TABLE_1, WORDS, approve, bring_back, close, counted, distribute

ITEM_PERCENT = {  # rulebook 6
    "impression": "95.5",
    "cleaning": "88.5",
    "greening": "98.5",
    "security": "97.5",
    "equipment": "75",
    "facilities": "99",
    "repair": "85",
}


def forms_of_table_1() -> Iterator[ReturnSurveyForm]:
    """Two hundred forms whose answers add up to the manual's counts."""
    columns = {
        item: [word for word, times in zip(WORDS, three, strict=True) for _ in range(times)]
        for item, three in TABLE_1.items()
    }
    for form in range(200):
        answers: Anything = {item: column[form] for item, column in columns.items()}
        yield bring_back(**answers)


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
