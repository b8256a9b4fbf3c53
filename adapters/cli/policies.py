"""`caseledger policies`: the shipped policies and their values."""

from __future__ import annotations

from typing import Annotated

import typer

from ...domain.policy import Limit, Policy, Target
from ..policies import load, shipped
from .headings import heading
from .options import Form, Listed
from .rendering import print_json, print_rows, print_table, say


def policies(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Show this one with all its values: a shipped one, or a TOML file.",
            show_default=False,
        ),
    ] = None,
    form: Listed = Form.TABLE,
) -> None:
    """List the policies that come with caseledger, or show one with the clause of every value."""
    if name is None:
        print_rows((_summary(load(one)) for one in shipped()), form)
        return
    policy = load(name)
    if form is Form.JSON:
        print_json(policy.values)
        return
    _tell(policy)


def _summary(policy: Policy) -> dict[str, object]:
    return {
        "name": policy.name,
        "version": policy.version,
        "in_force_from": policy.in_force_from,
        "zh": policy.label.zh,
        "en": policy.label.en,
        "source": policy.source,
    }


def _tell(policy: Policy) -> None:
    say(f"{policy.name} {policy.version}: {policy.label.zh} {policy.label.en}")
    say(f"{policy.source}; in force from {policy.in_force_from}; SHA-256 {policy.ref.digest}")
    limits = [(field, value) for field, value in policy if isinstance(value, Limit)]
    targets = policy.targets.items()
    if limits:
        print_table(
            [heading(one) for one in ("limit", "amount", "rule", "clause")],
            [[field, f"{one.amount} {one.unit.value}", one.rule, one.clause] for field, one in limits],
        )
    if targets:
        print_table(
            [heading(one) for one in ("target", "percent", "rule", "clause")],
            [_target(field, one) for field, one in targets],
            right={1},
        )
    for words, coded in (("categories", policy.categories), ("order_categories", policy.order_categories)):
        if coded:
            say(f"{words}: " + "; ".join(f"{code} {label.zh}" for code, label in coded.items()))


def _target(field: str, one: Target) -> list[str]:
    return [field, f"{one.percent} %", one.rule, one.clause]
