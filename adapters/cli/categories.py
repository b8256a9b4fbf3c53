"""What the categories of a center are called, by the policies that it has adopted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

from ..ledger import Ledger

Categories: TypeAlias = Callable[[str, str | None], str | None]
"""Words for a category of a center, both given as recorded."""


def categories(ledger: Ledger) -> Categories:
    """Look up words for categories, once a center; a code of which no policy knows the words stays a code."""

    @cache
    def known(center: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for _, policy in ledger.replay(center).state.policies:
            for code, words in (*policy.categories.items(), *policy.order_categories.items()):
                found[code] = f"{words.zh} {words.en}"
        return found

    return lambda center, code: None if code is None else known(center).get(code, code)
