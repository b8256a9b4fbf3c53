"""Connections belong to the process that opened them; a fork has copies of them, by which both would talk at once."""

import os
from typing import Final

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from .errors import ForkedError

_PROCESS: Final = "caseledger_process"
_LEFT_ALONE: Final = "caseledger_left_alone"


class Home:
    """The process that connections are used in: the first that asks, until they are all given back.

    Args:
        what: what holds them, for the words of the refusal.

    """

    def __init__(self, what: str = "the ledger") -> None:
        self._what = what
        self._process: int | None = None

    def check(self) -> None:
        """Refuse work in a fork.

        Raises:
            ForkedError: the connections are another process's.
        """
        if self._process is None:
            self._process = os.getpid()
        elif self.is_elsewhere:
            raise ForkedError(
                f"{self._what} was opened by process {self._process}, and this is {os.getpid()}, forked off it: its "
                "connections are not to be shared. Right would be to open it after the fork, in each process"
            )

    @property
    def is_elsewhere(self) -> bool:
        """Whether this is a fork of that process; closing here would end connections that are in use there."""
        return self._process not in {None, os.getpid()}

    def leave(self) -> None:
        """Say that no connection is open any more: whoever asks next, is at home."""
        self._process = None


def refuse_in_forks(engine: Engine) -> None:
    """Let no connection of a pool be taken in a fork of the process that made it; whoever uses the engine is told so.

    The fork makes connections of its own from then on. The other's stays open: to close it here would end it there.
    """

    def note(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_PROCESS] = os.getpid()

    def check(connection: DBAPIConnection, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        process = record.info.get(_PROCESS, os.getpid())
        if process != os.getpid():
            record.info[_LEFT_ALONE] = connection
            record.dbapi_connection = proxy.dbapi_connection = None  # type: ignore[misc]  # as SQLAlchemy's manual does
            raise ForkedError(
                f"a connection was made by process {process}, and this is {os.getpid()}, forked off it: it is not to "
                "be shared. Right would be to open what uses it after the fork, in each process"
            )

    event.listen(engine, "connect", note)
    event.listen(engine, "checkout", check, insert=True)
