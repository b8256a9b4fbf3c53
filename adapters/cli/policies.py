"""`caseledger policies`: the shipped policies and their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import typer
from pydantic import BaseModel

from ...domain.policy import Limit, Policy, Target
from ..policies import load, shipped
from .headings import heading
from .options import Form, Listed
from .people import UNKNOWN
from .rendering import print_json, print_rows, print_table, say

_HEAD: Final = frozenset({"name", "version", "in_force_from", "source", "label"})
_APART: Final = frozenset({"targets", "categories", "order_categories", "authority"})
"""What is told in a way of its own."""


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
    fields = {field: getattr(policy, field) for field in Policy.model_fields}
    limits = [(field, value) for field, value in fields.items() if isinstance(value, Limit)]
    targets = policy.targets.items()
    if limits:
        print_table(
            [heading(one) for one in ("limit", "amount", "rule", "clause")],
            [row for field, one in limits for row in _values(field, one)],
        )
    further = {field: fields[field] for field in fields.keys() - _HEAD - _APART - dict(limits).keys()}
    rows = [row for field in fields if further.get(field) is not None for row in _values(field, further[field])]
    # What is long stands last, where a narrow terminal folds it.
    print_table([heading(one) for one in ("field", "rule", "clause", "value")], [[n, r, c, v] for n, v, r, c in rows])
    if targets:
        print_table(
            [heading(one) for one in ("target", "percent", "rule", "clause")],
            [_target(field, one) for field, one in targets],
            right={1},
        )
    for words, coded in (("categories", policy.categories), ("order_categories", policy.order_categories)):
        if coded:
            say(f"{words}: " + "; ".join(f"{code} {label.zh}" for code, label in coded.items()))
    if policy.authority:
        print_table(
            [heading(one) for one in ("command", "roles")],
            [[command, _in_words(roles)] for command, roles in policy.authority.items()],
        )


def _values(name: str, value: object) -> Iterator[list[str]]:
    """A value in a line, or in one for each of its parts, with the rule and clause that it comes from."""
    clause = [getattr(value, "rule", UNKNOWN), getattr(value, "clause", UNKNOWN)]
    if isinstance(value, Limit):
        unit = value.unit.value.replace("_", " ")
        yield [name, f"{value.amount} {unit.removesuffix('s') if value.amount == 1 else unit}", *clause]
    elif isinstance(value, BaseModel) and hasattr(value, "rule"):
        parts = [(part, one) for part, one in value if part not in {"rule", "clause"}]
        yield [name, "; ".join(f"{part} {_in_words(one)}" for part, one in parts), *clause]
    elif isinstance(value, BaseModel | Mapping):
        for part, one in value.items() if isinstance(value, Mapping) else value:
            if one is not None:
                yield from _values(f"{name}.{part}", one)
    else:
        yield [name, _in_words(value), *clause]


def _in_words(value: object) -> str:
    """A part of a value in few words: codes as a policy file writes them."""
    if isinstance(value, Limit):
        return next(_values("", value))[1]
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", else ".join(" and ".join(map(str, one)) for one in value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nobody"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _target(field: str, one: Target) -> list[str]:
    return [field, f"{one.percent} %", one.rule, one.clause]
