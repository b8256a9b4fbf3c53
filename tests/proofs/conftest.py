"""A proof reports its figures; they are repeated at the end of the run (tests/conftest.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Report = Callable[[object], None]


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """Says what a proof came to."""

    def said(figures: object) -> None:
        record_property("proof", str(figures))

    return said
