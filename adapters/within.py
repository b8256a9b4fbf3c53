"""Commands inside a transaction of the embedding service's own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..domain.refusal import Refused
from .replaying import recorded
from .streams import Streams

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..domain.command import Command
    from ..domain.event import Recorded
    from .executing import Executor, Result
    from .history import Outcome


class Within:
    """A ledger inside a transaction that the caller began and ends; made by `Ledger.within`, for one thread.

    Events and live facts are written behind savepoints: a refusal, or a conflict with another writer, leaves the
    caller's transaction as it was. Nothing is visible to others, or woken, before the caller commits.
    """

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def do(self, command: Command) -> Outcome:
        """Record what a command says happened, if the caller commits.

        Raises:
            Refused: by a rule; nothing was recorded.
            ConflictError: others were quicker again and again; nothing was recorded, the transaction is whole.
            StaleTransactionError: others have written, and the transaction does not see it; nothing was recorded.
            NoTransactionError: the transaction has ended.
            TransactionBrokenError: the database has undone the whole transaction.
            StoreError: the database would not take it.

        """
        result = self.do_batch([[command]])[0]
        if isinstance(result, Refused):
            raise result
        return result[0]

    def do_batch(self, groups: Sequence[Sequence[Command]]) -> list[Result]:
        """Decide groups of commands and record what happened, if the caller commits.

        Each group is all or nothing: where one of its commands is refused, the group leaves no trace. Later groups see
        what earlier ones did.

        Args:
            groups: commands that belong together, in order.

        Returns:
            For each group the outcomes of its commands, or the refusal, which is not raised.

        Raises:
            ConflictError: others were quicker again and again; nothing was recorded, the transaction is whole.
            StaleTransactionError: others have written, and the transaction does not see it; nothing was recorded.
            NoTransactionError: the transaction has ended.
            TransactionBrokenError: the database has undone the whole transaction.
            StoreError: the database would not take it.

        """
        # What was read of centers before, the caller may have undone since, by a savepoint of his own.
        streams = Streams(self._executor.streams.recorder)
        return replace(self._executor, streams=streams).execute(groups)

    def histories(self, cases: Sequence[str]) -> dict[str, tuple[Recorded, ...]]:
        """Read the events of cases by their ids, those of this transaction included; an unknown case has none.

        Raises:
            UnknownCase: one of them can be no id.
            StoreError: the database failed.

        """
        return recorded(self._executor.streams, cases)
