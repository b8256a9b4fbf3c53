"""fact_follow_ups: one row a message to the customer while the case was open (OP-9)."""

from __future__ import annotations

from typing import Final

from ...domain.opinion.events import FollowedUp
from ..columntypes import CODE, DAY, INTEGER, TIME
from ..vocabulary import Facts, last

FOLLOW_UPS: Final = Facts(
    name="fact_follow_ups",
    zh="跟踪反馈",
    en="follow-ups of open opinions",
    key=("case", "follow_up"),
    key_labels=(("案件", "case, the stream's id"), ("跟踪序号", "follow-up, from 1")),
    opened_by=(FollowedUp,),
    columns=(
        last("turn", INTEGER, FollowedUp, zh="轮次", en="turn of handling", rule="OP-9"),
        last("told_at", TIME, FollowedUp, field="occurred_at", zh="跟踪时间", en="when", rule="OP-9"),
        last("told_on", DAY, FollowedUp, field="local_date", zh="跟踪日", en="local day", rule="DA-5"),
        last("way", CODE, FollowedUp, zh="方式", en="by which way", rule="OP-9"),
        last("due_at", TIME, FollowedUp, field="was_due_at", zh="期限", en="until when it was owed", rule="OP-9"),
    ),
)
