"""Other cases that a case names: the ended one it opens anew, the one it is merged into (OP-14, GP-5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusal import UnknownCase, WrongState

if TYPE_CHECKING:
    from ..terms import Terms
    from .state import OpinionState


def other_case(named: str, terms: Terms, *, where: str, rule: str) -> OpinionState:
    """What is known of another opinion of the same center.

    Raises:
        UnknownCase: it is not in the ledger.
        WrongState: it is another center's.

    """
    found: OpinionState | None = terms.others.get(named)
    if found is None:
        raise UnknownCase(
            "no such opinion is in the ledger", rule=rule, right="the id of an opinion of the center", where=where
        )
    if found.center != terms.home.id:
        raise WrongState(
            f"it is a case of {found.center}", rule=rule, right=f"an opinion of {terms.home.id}", where=where
        )
    return found


def opens_anew(linked_to: str | None, terms: Terms) -> None:
    """A link must name an ended opinion of the same center (OP-14).

    Raises:
        UnknownCase: the earlier case is not in the ledger.
        WrongState: it is another center's, or still open.

    """
    if linked_to is not None and other_case(linked_to, terms, where="linked_to", rule="OP-14").is_open:
        raise WrongState(
            "the earlier case is still open",
            rule="OP-14",
            right="merge_opinion for a second complaint on the same matter, or no link",
            where="linked_to",
        )
