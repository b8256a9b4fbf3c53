"""Why a copy is not made, or not believed."""

from ..store.errors import StoreError


class CopyRefusedError(StoreError):
    """The target is another ledger, or one in use; nothing was changed."""


class CopyDiffersError(StoreError):
    """The target is not what the source is. It stays marked as a copy under way, and nobody opens it."""
