"""Commands about one opinion, by the clock of a Monday, and how far they bring it."""

from caseledger.domain.opinion.commands import (
    AcceptOpinion,
    ApprovePlan,
    AssessOpinion,
    CallBackOpinion,
    CommentOnOpinion,
    DispatchOpinion,
    EndOpinion,
    FinishHandling,
    FollowUpOpinion,
    ProposePlan,
    RespondToOpinion,
    ReturnPlan,
    TransferOpinion,
)
from tests.domain.story import CENTER, Anything, do

CASE = "opinion:1"
DAY = "2026-03-02"  # a Monday in a week without holidays


def accept(when: str = f"{DAY} 09:00", /, *, kind: str = "complaint", **fields: Anything) -> AcceptOpinion:
    return do(AcceptOpinion, when, center=CENTER, case=CASE, kind=kind, channel="phone", **fields)


def assess(validity: str = "valid", when: str = f"{DAY} 09:10", /, **fields: Anything) -> AssessOpinion:
    return do(AssessOpinion, when, case=CASE, validity=validity, reason="照明不足属实", **fields)


def dispatch(when: str = f"{DAY} 09:15", to: str = "staff:wang", **fields: Anything) -> DispatchOpinion:
    return do(DispatchOpinion, when, case=CASE, to=to, **fields)


def transfer(when: str = f"{DAY} 09:20", /, **fields: Anything) -> TransferOpinion:
    told: dict[str, Anything] = {"to": "department:security", "reason": "属安防职责", "explained": True} | fields
    return do(TransferOpinion, when, case=CASE, **told)


def respond(when: str = f"{DAY} 09:30") -> RespondToOpinion:
    return do(RespondToOpinion, when, case=CASE, way="phone", note="已告知")


def propose(when: str = f"{DAY} 14:00") -> ProposePlan:
    return do(ProposePlan, when, case=CASE, text="更换灯具")


def approve(when: str = f"{DAY} 15:00") -> ApprovePlan:
    return do(ApprovePlan, when, case=CASE)


def send_back(when: str = f"{DAY} 15:00") -> ReturnPlan:
    return do(ReturnPlan, when, case=CASE, reason="缺少时间")


def finish(when: str = "2026-03-03 10:00") -> FinishHandling:
    return do(FinishHandling, when, case=CASE, result="已更换")


def follow_up(when: str = "2026-03-03 09:00") -> FollowUpOpinion:
    return do(FollowUpOpinion, when, case=CASE, way="phone")


def call_back(when: str = "2026-03-04 10:00", /, **fields: Anything) -> CallBackOpinion:
    return do(CallBackOpinion, when, case=CASE, **({"way": "phone"} | fields))


def comment(when: str = f"{DAY} 11:00") -> CommentOnOpinion:
    return do(CommentOnOpinion, when, case=CASE, comment="阅,请跟进")


def end(when: str = "2026-03-20 10:00", /, **fields: Anything) -> EndOpinion:
    return do(EndOpinion, when, case=CASE, **fields)


PLANNED = (accept(), assess(), propose())
APPROVED = (*PLANNED, approve())
HANDLED = (*APPROVED, finish())
UNSATISFIED = (*HANDLED, call_back(outcome_satisfied=False))
