"""The database server is killed under writers: they are told so, try again, and nothing acknowledged is lost.

The server is the test's own (tests/own_server.py), for nobody else would like it killed.
"""

from __future__ import annotations

import os

import pytest

from tests.databases import VARIABLES, Server, empty_database
from tests.differential.processes import process
from tests.own_server import MYSQL, NoServerError, OwnServer
from tests.proofs import serving
from tests.proofs.conftest import Report
from tests.proofs.sizes import SERVER_KILLS
from tests.servers import own_server


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ],
)
def test_a_killed_server_loses_nothing_acknowledged_and_those_who_wrote_go_on(kind: str, report: Report) -> None:
    try:
        with own_server(kind) as server, empty_database(Server(server.url, kind, "of the test's own")) as url:
            report(_killed(server, url))
    except NoServerError as missing:
        # Who names a server elsewhere need not have its program here.
        if os.environ.get("CASELEDGER_REQUIRE_DATABASES") and not _is_elsewhere(kind):
            pytest.fail(f"a {kind} to kill is required (CASELEDGER_REQUIRE_DATABASES) and missing: {missing}")
        pytest.skip(f"no {kind} to kill: {missing}")


def _is_elsewhere(kind: str) -> bool:
    return any(os.environ.get(name) for name in (VARIABLES[kind], *([MYSQL] if kind == "mariadb" else [])))


def _killed(server: OwnServer, url: str) -> str:
    """Kill and start the server when the process that has the writers asks for it; give what it came to."""
    with process(serving.serve, url, "s", SERVER_KILLS) as (_, pipe):
        while True:
            match pipe.recv():
                case serving.KILL:
                    server.kill()
                case serving.START:
                    server.start()
                case str() as came_to:
                    return came_to
                case failure:
                    raise failure
            pipe.send("done")
