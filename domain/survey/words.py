"""The words of a survey: its scope, and how its answers are entered."""

from __future__ import annotations

from ..values import Coded


class Scope(Coded):
    """What a survey asks about (SV-1; W08-03 4.1.1)."""

    GENERAL = "general", "全面调查", "general survey"
    TOPICAL = "topical", "专题调查", "topical survey"


class Entry(Coded):
    """How answers come in; one survey takes one way, or a form would count twice."""

    FORMS = "forms", "逐份录入", "form by form"
    COUNTS = "counts", "汇总录入", "as counts per item"
