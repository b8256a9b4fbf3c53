"""A center's roles act on their own center's cases.

W08-01 三 4.1: 管理服务中心负责受理管辖范围内顾客反映的各种意见的管理工作.
W08-01 三 3.2: 品质工程部负责全企业的顾客意见的管理. What a center cannot solve goes up to it (4.3.1.6).
W08-01 4.2.1.1: 任何员工都有责任接受顾客意见.
"""

from __future__ import annotations

from typing import Any

import pytest

from caseledger.adapters.policies import load
from caseledger.adapters.testing import CENTER, W08, LedgerInMemory, ledger_in_memory
from caseledger.domain.catalogue import command_from
from caseledger.domain.policy import Policy
from caseledger.domain.refusal import NotAuthorised
from caseledger.domain.values import Role

OTHER = "center:gz01"
AT = "2026-03-02 09:00"
COMPLAINT = {"center": CENTER, "case": "opinion:1", "kind": "complaint", "channel": "phone", "category": "noise"}
TRACED = ("investigate_opinion", {"case": "opinion:1", "on_site": True, "findings": "属实"})
SIGNED = ("finish_handling", {"case": "opinion:1", "result": "已停工"})


def do(ledger: LedgerInMemory, role: Role, center: str | None, name: str, fields: dict[str, Any]) -> None:
    actor = {"id": "staff:1", "role": role} | ({} if center is None else {"center": center})
    ledger.do(command_from(name, {"actor": actor, **fields}))


def begun(policy: Policy = W08) -> LedgerInMemory:
    """A ledger in which a complaint of one center was accepted, judged and planned, all by its own staff."""
    ledger = ledger_in_memory(AT, policy=policy)
    do(ledger, Role.ACCEPTOR, CENTER, "accept_opinion", COMPLAINT)
    do(ledger, Role.MANAGER, CENTER, "assess_opinion", {"case": "opinion:1", "validity": "valid", "reason": "属实"})
    do(ledger, Role.HANDLER, CENTER, "propose_plan", {"case": "opinion:1", "text": "劝阻"})
    do(ledger, Role.MANAGER, CENTER, "approve_plan", {"case": "opinion:1"})
    return ledger


@pytest.mark.parametrize("role", [Role.HANDLER, Role.TECHNICIAN, Role.STEWARD, Role.DUTY_STAFF, Role.ACCEPTOR])
def test_staff_of_another_center_are_refused(role: Role) -> None:
    ledger = begun()
    with pytest.raises(
        NotAuthorised, match=r"of center:gz01 .* of center:sz01 .*policy w08.*W08-01 三 4\.1"
    ) as refused:
        do(ledger, role, OTHER, *TRACED)
    assert refused.value.where == "actor.center"
    do(ledger, role, CENTER, *TRACED)


def test_another_center_s_manager_does_not_sign() -> None:
    with pytest.raises(NotAuthorised, match="center manager of center:gz01 may not finish handling of center:sz01"):
        do(begun(), Role.MANAGER, OTHER, *SIGNED)


@pytest.mark.parametrize("role", [Role.QA, Role.DEPUTY_GENERAL_MANAGER, Role.GENERAL_MANAGER])
def test_the_company_s_roles_are_above_the_centers(role: Role) -> None:
    do(begun(), role, OTHER, *SIGNED)


def test_who_names_no_center_acts_for_the_case_s() -> None:
    do(begun(), Role.MANAGER, None, *SIGNED)


def test_anyone_may_take_an_opinion_in() -> None:
    do(begun(), Role.STEWARD, OTHER, "accept_opinion", COMPLAINT | {"case": "opinion:2"})


def test_a_policy_that_binds_nobody_lets_all_act() -> None:
    free = W08.model_copy(update={"name": "free", "own_center": None})
    do(begun(free), Role.HANDLER, OTHER, *TRACED)


def test_a_center_s_own_figures_and_policies_are_its_own_staff_s_affair() -> None:
    ledger = begun()
    households = {"center": CENTER, "total_households": 9, "resident_households": 9}
    with pytest.raises(NotAuthorised, match="may not report households of center:sz01"):
        do(ledger, Role.MANAGER, OTHER, "report_households", households)
    do(ledger, Role.MANAGER, CENTER, "report_households", households)


def test_shipped_policies_bind_the_roles_of_a_center() -> None:
    """By the roles of rulebook 1; the group desk, the branch and the project manager stand above or beside centers."""
    of_a_center = {"acceptor", "duty_staff", "handler", "technician", "steward", "assistant", "manager", "qa_officer"}
    for name in ("w08", "group400", "handbook"):
        assert {role.value for role in load(name).own_center or ()} == of_a_center | {"cashier"}
    assert load("imported").own_center is None
