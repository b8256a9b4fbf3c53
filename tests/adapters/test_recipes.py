"""The SQL that the data dictionary prints gives what the reports print, on every database."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, text

from caseledger.adapters.figures import Figures
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.adapters.store.engine import connect
from caseledger.domain.opinion.timing import Verdict
from caseledger.domain.values import utc_text
from scripts.simulation.company import Company
from scripts.simulation.people import centers
from scripts.simulation.recording import EntryClock, record
from tests.handwritten import House, at

PAGE: Final = (Path(__file__).parents[2] / "docs" / "data-dictionary.md").read_text("utf-8")
MONTHS: Final = ("2023-09", "2023-10", "2023-11")
MOMENTS: Final = tuple(datetime(2023, *day, tzinfo=UTC) for day in ((9, 20, 3), (10, 10, 7), (10, 31, 16), (12, 24, 0)))


def recipes(view: str) -> list[str]:
    """The SQL below the heading of a view, as printed."""
    section = re.search(rf"^### {view}\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section, view
    return re.findall(r"^```sql\n(.*?)^```", section[1], re.MULTILINE | re.DOTALL)


@dataclass
class Asked:
    """A ledger's database, with its figures beside it."""

    engine: Engine
    figures: Figures

    def rows(self, view: str, number: int, month: str, moment: datetime) -> list[dict[str, Any]]:
        """What a recipe gives; only the parameters that it names are given to it."""
        sql = text(recipes(view)[number])
        given = {"month": month, "as_of": utc_text(moment)}
        with self.engine.connect() as connection:
            found = connection.execute(sql, {name: given[name] for name in sql._bindparams})
            return [dict(row._mapping) for row in found]


