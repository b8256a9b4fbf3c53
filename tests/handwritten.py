"""Facts written down by hand, on a database of their own: what figures are counted from, without the commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, MetaData, insert

from caseledger.adapters.facts import Facts
from caseledger.adapters.figures import Figures
from caseledger.adapters.store.database import Database
from caseledger.adapters.store.engine import WRITE
from caseledger.adapters.store.meta import create_ledger
from caseledger.projections.compile import table_of
from caseledger.projections.facts.alerts import ALERTS
from caseledger.projections.facts.callbacks import CALLBACKS
from caseledger.projections.facts.centers import CENTERS
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.facts.orders import ORDERS
from caseledger.projections.facts.turns import TURNS
from caseledger.projections.vocabulary import Facts as Declaration

NOW = datetime(2026, 4, 1, tzinfo=UTC)


class House:
    """Facts written by hand, on one database."""

    def __init__(self, engine: Engine) -> None:
        create_ledger(engine)
        Facts(engine).make()
        self.engine = engine
        self.figures = Figures(Database(engine, lock_timeout=5.0), now=lambda: NOW)
        self.centers: set[object] = set()
        self.opinions = 0
        self.orders = 0

    def opinion(self, **given: object) -> str:
        self.opinions += 1
        row: dict[str, object] = {
            "case_id": f"opinion:{self.opinions}",
            "number": f"SZ01-OP-202603-{self.opinions:04}",
            "center": "center:sz01",
            "kind": "complaint",
            "channel": "phone",
            "month": "2026-03",
            "accepted_at": at(2, 9),
            "status": "accepted",
            "turns": 1,
            "callbacks": 0,
        }
        row |= given
        self._center(row["center"])
        row["handled_at"] = row.get("first_finished_at") or row.get("ended_at")
        self._write(OPINIONS, row)
        return str(row["case_id"])

    def order(self, **given: object) -> None:
        self.orders += 1
        row: dict[str, object] = {
            "case_id": f"order:{self.orders}",
            "number": f"SZ01-SO-202603-{self.orders:04}",
            "center": "center:sz01",
            "channel": "phone",
            "month": "2026-03",
            "requested_at": at(2, 9),
            "status": "requested",
        }
        self._write(ORDERS, row | given)

    def turn(self, case: str, **given: object) -> None:
        self._write(TURNS, {"case_id": case, "turn": 1, "started_at": at(2, 9)} | given)

    def callback(self, case: str, number: int, **given: object) -> None:
        self._write(CALLBACKS, {"case_id": case, "callback": number, "turn": 1, "called_at": at(6, 9)} | given)

    def alert(self, case: str, number: int, **given: object) -> None:
        self._write(ALERTS, {"case_id": case, "alert": number, "level": "blue", "raised_at": at(9, 9)} | given)

    def _center(self, center: object) -> None:
        if center not in self.centers:
            self.centers.add(center)
            self._write(CENTERS, {"case_id": center, "policies": 0})

    def _write(self, facts: Declaration, row: Mapping[str, object]) -> None:
        with self.engine.execution_options(**{WRITE: True}).begin() as connection:
            connection.execute(insert(table_of(facts, MetaData())).values(row))


def at(day: int, hour: int, minute: int = 0) -> str:
    """A time in March 2026, as the tables hold it."""
    return f"2026-03-{day:02}T{hour:02}:{minute:02}:00.000000Z"


def moment(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)
