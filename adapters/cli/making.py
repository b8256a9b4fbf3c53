"""`caseledger init`: make a ledger."""

from __future__ import annotations

import typer

from ..ledger import Ledger
from ..store.errors import LedgerMissingError
from .opening import place_of, url_of
from .options import Db
from .rendering import say


def init(context: typer.Context, db: Db = None) -> None:
    """Make a ledger, and say where. One that is there already is left as it is."""
    url = url_of(context, db)
    try:
        Ledger(url, create=False).close()
    except LedgerMissingError:
        Ledger(url, create=True).close()
        say(f"made a ledger at {place_of(url)}")
    else:
        say(f"there is a ledger at {place_of(url)} already; nothing was changed")
