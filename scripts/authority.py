"""Prints docs/authority.md: who may do what about an opinion, under each shipped policy.

python scripts/authority.py > docs/authority.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseledger.adapters.cli.labels import COMMANDS as CHINESE
from caseledger.adapters.policies import load
from caseledger.domain.catalogue import DECIDERS
from caseledger.domain.values import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from caseledger.domain.policy import Policy

POLICIES = ("w08", "group400", "handbook")
HEAD = """# Who may do what about an opinion

Printed by `scripts/authority.py`; a test keeps it current, another tries every cell. Do not edit it.

Which role may give which command is data of the policy, `[authority]` in its file; so a company that shares its work
otherwise writes its own (docs/policies.md). ● may; · may not. A command without ● is no part of that policy, or follows
from another one and is given by nobody. `[authority_where]` narrows it for a case that is major or was handed down by
the company; `[approval]` says which level a plan needs; `own_center` lists the roles that act on cases of their own
center only, where the actor names one (decisions/0016). Other commands, of service orders and surveys, are open to all
where not listed.
"""


def main() -> None:
    """Print the page."""
    print(page(), end="")


def page() -> str:
    """The whole page."""
    parts = [HEAD, "| role | 角色 | |", "|---|---|---|"]
    parts += [f"| {number} | {role.zh} | {role.en} |" for number, role in enumerate(Role, start=1)]
    for name in POLICIES:
        parts += ["", *_table(load(name))]
    return "\n".join(parts) + "\n"


def _table(policy: Policy) -> Iterator[str]:
    yield f"## {policy.name}: {policy.label.zh} {policy.label.en}"
    yield ""
    yield "| command | 命令 | " + " | ".join(str(number) for number in range(1, len(Role) + 1)) + " |"
    yield "|---|---|" + "---|" * len(Role)
    for command in DECIDERS["opinion"].commands:
        allowed = () if command.only_follows else policy.authority.get(command.name, tuple(Role))
        cells = " | ".join("●" if role in allowed else "·" for role in Role)
        yield f"| {command.name} | {CHINESE[command.name]} | {cells} |"
    for circumstance, narrowed in (policy.authority_where or {}).items():
        for name, those in narrowed.items():
            yield ""
            roles = ", ".join(role.en for role in those)
            yield f"Of a case that is {circumstance.en} ({circumstance.zh}), {name}: {roles}."
    if policy.approval is not None:
        needs = ", ".join(f"{severity.en} {role.en}" for severity, role in policy.approval.needed.items())
        yield ""
        yield f"Plans are approved from this level up: {needs}; {' → '.join(r.en for r in policy.approval.levels)}."


if __name__ == "__main__":
    main()
