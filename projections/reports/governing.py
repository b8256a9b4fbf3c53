"""Which policies, in which versions, governed the cases that a row of figures counts.

A case goes by the policy that was in force when it was accepted, to its end; a month may hold cases of several. The
selects count by policy too, and the rows add up: what is counted and what is named can never be of different cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row

POLICY: Final = ("policy_name", "policy_version")
"""The columns that name the policy of a case, in the facts, the views and the selects."""


def named(name: str | None, version: str | None) -> tuple[str, ...]:
    """A policy as it is written beside figures, such as `w08 10`; none where no policy is known to govern the case."""
    return () if name is None else (f"{name} {version}",)


def policies_of(found: Iterable[Row[Any]]) -> tuple[str, ...]:
    """Each policy once, in the order of the texts, which is the same on every database."""
    return tuple(sorted({policy for one in found for policy in named(one.policy_name, one.policy_version)}))
