"""The small values that commands and events are made of: ids, texts, times, amounts and coded words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

ID_LENGTH: Final = 64
ID_PATTERN: Final = rf"^[a-z0-9][a-z0-9._:-]{{0,{ID_LENGTH - 1}}}$"
CODE_PATTERN: Final = r"^[a-z0-9][a-z0-9_.-]{0,47}$"
CENTER_PATTERN: Final = r"^center:[a-z0-9][a-z0-9-]{0,23}$"
SHA256_PATTERN: Final = r"^[0-9a-f]{64}$"
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_YEARS: Final = range(1900, 3000)


def hashed(text: str) -> str:
    """Forty hexadecimal digits that stand for a text which would make an id too long."""
    return sha256(text.encode()).hexdigest()[:40]


def _storable(value: object) -> object:
    """Refuse what a database could not give back: U+0000 and lone surrogates (PostgreSQL's JSON fails on both)."""
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("holds the character U+0000, which cannot be stored; leave it out")
        if not value.isascii() and _SURROGATE.search(value):
            raise ValueError("holds half a surrogate pair, which is no character; send well-formed Unicode")
        if not value.strip():
            raise ValueError("is blank; leave the field out where there is nothing to say")
    return value


def _tail(kind: str) -> str:
    return rf"^{kind}:[a-z0-9][a-z0-9._:-]{{0,{62 - len(kind)}}}$"


_FORMS: Final = {
    ID_PATTERN: f"is no id: lower case letters, digits and . _ : -, beginning with a letter or digit, {ID_LENGTH} "
    "characters at most, and no person's name",
    CODE_PATTERN: "is no code: lower case letters, digits and _ . -, beginning with a letter or digit, 48 "
    "characters at most",
    CENTER_PATTERN: "is no id of a center, such as center:sz01: after the colon lower case letters, digits and -, 24 "
    "characters at most",
    SHA256_PATTERN: "is no SHA-256: 64 hexadecimal digits, letters in lower case",
} | {
    _tail(kind): f"is no id of this kind, such as {kind}:2026-0001: after the colon lower case letters, digits and "
    f". _ : -, {ID_LENGTH} characters at most in all, and no person's name"
    for kind in ("opinion", "order", "survey")
}


def form_of(pattern: str) -> str:
    """Say in words what does not match a pattern, and what would."""
    return _FORMS.get(pattern, f"does not have the form {pattern}")


def _in_utc(value: object) -> object:
    """Times come as aware datetimes or ISO 8601 text with an offset; a bare number or a local time is refused."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError("is not an ISO 8601 time such as 2026-03-01T09:30:00+08:00") from None
    if not isinstance(value, datetime):
        text = "is not a time; give ISO 8601 text with an offset, such as 2026-03-01T09:30:00+08:00"
        raise ValueError(text)  # noqa: TRY004 - pydantic takes a ValueError for a refusal; a TypeError passes through it
    if value.utcoffset() is None:
        raise ValueError("has no time zone; give an offset, such as 2026-03-01T09:30:00+08:00")
    if value.year not in _YEARS:  # the ends of the calendar overflow where a zone's offset is applied
        raise ValueError(f"lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
    return value if value.tzinfo is UTC else value.astimezone(UTC)


@lru_cache(4096)
def utc_text(moment: datetime) -> str:
    """Write an aware time as fixed-width UTC text, `YYYY-MM-DDTHH:MM:SS.ffffffZ`, which sorts as the time does."""
    if moment.tzinfo is not UTC:
        if moment.utcoffset() is None:
            raise ValueError("a time without a zone cannot be written in UTC")
        moment = moment.astimezone(UTC)
    return moment.isoformat("T", "microseconds")[:26] + "Z"


def _exact(value: object) -> object:
    if isinstance(value, float):
        text = "is a binary fraction; give the amount as text, such as '12.50'"
        raise ValueError(text)  # noqa: TRY004 - as above
    if isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            raise ValueError("is not an amount; give digits such as '12.50'") from None
    return value


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
"""Any id: lower case letters, digits and `. _ : -`, at most 64 characters, prefixed by its kind."""
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
"""A word from a list that a policy or a source names: a category, a department, a source status."""
CenterId = Annotated[str, StringConstraints(pattern=CENTER_PATTERN)]
"""A management service center; short, because form numbers and registers are named after it."""
OpinionId = Annotated[str, StringConstraints(pattern=_tail("opinion")), Field(description="id of an opinion case")]
OrderId = Annotated[str, StringConstraints(pattern=_tail("order")), Field(description="id of a service order")]
SurveyId = Annotated[str, StringConstraints(pattern=_tail("survey")), Field(description="id of a survey")]
Text = Annotated[str, BeforeValidator(_storable), StringConstraints(min_length=1, max_length=20_000)]
"""Words of a person; never blank, no U+0000, no lone surrogate."""
Label = Annotated[str, BeforeValidator(_storable), StringConstraints(min_length=1, max_length=200)]
"""A name for people to read that is about no person: an estate, a policy's source."""
UtcTime = Annotated[
    datetime,
    BeforeValidator(_in_utc),
    PlainSerializer(utc_text, return_type=str, when_used="json"),
]
"""A moment: an aware time, held and stored in UTC with microseconds."""
Money = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, max_digits=12, decimal_places=2),
    AfterValidator(_cents),
    PlainSerializer(str, return_type=str, when_used="json"),
]
"""An amount of the center's one currency, two decimals, stored as text (SO-9)."""
Points = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, max_digits=6, decimal_places=2),
    AfterValidator(_cents),
    PlainSerializer(str, return_type=str, when_used="json"),
]
"""Points that are taken off a score, two decimals, stored as text (GP-7)."""
Count = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
"""A number of things."""


