"""caseledger: an event-sourced ledger of customer-service cases for property management.

The names below are the package's public ones. They are loaded when first used, so that `import caseledger.domain` stays
what it is: pure, without database or clock.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .adapters.history import (
        Outcome as Outcome,
    )
    from .adapters.ledger import (
        Ledger as Ledger,
    )
    from .adapters.policies import (
        load as load_policy,
    )
    from .adapters.replaying import (
        Replay as Replay,
    )
    from .adapters.store.errors import (
        StoreError as StoreError,
    )
    from .domain.catalogue import (
        COMMANDS as COMMANDS,
    )
    from .domain.catalogue import (
        EVENTS as EVENTS,
    )
    from .domain.catalogue import (
        command_from as command_from,
    )
    from .domain.center import (
        AdoptPolicy as AdoptPolicy,
    )
    from .domain.center import (
        RegisterCenter as RegisterCenter,
    )
    from .domain.center import (
        ReportHouseholds as ReportHouseholds,
    )
    from .domain.center_events import (
        Estate as Estate,
    )
    from .domain.command import (
        Command as Command,
    )
    from .domain.event import (
        Actor as Actor,
    )
    from .domain.event import (
        Event as Event,
    )
    from .domain.event import (
        PolicyRef as PolicyRef,
    )
    from .domain.event import (
        Recorded as Recorded,
    )
    from .domain.opinion.commands import (
        AcceptOpinion as AcceptOpinion,
    )
    from .domain.opinion.commands import (
        ApprovePlan as ApprovePlan,
    )
    from .domain.opinion.commands import (
        AssessOpinion as AssessOpinion,
    )
    from .domain.opinion.commands import (
        CallBackOpinion as CallBackOpinion,
    )
    from .domain.opinion.commands import (
        CommentOnOpinion as CommentOnOpinion,
    )
    from .domain.opinion.commands import (
        DispatchOpinion as DispatchOpinion,
    )
    from .domain.opinion.commands import (
        EndOpinion as EndOpinion,
    )
    from .domain.opinion.commands import (
        FinishHandling as FinishHandling,
    )
    from .domain.opinion.commands import (
        FollowUpOpinion as FollowUpOpinion,
    )
    from .domain.opinion.commands import (
        ProposePlan as ProposePlan,
    )
    from .domain.opinion.commands import (
        RespondToOpinion as RespondToOpinion,
    )
    from .domain.opinion.commands import (
        ReturnPlan as ReturnPlan,
    )
    from .domain.opinion.commands import (
        TransferOpinion as TransferOpinion,
    )
    from .domain.order.commands import (
        AgreePrice as AgreePrice,
    )
    from .domain.order.commands import (
        ArriveForOrder as ArriveForOrder,
    )
    from .domain.order.commands import (
        CallBackOrder as CallBackOrder,
    )
    from .domain.order.commands import (
        CompleteOrder as CompleteOrder,
    )
    from .domain.order.commands import (
        DispatchOrder as DispatchOrder,
    )
    from .domain.order.commands import (
        EndOrder as EndOrder,
    )
    from .domain.order.commands import (
        ReceiveOrder as ReceiveOrder,
    )
    from .domain.order.commands import (
        RequestOrder as RequestOrder,
    )
    from .domain.policy import (
        Bilingual as Bilingual,
    )
    from .domain.policy import (
        Policy as Policy,
    )
    from .domain.refusal import (
        Refused as Refused,
    )
    from .domain.survey.commands import (
        ApproveSurveyForm as ApproveSurveyForm,
    )
    from .domain.survey.commands import (
        CloseSurvey as CloseSurvey,
    )
    from .domain.survey.commands import (
        DistributeSurvey as DistributeSurvey,
    )
    from .domain.survey.commands import (
        FormItem as FormItem,
    )
    from .domain.survey.commands import (
        ItemCount as ItemCount,
    )
    from .domain.survey.commands import (
        RecordSurveyCounts as RecordSurveyCounts,
    )
    from .domain.survey.commands import (
        ReturnSurveyForm as ReturnSurveyForm,
    )
    from .domain.values import (
        Channel as Channel,
    )
    from .domain.values import (
        LateReason as LateReason,
    )
    from .domain.values import (
        Role as Role,
    )
    from .domain.values import (
        Satisfaction as Satisfaction,
    )
    from .domain.values import (
        Way as Way,
    )

__version__ = "0.1.0"

_HOME = {
    "AcceptOpinion": "domain.opinion.commands",
    "Actor": "domain.event",
    "AdoptPolicy": "domain.center",
    "AgreePrice": "domain.order.commands",
    "ApprovePlan": "domain.opinion.commands",
    "ApproveSurveyForm": "domain.survey.commands",
    "ArriveForOrder": "domain.order.commands",
    "AssessOpinion": "domain.opinion.commands",
    "Bilingual": "domain.policy",
    "COMMANDS": "domain.catalogue",
    "CallBackOpinion": "domain.opinion.commands",
    "CallBackOrder": "domain.order.commands",
    "Channel": "domain.values",
    "CloseSurvey": "domain.survey.commands",
    "Command": "domain.command",
    "CommentOnOpinion": "domain.opinion.commands",
    "CompleteOrder": "domain.order.commands",
    "DispatchOpinion": "domain.opinion.commands",
    "DispatchOrder": "domain.order.commands",
    "DistributeSurvey": "domain.survey.commands",
    "EVENTS": "domain.catalogue",
    "EndOpinion": "domain.opinion.commands",
    "EndOrder": "domain.order.commands",
    "Estate": "domain.center_events",
    "Event": "domain.event",
    "FinishHandling": "domain.opinion.commands",
    "FollowUpOpinion": "domain.opinion.commands",
    "FormItem": "domain.survey.commands",
    "ItemCount": "domain.survey.commands",
    "LateReason": "domain.values",
    "Ledger": "adapters.ledger",
    "Outcome": "adapters.history",
    "Policy": "domain.policy",
    "PolicyRef": "domain.event",
    "ProposePlan": "domain.opinion.commands",
    "ReceiveOrder": "domain.order.commands",
    "RecordSurveyCounts": "domain.survey.commands",
    "Recorded": "domain.event",
    "Refused": "domain.refusal",
    "RegisterCenter": "domain.center",
    "Replay": "adapters.replaying",
    "ReportHouseholds": "domain.center",
    "RequestOrder": "domain.order.commands",
    "RespondToOpinion": "domain.opinion.commands",
    "ReturnPlan": "domain.opinion.commands",
    "ReturnSurveyForm": "domain.survey.commands",
    "Role": "domain.values",
    "Satisfaction": "domain.values",
    "StoreError": "adapters.store.errors",
    "TransferOpinion": "domain.opinion.commands",
    "Way": "domain.values",
    "command_from": "domain.catalogue",
    "load_policy": "adapters.policies",
}
_RENAMED = {"load_policy": "load"}

__all__ = [
    "COMMANDS",
    "EVENTS",
    "AcceptOpinion",
    "Actor",
    "AdoptPolicy",
    "AgreePrice",
    "ApprovePlan",
    "ApproveSurveyForm",
    "ArriveForOrder",
    "AssessOpinion",
    "Bilingual",
    "CallBackOpinion",
    "CallBackOrder",
    "Channel",
    "CloseSurvey",
    "Command",
    "CommentOnOpinion",
    "CompleteOrder",
    "DispatchOpinion",
    "DispatchOrder",
    "DistributeSurvey",
    "EndOpinion",
    "EndOrder",
    "Estate",
    "Event",
    "FinishHandling",
    "FollowUpOpinion",
    "FormItem",
    "ItemCount",
    "LateReason",
    "Ledger",
    "Outcome",
    "Policy",
    "PolicyRef",
    "ProposePlan",
    "ReceiveOrder",
    "RecordSurveyCounts",
    "Recorded",
    "Refused",
    "RegisterCenter",
    "Replay",
    "ReportHouseholds",
    "RequestOrder",
    "RespondToOpinion",
    "ReturnPlan",
    "ReturnSurveyForm",
    "Role",
    "Satisfaction",
    "StoreError",
    "TransferOpinion",
    "Way",
    "command_from",
    "load_policy",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a name may be anything
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{home}", __name__), _RENAMED.get(name, name))


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
