"""Connections belong to the process that opened them; a fork has copies of them, by which both would talk at once."""

import os

from .errors import ForkedError


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
