"""Connections belong to the process that opened them; a fork has copies of them, by which both would talk at once."""

import os

from .errors import ForkedError


class Home:
    """The process that connections are used in: the first that asks, until they are all given back."""

    def __init__(self) -> None:
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
                f"the ledger was opened by process {self._process}, and this is {os.getpid()}, forked off it: its "
                "connections are not to be shared. Right would be to open the ledger after the fork, in each process"
            )

    @property
    def is_elsewhere(self) -> bool:
        """Whether this is a fork of that process; closing here would end connections that are in use there."""
        return self._process not in {None, os.getpid()}

    def leave(self) -> None:
        """Say that no connection is open any more: whoever asks next, is at home."""
        self._process = None
