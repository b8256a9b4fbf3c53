"""Connections kept at hand for single statements and appends: taken and given back without a word to the server.

A pool in front of these would roll back, and switch between modes, at each turn; with small statements that costs as
much as the statement. Each connection here commits every statement by itself until someone says BEGIN.
"""

from contextlib import suppress
from time import monotonic
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from .dialects import Side
from .engine import TRUSTED_FOR

MOST: Final = 4
"""How many lie idle at most; the rest goes back to the pool."""


class Kept:
    """Idle connections, the one used last first. Threads may share it.

    Args:
        engine: whose pool they come from and go back to.
        side: the database's ways.
        most: how many to keep.
    """

    def __init__(self, engine: Engine, side: Side, most: int) -> None:
        self._engine = engine
        self._side = side
        self._most = most
        self._idle: list[tuple[float, PoolProxiedConnection]] = []

    def take(self) -> PoolProxiedConnection:
        """Give a connection that was used a moment ago, or that says that its server is still there, or a new one."""
        while self._idle:
            with suppress(IndexError):  # another thread was quicker
                since, pooled = self._idle.pop()
                if monotonic() - since < TRUSTED_FOR or self._answers(pooled):
                    return pooled
                self.lose(pooled)
        pooled = self._engine.pool.connect()
        if pooled.dbapi_connection is not None:
            self._side.by_statement(pooled.dbapi_connection, on=True)
        return pooled

    def give_back(self, pooled: PoolProxiedConnection) -> None:
        """Keep a connection that is in no transaction, or give it back to the pool."""
        if len(self._idle) < self._most:
            self._idle.append((monotonic(), pooled))
        else:
            self._return(pooled)

    def undo(self, pooled: PoolProxiedConnection) -> None:
        """Give back a connection on which something failed."""
        with suppress(Exception):  # a connection that cannot even do this is thrown away by the pool
            pooled.rollback()
        self._return(pooled)

    def drop(self, pooled: PoolProxiedConnection) -> None:
        """Throw away a connection on which something came between a question and its answer: it is out of step.

        SQLite is asked in this process and is never out of step; in memory, its one connection is the database.
        """
        if self._engine.dialect.name == "sqlite":
            self.undo(pooled)
        else:
            with suppress(Exception):
                pooled.invalidate()

    def lose(self, pooled: PoolProxiedConnection) -> None:
        """Throw away a connection that was lost; the others go back to the pool, which asks them."""
        pooled.invalidate()
        self.release()

    def release(self) -> None:
        """Give back all that lie idle."""
        while self._idle:
            with suppress(IndexError):
                self._return(self._idle.pop()[1])

    def _answers(self, pooled: PoolProxiedConnection) -> bool:
        dialect = self._engine.dialect
        try:
            return pooled.dbapi_connection is not None and dialect.do_ping(pooled.dbapi_connection)
        except dialect.loaded_dbapi.Error:
            return False

    def _return(self, pooled: PoolProxiedConnection) -> None:
        with suppress(Exception):
            if pooled.dbapi_connection is not None:
                self._side.by_statement(pooled.dbapi_connection, on=False)
        with suppress(Exception):
            pooled.close()
