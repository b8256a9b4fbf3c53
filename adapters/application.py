"""The application: opens and holds a ledger on any persistence module of the `eventsourcing` library."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper
from eventsourcing.utils import Environment

from .closing import or_closed
from .codec import EnvelopeMapper
from .executing import Executor
from .streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eventsourcing.persistence import InfrastructureFactory
    from eventsourcing.utils import EnvType

    from ..domain.clocks import Calendar
    from .clock import Clock, RandomBytes
    from .vault import Vault


class CaseApplication(Application[str]):
    """Opens the persistence module and holds what works on it: the `streams`, and the `executor` of commands.

    Args:
        settings: the library's settings (`PERSISTENCE_MODULE` …). The process environment is not consulted: a stray
            variable could silently change what is stored.
        vault: makes the vault that seals personal words, given the persistence module's factory (whose database may be
            where the keys live).
        clock: gives `recorded_at`.
        calendar: official working days.
        random_bytes: what ids are made of, for commands that come without one; the operating system's by default.
    """

    name = "caseledger"

    def __init__(
        self,
        settings: Mapping[str, str],
        *,
        vault: Callable[[InfrastructureFactory[Any]], Vault],
        clock: Clock,
        calendar: Calendar,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        """Open the persistence module named in the settings."""
        with or_closed(self):
            super().__init__({"ORIGINATOR_ID_TYPE": "text", **settings})
            self.vault = vault(self.factory)
        self.streams = Streams(self.recorder)
        self.executor = Executor(self.streams, self.vault, clock, calendar, random_bytes)

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Take the given settings and nothing else; the library would merge the process environment."""
        return Environment(name, dict(env or {}))

    def construct_mapper(self) -> Mapper[str]:
        """Use the codec of flat canonical JSON."""
        return EnvelopeMapper()

    def __del__(self) -> None:
        """Close quietly, also where opening failed half way."""
        with suppress(Exception):
            self.close()
