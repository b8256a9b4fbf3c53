"""Servers to measure on: those that are named, else those on the default ports; else their rows are skipped."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

VARIABLES: Final = {"PostgreSQL": "CASELEDGER_TEST_POSTGRES", "MariaDB": "CASELEDGER_TEST_MARIADB"}
"""As for the tests: a URL whose user may create databases."""
USUAL: Final = {
    "PostgreSQL": (
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
        "postgresql+psycopg://caseledger:caseledger@127.0.0.1:5432/postgres",
    ),
    "MariaDB": (
        "mariadb+pymysql://root@127.0.0.1:3306/",
        "mariadb+pymysql://caseledger:caseledger@127.0.0.1:3306/",
    ),
}
DRIVERLESS: Final = {"PostgreSQL": "postgresql", "MariaDB": "mariadb"}


def server(kind: str) -> URL | None:
    """The server of a kind that answers."""
    named = os.environ.get(VARIABLES[kind], "")
    for url in [named] if "://" in named else USUAL[kind]:
        try:
            with create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 3}).connect():
                return make_url(url)
        except (SQLAlchemyError, ImportError):
            continue
    return None


@contextmanager
def database(kind: str, at: URL) -> Iterator[str]:
    """The URL of an empty database; dropped at the end."""
    name = f"caseledger_bench_{uuid.uuid4().hex[:12]}"
    engine = create_engine(at, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    utf8, force = (" template template0 encoding 'UTF8'", " with (force)") if kind == "PostgreSQL" else ("", "")
    with engine.connect() as connection:
        connection.execute(text(f"create database {name}{utf8}"))
    try:
        yield at.set(database=name, drivername=DRIVERLESS[kind]).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name}{force}"))
