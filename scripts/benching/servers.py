"""A PostgreSQL to measure on: the one that is named, else that on the default port; else its rows are skipped."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

VARIABLE: Final = "CASELEDGER_TEST_POSTGRES"
"""As for the tests: a URL whose user may create databases."""
USUAL: Final = (
    "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    "postgresql+psycopg://caseledger:caseledger@127.0.0.1:5432/postgres",
)


def postgresql() -> URL | None:
    """The server that answers."""
    named = os.environ.get(VARIABLE, "")
    for url in [named] if "://" in named else USUAL:
        try:
            with create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 3}).connect():
                return make_url(url)
        except (SQLAlchemyError, ImportError):
            continue
    return None


@contextmanager
def database(server: URL) -> Iterator[str]:
    """The URL of an empty database; dropped at the end."""
    name = f"caseledger_bench_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name} template template0 encoding 'UTF8'"))
    try:
        yield server.set(database=name, drivername="postgresql").render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))