class Coded(StrEnum):
    """A fixed list of words with their labels for people, Chinese first as in the manuals."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str = "", en: str = "") -> Self:
        """Make a member from its stored code and its two labels."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh = zh or code
        member.en = en or code.replace("_", " ")
        return member


class Role(Coded):
    """Who acts (rulebook 1, roles)."""

    ACCEPTOR = "acceptor", "受理人"
    DUTY_STAFF = "duty_staff", "值班人员"
    HANDLER = "handler", "处理人"
    TECHNICIAN = "technician", "维修工"
    STEWARD = "steward", "管家"
    ASSISTANT = "assistant", "经理助理", "manager's assistant"
    MANAGER = "manager", "经理", "center manager"
    QA_OFFICER = "qa_officer", "品质专人", "QA officer"
    QA = "qa", "品质工程部", "QA department"
    MANAGEMENT_REPRESENTATIVE = "management_representative", "管理者代表"
    DEPUTY_GENERAL_MANAGER = "deputy_general_manager", "分管副总"
    GENERAL_MANAGER = "general_manager", "总经理"
    GROUP_DESK = "group_desk", "集团客服中心", "group service desk"
    GROUP_SUPERVISOR = "group_supervisor", "集团客服中心主管", "supervisor of the group service desk"
    BRANCH_HEAD = "branch_head", "分公司负责人", "head of the branch"
    PROJECT_MANAGER = "project_manager", "项目经理"
    CASHIER = "cashier", "收款员"
    SUPPLIER = "supplier", "供方"
    WATCH = "watch", "系统预警", "the ledger's own watch"
    AUDITOR = "auditor", "审核员"
    IMPORTER = "importer", "数据导入", "import of another system's history"


class Channel(Coded):
    """How something reached the center (OP-3, OP-18, GP-9)."""

    VISIT = "visit", "来访", "visit to the center"
    PHONE = "phone", "电话"
    LETTER = "letter", "来函"
    EMAIL = "email", "电子邮件", "e-mail"
    WEB = "web", "网络", "web site"
    APP = "app", "手机应用"
    SMS = "sms", "短信"
    FORUM = "forum", "座谈会", "customers' forum"
    HOME_VISIT = "home_visit", "走访"
    INSPECTION = "inspection", "外部检查", "outside inspection"
    STAFF = "staff", "员工转达", "passed on by staff"
    GOVERNMENT = "government", "政府部门", "government department"
    PARENT_COMPANY = "parent_company", "上级公司"
    GROUP_DESK = "group_desk", "集团客服", "group service desk"
    OTHER = "other", "其他"


class Way(Coded):
    """How the customer is answered or called back: the way the customer chose (W08-01 4.4.2.3; P7.9-8 4.2.14.1)."""

    PHONE = "phone", "电话回访"
    VISIT = "visit", "登门回访"
    LETTER = "letter", "回函"
    EMAIL = "email", "邮件", "e-mail"
    QUESTIONNAIRE = "questionnaire", "调查问卷"
    NONE = "none", "无回访途径", "no way to call back"


class Satisfaction(Coded):
    """How content a customer is, in a survey (W08-03 4.3.1) and on a completed service order (P7.9-8.1 annex 2)."""

    SATISFIED = "satisfied", "满意"
    BASICALLY_SATISFIED = "basically_satisfied", "基本满意"
    UNSATISFIED = "unsatisfied", "不满意"


class LateReason(Coded):
    """Why something was recorded more than a day after it happened (WL-5). A code, so that no personal data gets in."""

    NIGHT_SLIP = "night_slip", "夜间联络单", "taken down on a duty slip"
    PAPER_RECORD = "paper_record", "纸质记录补录", "kept on paper first"
    OUTAGE = "outage", "系统故障", "the system was down"
    FORGOTTEN = "forgotten", "遗漏", "forgotten at the time"
    IMPORTED = "imported", "历史数据导入", "history of another system"
    OTHER = "other", "其他"
