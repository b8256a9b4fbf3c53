"""Database servers of the tests' own, for one test or shared by all processes of a run; gone at the end.

They may be killed: nobody else is on them.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import URL, make_url

from tests.killing import is_gone, kill_with_children
from tests.own_server import PATIENCE_S, NoServerError, OwnServer, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED: Final = "CASELEDGER_TEST_SERVERS"
"""In the environment of a run: the folder in which its processes note the servers that they share."""
_STARTED: Final[list[OwnServer]] = []
"""Servers that this process started for all; whoever began the run ends them."""


@contextmanager
def own_server(kind: str) -> Iterator[OwnServer]:
    """A new server of this kind (`postgresql` or `mariadb`), empty and running; killed and removed at the end.

    Raises:
        NoServerError: this machine has no such program, or it does not run.

    """
    server = make_server(kind)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def shared_server(kind: str) -> URL:
    """The server of this kind that all processes of this run share; the first that asks starts it.

    Raises:
        NoServerError: this machine cannot run one, or this is no run of tests.

    """
    if SHARED not in os.environ:
        raise NoServerError("no run of tests that would end a server of its own")
    folder = Path(os.environ[SHARED])
    note = folder / f"{kind}.json"
    with (folder / f"{kind}.lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not note.exists():
            note.write_text(json.dumps(_started(kind)))
    told = json.loads(note.read_text())
    if "missing" in told:
        raise NoServerError(told["missing"])
    return make_url(told["url"])


def _started(kind: str) -> dict[str, object]:
    try:
        server = make_server(kind)
        try:
            server.start()
        except NoServerError:
            server.remove()
            raise
    except NoServerError as error:
        return {"missing": str(error)}
    _STARTED.append(server)
    return {"url": str(server.url), "pid": server.pid, "quits_by": server.quits_by, "folder": str(server.folder)}


@contextmanager
def servers_shared() -> Iterator[None]:
    """For the length of a run: its processes find each other's servers, and in the end all of them are removed."""
    folder = Path(tempfile.mkdtemp(prefix="caseledger-servers-"))
    os.environ[SHARED] = str(folder)
    try:
        yield
    finally:
        del os.environ[SHARED]
        for note in folder.glob("*.json"):
            told = json.loads(note.read_text())
            if "missing" not in told:
                _remove(told)
        shutil.rmtree(folder, ignore_errors=True)


def _remove(told: dict[str, Any]) -> None:
    with suppress(ProcessLookupError):
        os.kill(told["pid"], told["quits_by"])
        deadline = monotonic() + PATIENCE_S
        while monotonic() < deadline and not is_gone(told["pid"]):
            sleep(0.02)
        kill_with_children(told["pid"])
    shutil.rmtree(told["folder"], ignore_errors=True)
