"""Closing what could not be opened to its end."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class Closable(Protocol):
    """Whatever holds connections."""

    def close(self) -> None:
        """Give them back."""
        ...


@contextmanager
def or_closed(what: Closable) -> Iterator[None]:
    """Close it if the body raises; the traceback would keep its connections alive."""
    try:
        yield
    except BaseException:
        with suppress(Exception):  # the first error is the one that counts
            what.close()
        raise
