"""A small source system: one table, one mapping, one ledger with a clock that stands still."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from caseledger.adapters.importing import LogMapping, Mapping, parse_log_mapping, parse_mapping
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from tests.adapters.importing import logs

Table = Callable[..., Path]
"""Writes rows below a header into a file."""

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

MAPPING = """
source = "oldsys"

[csv]
key = "id"

[center]
id = "center:pine"
label = "Pine Court"
time_zone = "America/New_York"
estates = [{ id = "pine", label = "Pine Court" }]
total_households = 40
resident_households = 30

[policy]
in_force_from = 2011-01-01

[time]
zone = "America/New_York"
blank = ["", "N/A"]

[accept]
occurred_at = { column = "opened" }
kind = { value = "complaint" }
channel = { column = "via", map = { Phone = "phone", Web = "web" } }
category = { column = "about", map = { Noise = "noise", Trash = "cleaning" }, default = "other" }
agreed_handling_at = { column = "target" }
department = { column = "dept", code = true }
content = { column = "words" }

[end]
when = { column = "status", closed = ["Closed"], open = ["Open"] }
at = { column = "closed" }
explanation = "oldsys: {status}. {words}"
source_status = { column = "status", code = true }
"""

HEADER = "id,opened,target,closed,status,via,about,dept,words"
OPEN = "1,2011-07-01 09:00:00,2011-07-05 17:00:00,,Open,Phone,Noise,Front Desk,the pump hums all night"
CLOSED = "2,2011-07-02 09:00:00,,2011-07-03 10:00:00,Closed,Web,Lifts,TECH,lift is stuck"


@pytest.fixture
def mapping() -> Mapping:
    return parse_mapping(MAPPING)


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[Ledger]:
    with Ledger(sqlite_url, clock=lambda: NOW, keys=MemoryKeyStore()) as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Writes rows below the header into a file."""

    def write(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes("".join(f"{row}\n" for row in (header, *rows)).encode(encoding, "surrogateescape"))
        return path

    return write


@pytest.fixture
def log(table: Table) -> Table:
    """Writes events below the log's header into a file."""

    def write(*rows: str, header: str = logs.HEADER) -> Path:
        return table(*rows, header=header)

    return write


@pytest.fixture
def plan() -> LogMapping:
    return parse_log_mapping(logs.MAPPING)
