"""The formats of a ledger's tables, and the numbered steps that lead an older ledger to the present one.

Format 1 is what `tests/fixtures` holds of the first release. Every later format has exactly one step here, in a module
of its own that is never changed once it was released: texts are written out in it, not imported, for what the rest of
the store says today is not what the step said then. A ledger is only touched by the steps that name its database, so
its format is the number of the last of these.

Each step must

* be idempotent: MariaDB and MySQL commit every CREATE and ALTER by itself, so a step may find half of itself done;
* leave the tables as a new ledger has them: `tests/adapters/store/test_migrations.py` compares both on every database;
* say whether it may be taken when the ledger is opened (`automatic`): it then takes no time that grows with the events,
  and processes of the release before that are still running may go on beside it. Otherwise the ledger is not opened
  until `caseledger upgrade` was run, with everything else that writes stopped.

A new step is a module `step_NNNN.py` with a `STEP`, and its line in `STEPS`.
"""

from typing import Final

from sqlalchemy import Dialect

from . import step_0002
from .step import Step, Work, statements

__all__ = [
    "FIRST_FORMAT",
    "FIRST_RELEASE",
    "STEPS",
    "Step",
    "Work",
    "family",
    "format_on",
    "release_of",
    "statements",
    "steps_for",
]

STEPS: Final[tuple[Step, ...]] = (step_0002.STEP,)
"""In ascending order of their numbers, from 2."""

FIRST_FORMAT: Final = 1
FIRST_RELEASE: Final = "0.1.0"


def family(dialect: Dialect) -> str:
    """Name the database as steps do."""
    return "mariadb" if dialect.name == "mysql" else dialect.name


def steps_for(dialect: Dialect, *, after: int = FIRST_FORMAT) -> tuple[Step, ...]:
    """Give the steps that lead a ledger on this database from a format to the present one."""
    return tuple(step for step in STEPS if step.number > after and family(dialect) in step.on)


def format_on(dialect: Dialect) -> int:
    """Give the format that this release writes on a database."""
    return max((step.number for step in steps_for(dialect)), default=FIRST_FORMAT)


def release_of(number: int) -> str:
    """Give the first release that reads a format which this release knows."""
    return next((step.release for step in STEPS if step.number == number), FIRST_RELEASE)
