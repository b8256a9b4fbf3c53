"""What can go wrong between a ledger and the facts that follow it; no message holds a value of a row."""

from __future__ import annotations

from ..store.errors import StoreError


class FollowingError(StoreError):
    """Something between a ledger and its facts elsewhere that is not one case's fault."""


class TargetRefusedError(FollowingError):
    """The database named as target is a ledger, belongs to something else, or holds the facts of another ledger."""


class HistoryChangedError(FollowingError):
    """The ledger no longer has the event that the facts followed last; it was put back to an earlier moment."""


class PassingError(FollowingError):
    """A database is away or busy for now: a lost connection, a lock timeout, a full disk. Nothing was committed."""


class OvertakenError(FollowingError):
    """Another runner moved the same follower meanwhile; this one's transaction was rolled back, nothing is lost."""


class StoppedError(FollowingError):
    """`stop` was called while the runner waited for a database to come back."""
