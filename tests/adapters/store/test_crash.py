"""A process that is killed while it appends leaves whole transactions, and nothing that it acknowledged is lost."""

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError, StoredEvent
from sqlalchemy import text

from caseledger.adapters.store import SqlFactory

Open = Callable[[str], SqlFactory]

WRITER = textwrap.dedent(
    """
    import sys
    from caseledger.adapters.store import SqlFactory
    from eventsourcing.persistence import StoredEvent

    recorder = SqlFactory({"CASELEDGER_URL": sys.argv[1]}).application_recorder()
    case = int(sys.argv[2])
    while True:
        case += 1
        events = [StoredEvent(f"opinion:{case}", n, "opinion.accepted.v1", b"x" * 500) for n in (1, 2, 3)]
        events += [StoredEvent(f"register:{case}", 1, "register.numbered.v1", b"x")]
        print(*recorder.insert_events(events), flush=True)
    """
)


def _killed(url: str, first_case: int, moments: int) -> list[int]:
    """Kill a writer after it has acknowledged something; give the positions that it did acknowledge."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url, str(first_case)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lines = [writer.stdout.readline()]
    time.sleep(0.003 * moments)  # another moment of the work each time; nothing is expected of its length
    writer.send_signal(signal.SIGKILL)
    lines += writer.stdout.readlines()
    writer.stdout.close()
    writer.wait()
    assert lines[0], "the writer did not get to write"
    return [int(position) for line in lines if line.endswith("\n") for position in line.split()]


def test_a_killed_writer_leaves_whole_transactions_and_loses_nothing_acknowledged(
    open_store: Open, database_url: str, tmp_path: Path
) -> None:
    del tmp_path
    acknowledged: list[int] = []
    for kill in range(5):
        acknowledged += _killed(database_url, kill * 100_000, kill)
    recorder = open_store(database_url).application_recorder()
    stored = list(recorder.iterate())
    positions = [n.id for n in stored]
    assert positions == sorted(set(positions))
    assert set(acknowledged) <= set(positions)
    assert len(acknowledged) == len(set(acknowledged))
    versions: dict[str, list[int]] = {}
    for n in stored:
        versions.setdefault(str(n.originator_id).partition(":")[2], []).append(n.originator_version)
    assert all(each == [1, 2, 3, 1] for each in versions.values())
    assert recorder.insert_events([StoredEvent("opinion:after", 1, "n", b"")])[0] > positions[-1]
    if database_url.startswith("sqlite"):
        with recorder.transaction(write=False) as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_a_lost_connection_is_an_operational_error_and_the_next_try_works(
    open_store: Open, request: pytest.FixtureRequest, server: str
) -> None:
    url = request.getfixturevalue(server)
    recorder = open_store(url).application_recorder()
    other = open_store(url).database.engine
    postgresql = server == "postgresql_url"
    own_id = text("SELECT pg_backend_pid()" if postgresql else "SELECT CONNECTION_ID()")

    def kill(session: int) -> None:
        with other.connect() as connection:
            connection.execute(
                text(f"SELECT pg_terminate_backend({session})" if postgresql else f"KILL CONNECTION {session}")
            )

    def append_and_lose_the_connection() -> None:
        with recorder.transaction() as connection:
            recorder.insert_within(connection, [StoredEvent("opinion:1", 1, "n", b"")])
            kill(connection.execute(own_id).scalar_one())
            recorder.insert_within(connection, [StoredEvent("opinion:1", 2, "n", b"")])

    with pytest.raises(OperationalError):
        append_and_lose_the_connection()
    assert recorder.insert_events([StoredEvent("opinion:1", 1, "n", b"")])
    assert recorder.stream_versions(["opinion:1"]) == {"opinion:1": 1}
