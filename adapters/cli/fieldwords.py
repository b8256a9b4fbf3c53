"""What the fields of events are called for people, Chinese first: as the facts call them, else as said here."""

from __future__ import annotations

from functools import cache
from typing import Final

from ...projections.facts import ALL

FIELDS: Final = {
    "alert_plan_due_at": "方案期限",
    "amount": "约定价格",
    "answer": "答案",
    "answered": "已答项数",
    "approved_by": "审定人",
    "arrival": "到场序号",
    "arrival_due_early": "约定到场早于受理",
    "assessment": "判定序号",
    "attachment": "原件序号",
    "basis": "收费依据",
    "branch_head": "分公司负责人",
    "by_case": "重复案件",
    "callback_due_provisional": "回访期限为暂定",
    "case": "案件",
    "category": "类别",
    "comment": "批注",
    "completion_at": "完成时间",
    "contact": "联系方式",
    "content": "内容",
    "correction": "更正序号",
    "corrects": "被更正版本",
    "counted_by": "统计人",
    "customer_signed": "顾客签字",
    "decided_by": "决定人",
    "declared_by": "认定人",
    "denominator": "分母",
    "digest": "摘要",
    "dismissed_by": "撤销人",
    "dispatch": "派单序号",
    "distribution": "发放序号",
    "due_at": "期限",
    "estates": "小区",
    "explained": "已说明",
    "explanation": "说明",
    "fields": "更正内容",
    "findings": "调查情况",
    "form": "表单",
    "forms": "份数",
    "further_needs": "其他需求",
    "in_force_from": "生效日期",
    "into": "并入案件",
    "investigation": "调查序号",
    "jointly": "会同部门",
    "kind": "类别",
    "last_returned_at": "最后回收时间",
    "level": "级别",
    "linked_to": "关联案件",
    "material": "材料",
    "material_from": "材料来源",
    "measure": "措施",
    "needed_minutes": "尚需分钟",
    "note": "备注",
    "number": "编号",
    "numerator": "分子",
    "on_site": "现场调查",
    "outcome": "结果",
    "party": "有关方",
    "percent": "百分比",
    "place": "地点",
    "plan": "方案序号",
    "policy": "制度",
    "position": "序号",
    "progress": "进度序号",
    "project_manager": "项目经理",
    "provider_told": "已告知服务方",
    "purpose": "用途",
    "receipt": "接单序号",
    "reference": "存放处",
    "remark": "备注",
    "result": "处理结果",
    "return_target_met": "回收达标",
    "return_target_percent": "回收目标",
    "reviewed_by": "审核人",
    "satisfied": "满意",
    "second_complaint": "二次投诉序号",
    "sha256": "摘要",
    "shortcoming": "不足之处",
    "signed": "已签字",
    "slip": "交接单",
    "solution": "方案序号",
    "spent_minutes": "已用分钟",
    "stands": "进展",
    "target_met": "发放达标",
    "target_percent": "发放目标",
    "tested": "已试用",
    "text": "内容",
    "to": "派往",
    "to_kind": "派往类别",
    "to_level": "上报层级",
    "to_roles": "转发对象",
    "up_to_version": "至版本",
    "upheld": "成立",
    "wanted_at": "要求时间",
    "wanted_way": "要求方式",
    "was_due_at": "原期限",
    "way": "方式",
    "without_callback": "免回访",
    "work_started_at": "开始时间",
}
"""By the field's name: fields that no facts have a column for, or that several facts call differently."""


@cache
def field_words(event: str, field: str) -> str:
    """What a field of an event (its stored name) is called: Chinese, then its name, which JSON has too."""
    chinese = _of_facts(event, field) or FIELDS.get(field, "")
    return f"{chinese} {field}".strip()


def _of_facts(event: str, field: str) -> str:
    """The label of the column of that name that is read off this event, else of the key or column of that name."""
    for facts in ALL:
        for column in facts.shown:
            if column.name == field and event in column.event_names and field == column.field:
                return column.zh
    alike = {column.zh for facts in ALL for column in facts.shown if column.name == field}
    keys = {
        zh for facts in ALL for key, (zh, _) in zip(facts.key_columns, facts.key_labels, strict=True) if key == field
    }
    said = alike | keys
    return said.pop() if len(said) == 1 and field not in FIELDS else ""
