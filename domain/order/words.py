"""The words of a service order: priority, effort, provider, price, material, endings."""

from __future__ import annotations

from ..values import Coded


class Priority(Coded):
    """How soon the work is needed (SO-6, SO-15; P7.9-8.1 annex 2). `ordinary` is ours: neither 急 nor 缓."""

    URGENT = "urgent", "急"
    ORDINARY = "ordinary", "一般"
    CAN_WAIT = "can_wait", "缓", "can wait, by agreement"


class Effort(Coded):
    """How much work it is (SO-15; P7.9-8.1 annex 2)."""

    LIGHT = "light", "轻", "light: one technician, short"
    HEAVY = "heavy", "重", "heavy: two technicians"


class Provider(Coded):
    """Who does the work (P7.9-8 3.2)."""

    TECHNICIAN = "technician", "维修工"
    STEWARD = "steward", "管家/管理员"
    SUPPLIER = "supplier", "供方"


class PriceBasis(Coded):
    """Where the price comes from (SO-2)."""

    POSTED = "posted", "明码标价", "posted price list"
    NEGOTIATED = "negotiated", "协商收费"


class MaterialFrom(Coded):
    """Whose material was used (SO-5)."""

    NONE = "none", "无材料", "no material"
    COMPANY = "company", "企业材料", "from the company's store"
    CUSTOMER = "customer", "顾客材料", "the customer's own"


class Ending(Coded):
    """How an order came to its end (SO-11; W08-04 二.1, 五.7)."""

    AFTER_CALLBACK = "after_callback", "回访后结束"
    NOT_SAMPLED = "not_sampled", "未抽中回访", "not in the callback sample"
    WITH_EXPLANATION = "with_explanation", "结束说明", "with a closing explanation"
