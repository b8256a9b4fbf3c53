"""Run a story of commands through an application or a ledger, the clock set to each step."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from caseledger.adapters.application import CaseApplication
from caseledger.adapters.calendar import ChineseCalendar
from caseledger.adapters.keystore import KeyStore, MemoryKeyStore
from caseledger.adapters.vault import Vault
from caseledger.domain.command import Command
from caseledger.domain.refusal import Refused
from tests.stories import START, Told, everything

if TYPE_CHECKING:
    from caseledger.adapters.history import Outcome


class SetClock:
    """A clock that stands where it was set."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def app_on(
    module: str,
    url: str | None = None,
    *,
    keys: KeyStore | None = None,
    random_bytes: Callable[[int], bytes] = os.urandom,
    settings: Mapping[str, str] | None = None,
) -> CaseApplication:
    """An application on a persistence module, with a clock that is set by the story."""
    chosen = {"PERSISTENCE_MODULE": module} | ({"CASELEDGER_URL": url} if url else {}) | dict(settings or {})
    return CaseApplication(
        chosen,
        vault=lambda _factory: Vault(keys or MemoryKeyStore(), random_bytes),
        clock=SetClock(),
        calendar=ChineseCalendar(),
    )


def tell(app: CaseApplication, story: Iterable[Told] | None = None) -> list[Outcome]:
    """Run a story; a refusal in it is a fault of the test."""
    outcomes: list[Outcome] = []
    for told in story or everything():
        assert isinstance(app.executor.clock, SetClock)
        app.executor.clock.now = told.at
        outcomes.append(done(app.executor.execute([[told.command]])[0]))
    return outcomes


def done(result: tuple[Outcome, ...] | Refused) -> Outcome:
    """The outcome of a command that was not refused."""
    if isinstance(result, Refused):
        raise result
    return result[0]


class Doer(Protocol):
    """What takes a command: a ledger."""

    def do(self, command: Command) -> Outcome: ...
