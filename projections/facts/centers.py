"""fact_centers: one row a management service center, with its latest numbers of households (DA-2, DA-5)."""

from __future__ import annotations

from typing import Final

from ...domain.center_events import (
    CenterRegistered,
    GroupSummarySigned,
    HouseholdsReported,
    OpinionsReviewed,
    PolicyAdopted,
)
from ..columntypes import DAY, ID, INTEGER, LABEL, TIME
from ..vocabulary import Facts, count, first, last

COUNTED = (CenterRegistered, HouseholdsReported)
REVIEWED = (PolicyAdopted, OpinionsReviewed)
SIGNED = (PolicyAdopted, GroupSummarySigned)

CENTERS: Final = Facts(
    name="fact_centers",
    zh="管理服务中心",
    en="management service centers",
    key=("case",),
    key_labels=(("管理服务中心", "center"),),
    opened_by=(CenterRegistered,),
    columns=(
        first("label", LABEL, CenterRegistered, zh="名称", en="name", rule="center"),
        first("time_zone", ID, CenterRegistered, zh="时区", en="time zone of its days and months", rule="DA-5"),
        first(
            "registered_at", TIME, CenterRegistered, field="occurred_at", zh="登记时间", en="registered", rule="center"
        ),
        last("total_households", INTEGER, COUNTED, zh="总户数", en="all households", rule="DA-2"),
        last("resident_households", INTEGER, COUNTED, zh="常住户数", en="resident households", rule="SV-2"),
        last("households_at", TIME, COUNTED, field="occurred_at", zh="户数时间", en="as counted then", rule="DA-2"),
        count("policies", PolicyAdopted, zh="政策数", en="policies adopted", rule="policy"),
        last(
            "policy_digest", ID, PolicyAdopted, field="digest", zh="最近政策", en="policy last adopted", rule="policy"
        ),
        last("review_due_at", TIME, REVIEWED, zh="下次查阅", en="next review of the forms due", rule="OP-16"),
        last("reviewed_at", TIME, OpinionsReviewed, field="occurred_at", zh="最近查阅", en="reviewed", rule="OP-16"),
        last("summary_due_at", TIME, SIGNED, zh="下次汇总", en="next signed summary due", rule="GP-8"),
        last("signed_at", TIME, GroupSummarySigned, field="occurred_at", zh="最近汇总", en="signed", rule="GP-8"),
        last("policy_from", DAY, PolicyAdopted, field="in_force_from", zh="生效日", en="in force from", rule="policy"),
    ),
)
