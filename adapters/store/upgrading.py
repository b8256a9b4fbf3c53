"""Leading an older ledger to the present format, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Engine

from ..watching import logger, watched
from .dialects import side_of
from .engine import place
from .errors import LedgerFormatError, LedgerIncompleteError, LedgerMissingError, LedgerOutdatedError
from .mark import LedgerMeta, raise_format, read_mark
from .migrations import Step, family, format_on, steps_for
from .reaching import changing, looking

_log: Final = logger("store")


@dataclass(frozen=True)
class Upgrade:
    """What an upgrade did: the steps that were taken, and what the ledger says of itself now."""

    meta: LedgerMeta
    steps: tuple[Step, ...]


def upgrade(engine: Engine) -> Upgrade:
    """Lead a ledger to the format of this release; one that is there already is left as it is.

    Each step is one transaction with its mark, with the ledger's appends kept out: killed at any moment the ledger has
    one format or the next, and the upgrade goes on when it is called again. MariaDB and MySQL commit every CREATE and
    ALTER by itself; a step that was cut off there is done again as a whole.

    Raises:
        LedgerMissingError: there is no ledger.
        LedgerFormatError: the ledger was made by a later release.
        eventsourcing.persistence.PersistenceError: the database failed, or this account may not change the tables.
    """
    taken: list[Step] = []
    while True:
        with looking(engine) as connection:
            meta = _checked(read_mark(connection), engine)
        if not steps_for(engine.dialect, after=meta.format):
            return Upgrade(meta, tuple(taken))
        with changing(engine) as connection:
            # Another process may have been quicker.
            meta = _checked(read_mark(connection), engine)
            for step in steps_for(engine.dialect, after=meta.format)[:1]:
                with watched(_log, "upgraded", {"format": step.number}):
                    _lock(connection)
                    step.on[family(connection.dialect)](connection)
                    raise_format(connection, step.number)
                taken.append(step)


def present(meta: LedgerMeta, engine: Engine) -> LedgerMeta:
    """Make sure that this release may write to a ledger, taking the steps that opening may take.

    Raises:
        LedgerFormatError: the ledger was made by a later release.
        LedgerIncompleteError: it is a copy that is not finished.
        LedgerOutdatedError: steps are to be taken that opening may not take, or that this account may not.
        eventsourcing.persistence.PersistenceError: the database failed.
    """
    _checked(meta, engine)
    if meta.copying:
        raise LedgerIncompleteError(
            f"the ledger in {place(engine)} is a copy that is not finished. Right would be the same `caseledger copy` "
            "again, which goes on where it was interrupted"
        )
    steps = steps_for(engine.dialect, after=meta.format)
    if not steps:
        return meta
    if not all(step.automatic for step in steps):
        raise LedgerOutdatedError(_to_run(meta, steps, engine, "with everything else that writes to it stopped"))
    try:
        return upgrade(engine).meta
    except PersistenceError as error:
        told = f"by an account that may change its tables; this one was told: {error}"
        raise LedgerOutdatedError(_to_run(meta, steps, engine, told)) from None


def _checked(meta: LedgerMeta | None, engine: Engine) -> LedgerMeta:
    if meta is None:
        raise LedgerMissingError(f"there is no ledger in {place(engine)} yet; create one first")
    known = format_on(engine.dialect)
    if meta.format > known:
        right = f"caseledger {meta.needs} or later" if meta.needs else "the release of caseledger that wrote the ledger"
        raise LedgerFormatError(
            f"the ledger in {place(engine)} has format {meta.format}; this release reads format {known} and those "
            f"before. Right would be {right}",
        )
    return meta


def _to_run(meta: LedgerMeta, steps: Sequence[Step], engine: Engine, how: str) -> str:
    what = "; ".join(step.what for step in steps)
    return (
        f"the ledger in {place(engine)} has format {meta.format}, this release writes format {steps[-1].number} "
        f"({what}). Right would be `caseledger upgrade`, once, {how}"
    )


def _lock(connection: Connection) -> None:
    """Keep appends out until the step is committed; reading goes on."""
    if connection.dialect.name == "postgresql":
        # Whatever lock a release appends under, it inserts; a table is locked against that here.
        connection.exec_driver_sql("LOCK TABLE ledger_events IN SHARE ROW EXCLUSIVE MODE")
    else:
        side_of(connection.dialect).lock_for_append(connection.connection.cursor())