def counts(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """What was counted of each center; a center of which nothing was is like none."""
    told = {row.pop("center"): row for row in rows}
    return {center: row for center, row in told.items() if any(row.values())}


def check_timeliness(asked: Asked, month: str, moment: datetime) -> Counter[str]:
    counted: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    met: Counter[str] = Counter()
    for row in asked.rows("report_timeliness", 0, month, moment):
        counted[row["clock"], row["center"]][row["verdict"]] = row["clocks"]
        met[row["verdict"]] += row["clocks"]
    assert counted == {
        (row.clock, row.group): {one.value: n for one in Verdict if (n := getattr(row, one.value))}
        for row in asked.figures.timeliness(month, as_of=moment)
    }
    # The clocks one by one are those that are counted.
    assert Counter(one.verdict for one in asked.figures.clocks(month, as_of=moment)) == met
    late = asked.figures.clocks(month, as_of=moment, verdicts=(Verdict.LATE, Verdict.OVERDUE))
    assert len(late) == met["late"] + met["overdue"]
    assert all(one.late_by for one in late)
    return met


def check_monthly(asked: Asked, month: str, moment: datetime) -> set[str]:
    view, met = "report_monthly_opinions", set()
    reported = {row.group: row for row in asked.figures.monthly(month, as_of=moment)}
    for number in range(len(recipes(view))):
        told = counts(asked.rows(view, number, month, moment))
        names = {name for row in told.values() for name in row}
        met |= {name for row in told.values() for name in row if row[name]}
        assert told == {
            center: {name: getattr(row, name) for name in names}
            for center, row in reported.items()
            if any(getattr(row, name) for name in names)
        }
    return met


def check_callbacks(asked: Asked, month: str, moment: datetime) -> None:
    told = asked.rows("report_callback_rates", 0, month, moment)
    reported = asked.figures.callbacks(month, as_of=moment)
    assert [(row["subject"], row["center"], row["to_call_back"], row["called_back"]) for row in told] == [
        (row.subject, row.group, row.to_call_back, row.called_back) for row in reported
    ]
    assert [row["visits"] for row in told if row["subject"] == "order"] == [
        row.visits for row in reported if row.subject == "order"
    ]


def check_surveys(asked: Asked, month: str) -> int:
    names = ("number", "item", "satisfied", "basically_satisfied", "unsatisfied", "numerator", "denominator")
    told = asked.rows("report_survey_rates", 0, month, MOMENTS[-1])
    reported = asked.figures.surveys(month)
    assert [[row[name] for name in names] for row in told] == [
        [getattr(row, name) for name in names] for row in reported
    ]
    assert [Decimal(str(row["percent"])).quantize(Decimal("0.01"), ROUND_HALF_UP) for row in told] == [
        row.percent for row in reported
    ]
    return len(told)


def check_corrective(asked: Asked) -> None:
    waiting = asked.rows("report_corrective_actions", 0, MONTHS[0], MOMENTS[-1])
    assert [(row["number"], row["reason"], row["called_at"], row["by_case"]) for row in waiting] == [
        (row.number, row.reason, utc_text(row.since), row.by_case)
        for row in asked.figures.corrective_actions(waiting=True)
    ]


def check_all(url: str, policy: str) -> tuple[set[str], set[str], int]:
    """Three months of two centers, judged at several moments; gives the verdicts and the figures that were met."""
    clock = EntryClock()
    with Ledger(url, clock=clock, keys=MemoryKeyStore()) as ledger:
        company = Company(5, centers(5, 2, 240, 6), load(policy).values, (2023, 9))
        record(ledger, clock, company.steps(3), batch=1000)
        engine = connect(url)
        asked = Asked(engine, ledger.figures)
        verdicts: Counter[str] = Counter()
        figures: set[str] = set()
        for month, moment in product(MONTHS, MOMENTS):
            verdicts += check_timeliness(asked, month, moment)
            figures |= check_monthly(asked, month, moment)
            check_callbacks(asked, month, moment)
        surveys = sum(check_surveys(asked, month) for month in MONTHS)
        check_corrective(asked)
        engine.dispose()
    return set(verdicts), figures, surveys


def test_each_recipe_gives_what_its_report_prints(database_url: str) -> None:
    verdicts, figures, surveys = check_all(database_url, "w08")
    assert verdicts == set(Verdict)
    assert {"valid", "invalid", "third_party", "not_judged", "rehandled", "ended", "called_back"} <= figures
    assert {"carried_over", "open_at_month_end", "overdue", "timely", "outcome", "attitude"} <= figures
    assert surveys


@pytest.mark.parametrize("policy", ["group400", "handbook"])
def test_each_recipe_gives_what_its_report_prints_under_every_policy(sqlite_url: str, policy: str) -> None:
    verdicts, figures, _ = check_all(sqlite_url, policy)
    assert {Verdict.IN_TIME, Verdict.LATE, Verdict.OVERDUE} <= verdicts
    assert "accepted" in figures


def test_the_recipe_of_alerts_adds_up_the_points_of_each_center(database_url: str) -> None:
    """GP-7: blue 0.2, yellow 0.5, red 1."""
    engine = connect(database_url)
    house = House(engine)
    first, second = house.opinion(), house.opinion(center="center:gz01")
    march = {"confirmed_at": at(10, 9), "confirmed_month": "2026-03"}
    house.alert(first, 1, **march, points=Decimal("0.20"))
    house.alert(first, 2, **march, points=Decimal("0.50"), level="yellow")
    house.alert(second, 1, **march, points=Decimal("1.00"), level="red")
    house.alert(second, 2, confirmed_at=at(31, 20), confirmed_month="2026-04", points=Decimal("0.20"))
    told = Asked(engine, house.figures).rows("report_alert_points", 0, "2026-03", MOMENTS[0])
    assert [(row["center"], row["blue"], row["yellow"], row["red"], Decimal(str(row["points"]))) for row in told] == [
        ("center:gz01", 0, 0, 1, Decimal(1)),
        ("center:sz01", 1, 1, 0, Decimal("0.7")),
    ]
    engine.dispose()


def test_a_clock_that_was_void_before_it_was_due_is_not_counted_by_the_recipe(database_url: str) -> None:
    """Judged invalid on the 3rd, the plan due on the 5th is owed no more; what was overdue by then stays so (OP-2)."""
    engine = connect(database_url)
    house = House(engine)
    judged = {"plan_due_at": at(5, 16), "validity": "invalid", "flow": False}
    house.opinion(**judged, assessed_at=at(3, 9))
    house.opinion(**judged, assessed_at=at(20, 9))
    told = Asked(engine, house.figures).rows("report_timeliness", 0, "2026-03", datetime(2026, 4, 1, tzinfo=UTC))
    assert [(row["verdict"], row["clocks"]) for row in told if row["clock"] == "plan"] == [("overdue", 1)]
    engine.dispose()
