"""`caseledger grants`: the SQL by which a ledger's owner lets other accounts use it."""

from __future__ import annotations

from typing import Annotated

import typer

from ...projections.facts import ALL
from ...projections.reports import VIEWS
from ..store.engine import connect
from ..store.grants import Names, reader_grants, service_grants
from ..store.meta import open_ledger
from .opening import url_of
from .options import Db
from .rendering import say

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="NAME", help="Who is granted it: a role of PostgreSQL, or a user of MariaDB (name@host)."
    ),
]
Reader = Annotated[
    bool, typer.Option("--reader", help="Only facts and views, for an analyst; otherwise what a service needs.")
]


def grants(context: typer.Context, account: Account, *, reader: Reader = False, db: Db = None) -> None:
    """Print the SQL that lets an account use the ledger, and no more; run it as the account that owns the tables."""
    engine = connect(url_of(context, db))
    names = Names(tuple(facts.name for facts in ALL), tuple(VIEWS))
    try:
        open_ledger(engine)
        for statement in (reader_grants if reader else service_grants)(engine, account, names):
            say(f"{statement};")
    finally:
        engine.dispose()
