"""A second complaint on the same matter is merged into the first; an ended case is opened anew (GP-5, OP-14)."""

import pytest

from caseledger.adapters.testing import (
    Story,
    accept,
    adopt,
    approve,
    assess,
    end,
    finish,
    given,
    happened,
    merge,
    note_second,
    propose,
    register,
)
from caseledger.adapters.testing.memory import ledger_in_memory
from caseledger.adapters.testing.world import decided
from caseledger.domain.event import Event
from caseledger.domain.opinion.corrective import CorrectiveActionCalled
from caseledger.domain.opinion.events import OpinionAccepted, OpinionEnded
from caseledger.domain.opinion.merging import OpinionMerged, SecondComplaintMade
from caseledger.domain.refusal import NotAuthorised, UnknownCase, WrongState, WrongTime
from caseledger.domain.values import LateReason
from tests.domain.story import W08, at

FIRST = accept("2026-03-02 09:00")
SECOND = accept("2026-03-02 10:00", case="opinion:2")
MATTER = {"opinion:1": given(FIRST)}
ENDED = (FIRST, end("2026-03-02 12:00", explanation="外单位施工,无法预测处理时间"))


def counted(other: Story | None, when: str = "2026-03-02 11:00") -> tuple[Event, ...]:
    """What follows for the first, decided as the ledger does."""
    home = given(FIRST).states
    others = {"opinion:2": other.state} if other else {}
    ask = note_second(when)
    return decided(ask, home["opinion"], home["center"], W08, at("2026-03-02 12:00"), others=others, allowed=True)


class TestMerging:
    def test_the_second_complaint_ends_as_part_of_the_first(self) -> None:
        """M4 十一 (一)1 启动升级二次投诉程序的."""
        given(SECOND, beside=MATTER).when(merge("2026-03-02 11:00", reason="同一事项")).then(
            happened(OpinionMerged, turn=1, into="opinion:1", reason="同一事项"),
            happened(OpinionEnded, turn=1, ending="merged", explanation=None),
        ).then_known(status="ended", merging__into="opinion:1")

    def test_the_first_counts_it_in_the_same_transaction_and_names_the_cause(self) -> None:
        with ledger_in_memory("2026-03-02 12:00") as ledger:
            ledger.tell(FIRST, SECOND)
            merged = ledger.do(merge("2026-03-02 11:00", command_id="cmd:7"))
            assert [(e.stream, e.name) for e in merged.events] == [
                ("opinion:2", "opinion.merged.v1"),
                ("opinion:2", "opinion.ended.v1"),
                ("opinion:1", "opinion.second_complaint.v1"),
                ("opinion:1", "opinion.corrective_action_called.v1"),  # OP-15
            ]
            counted = ledger.replay("opinion:1").events[-2]
            assert (counted.command_id, counted.cause) == ("cmd:7.2", "opinion:2:2")
            assert counted.event.occurred_at == at("2026-03-02 11:00")
            assert ledger.replay("opinion:1").state.second_complaints == 1
            again = ledger.do(merge("2026-03-02 11:00", command_id="cmd:7"))
            assert again.repeated
            assert again.events == merged.events
            assert ledger.replay("opinion:1").state.second_complaints == 1
            assert ledger.check().is_clean

    def test_two_of_the_same_moment_are_merged_either_way(self) -> None:
        twin = accept("2026-03-02 10:00")
        given(SECOND, beside={"opinion:1": given(twin)}).when(merge("2026-03-02 11:00")).then(
            happened(OpinionMerged), happened(OpinionEnded)
        )

    def test_only_what_was_merged_into_it_is_counted(self) -> None:
        merged = given(SECOND, merge("2026-03-02 11:00"), beside=MATTER)
        event, *_ = counted(merged)
        assert event == SecondComplaintMade(occurred_at=at("2026-03-02 11:00"), second_complaint=1, by_case="opinion:2")
        with pytest.raises(WrongState) as refused:
            counted(given(SECOND))
        assert (refused.value.rule, refused.value.where) == ("GP-5", "by_case")
        with pytest.raises(UnknownCase) as unknown:
            counted(None)
        assert (unknown.value.rule, unknown.value.where) == ("GP-5", "by_case")

    def test_it_is_not_counted_before_the_first_was_there(self) -> None:
        merged = given(SECOND, merge("2026-03-02 11:00"), beside=MATTER)
        with pytest.raises(WrongTime) as early:
            counted(merged, "2026-03-02 08:59:59")
        assert early.value.where == "occurred_at"

    def test_where_the_first_refuses_nothing_happens_to_the_second(self) -> None:
        with ledger_in_memory("2026-03-02 12:00") as ledger:
            ledger.tell(FIRST, SECOND)
            with pytest.raises(UnknownCase):
                ledger.do(merge("2026-03-02 11:00", into="opinion:9"))
            assert ledger.replay("opinion:2").state.is_open

    def test_nobody_counts_a_second_complaint_by_hand(self) -> None:
        given(FIRST).when(note_second("2026-03-02 11:00")).then_refused(
            rule="authority, policy w08", kind=NotAuthorised, says="the command on the other case"
        )

    @pytest.mark.parametrize(
        ("other", "says"),
        [
            ({}, "no such opinion is in the ledger"),
            ({"opinion:1": given(*ENDED)}, "no open complaint that was there before"),
            ({"opinion:1": given(accept("2026-03-02 09:00", kind="praise"))}, "no open complaint"),
            ({"opinion:1": given(accept("2026-03-02 10:00:01"))}, "no open complaint that was there before"),
        ],
    )
    def test_it_is_merged_only_into_an_open_complaint_that_was_there_before(
        self, other: dict[str, Story], says: str
    ) -> None:
        given(SECOND, beside=other).when(merge("2026-03-02 11:00")).then_refused(rule="GP-5", where="into", says=says)

    def test_it_is_not_merged_into_itself(self) -> None:
        given(SECOND, beside=MATTER).when(merge("2026-03-02 11:00", into="opinion:2")).then_refused(
            rule="GP-5", where="into", says="into itself"
        )

    def test_only_a_complaint_is_merged(self) -> None:
        praise = accept("2026-03-02 10:00", case="opinion:2", kind="praise")
        given(praise, beside=MATTER).when(merge("2026-03-02 11:00")).then_refused(rule="GP-5", says="only a complaint")

    def test_what_was_handled_is_called_back_and_no_longer_merged(self) -> None:
        handled = [
            step.model_copy(update={"case": "opinion:2"})
            for step in (
                assess("2026-03-02 10:10"),
                propose("2026-03-02 11:00"),
                approve("2026-03-02 11:30"),
                finish("2026-03-02 12:00"),
            )
        ]
        given(SECOND, *handled, beside=MATTER).when(merge("2026-03-02 13:00")).then_refused(rule="OP-10")
        given(SECOND, *handled[:-1], beside=MATTER).when(merge("2026-03-02 11:29")).then_refused(rule="time")

    def test_another_centers_case_takes_none(self) -> None:
        theirs = {"center": "center:sz02", "command_id": None}
        with ledger_in_memory("2026-03-02 12:00") as ledger:
            ledger.tell(register(**theirs), adopt(**theirs), FIRST.model_copy(update=theirs), SECOND)
            with pytest.raises(WrongState, match="a case of center:sz02") as told:
                ledger.do(merge("2026-03-02 11:00"))
            assert (told.value.rule, told.value.where) == ("GP-5", "into")


