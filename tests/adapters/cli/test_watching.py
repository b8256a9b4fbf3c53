"""`caseledger watch --every`: it looks again and again, through restarts of the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from caseledger import Ledger
from caseledger.adapters.history import Outcome
from caseledger.adapters.store.errors import ConnectionLostError, DamagedError, StoreError
from tests.adapters.cli.conftest import Run


class Looks:
    """What a look meets with, one after the other; an interruption when all were had."""

    def __init__(self, *met: StoreError | None) -> None:
        self.met = list(met)
        self.pauses: list[float] = []

    def watch(self, *_: object) -> list[Outcome]:
        error = self.met.pop(0)
        if error is not None:
            raise error
        return []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if not self.met:
            raise KeyboardInterrupt


def meeting(monkeypatch: pytest.MonkeyPatch, *met: StoreError | None) -> Looks:
    looks = Looks(*met)
    monkeypatch.setattr(Ledger, "watch", looks.watch)
    monkeypatch.setattr("caseledger.adapters.cli.watch.time.sleep", looks.sleep)
    return looks


@pytest.mark.usefixtures("ledger")
def test_a_lost_connection_is_told_and_waited_out(caseledger: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = meeting(monkeypatch, None, ConnectionLostError("the server restarts"), None)
    said = caseledger("watch", "--every", "60")
    assert (said.exit_code, looks.pauses) == (130, [60, 60, 60])
    assert "caseledger: the server restarts; looking again in 60 s" in said.err
    assert said.out.count("nothing to list") == 2


@pytest.mark.usefixtures("ledger")
def test_what_does_not_pass_by_itself_ends_it(caseledger: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    meeting(monkeypatch, None, DamagedError("the file is damaged"))
    assert caseledger("watch", "--every", "60").exit_code == 1


def test_once_is_once_and_a_lost_connection_an_error(
    caseledger: Run, ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting(monkeypatch, ConnectionLostError("the server restarts"))
    assert caseledger("watch", "--db", str(ledger)).exit_code == 1
