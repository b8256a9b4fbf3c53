"""What a statement's text depends on beside the statement, so that ledgers of one process share their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


class Tongue(NamedTuple):
    """The dialect, as far as it shows in a text: two of the same tongue write every statement alike."""

    name: str
    driver: str
    paramstyle: str
    version: tuple[object, ...]


def tongue_of(dialect: Dialect) -> Tongue:
    """Tell the tongue of a dialect that has connected once, so that it knows its server's version."""
    version = dialect.server_version_info if dialect.name != "sqlite" else ()
    return Tongue(dialect.name, dialect.driver, dialect.paramstyle, tuple(version or ()))