class TestOpeningAnew:
    def test_an_ended_case_is_opened_anew_by_one_that_names_it(self) -> None:
        """W08-04 五.7 可在“结束闡明”欄闡明情況後結束流程,待後來再處理時重新建立流程."""
        again = accept("2026-04-02 09:00", case="opinion:2", linked_to="opinion:1")
        given(beside={"opinion:1": given(*ENDED)}).when(again).then(
            happened(OpinionAccepted, linked_to="opinion:1"),
            happened(CorrectiveActionCalled, reason="opened_anew"),  # OP-15
        )

    def test_an_open_case_is_not_opened_anew(self) -> None:
        again = accept("2026-03-02 11:00", case="opinion:2", linked_to="opinion:1")
        given(beside=MATTER).when(again).then_refused(
            rule="OP-14", where="linked_to", kind=WrongState, says="merge_opinion"
        )

    def test_a_case_that_is_not_in_the_ledger_cannot_be_named(self) -> None:
        again = accept("2026-03-02 11:00", case="opinion:2", linked_to="opinion:1")
        given().when(again).then_refused(rule="OP-14", where="linked_to", kind=UnknownCase)

    def test_the_ledger_reads_the_other_case_also_within_a_batch(self) -> None:
        with ledger_in_memory("2026-04-02 12:00") as ledger:
            again = accept("2026-04-02 09:00", case="opinion:2", linked_to="opinion:1")
            late = {"late_reason": LateReason.PAPER_RECORD}
            first = [step.model_copy(update=late) for step in ENDED]
            refused, *_, taken = ledger.do_batch([[again], *[[step] for step in first], [again]])
            assert isinstance(refused, UnknownCase)
            assert isinstance(taken, tuple)
            assert ledger.replay("opinion:2").state.accepted.linked_to == "opinion:1"
