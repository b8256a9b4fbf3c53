from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.databases import Missing, empty_database, kind_of, server

NewUrl = Callable[[str], str]


@pytest.fixture
def new_url(tmp_path: Path) -> Iterator[NewUrl]:
    """Gives an empty database of a kind, as many as are asked for."""
    with ExitStack() as stack:
        given = 0

        def new(kind: str) -> str:
            nonlocal given
            given += 1
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / f'facts-{given}.db'}"
            found = server(kind)
            if isinstance(found, Missing):
                pytest.skip(f"no {kind}: {found.reason}")
            return stack.enter_context(empty_database(found))

        yield new


@pytest.fixture
def target_url(new_url: NewUrl, database_url: str) -> str:
    """A second empty database of the same kind as the first."""
    return new_url(kind_of(database_url))
