"""The simulated company lives under the group's policy and the handbook too; its figures are those of what it asked."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.adapters.policies import load
from caseledger.domain.opinion import not_ours, platform, suggestions
from scripts.simulation.company import Company
from scripts.simulation.people import centers
from scripts.simulation.recording import EntryClock, record
from scripts.simulation.story import Step

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONTH = "2023-10"


def began(steps: list[Step]) -> Counter[str]:
    """What began in the month by the company's own steps: opinions by kind, counted without the ledger."""
    found: Counter[str] = Counter()
    for step in steps:
        local: datetime = step.happened.astimezone(SHANGHAI)
        if step.command == "accept_opinion" and f"{local:%Y-%m}" == MONTH:
            found[step.values["kind"]] += 1
    return found


@pytest.mark.parametrize("name", ["group400", "handbook"])
def test_the_company_lives_under_it_and_one_month_of_one_center_counts_right(name: str) -> None:
    clock = EntryClock()
    with Ledger("sqlite://", clock=clock, keys=MemoryKeyStore()) as ledger:
        steps = list(Company(5, centers(5, 1, 500, 12), load(name).values, (2023, 9)).steps(4))
        record(ledger, clock, steps, batch=1000)
        (row,) = ledger.figures.monthly(MONTH)
        counted = began(steps)
        assert (row.complaints, row.suggestions, row.inquiries, row.praise) == tuple(
            counted[kind] for kind in ("complaint", "suggestion", "inquiry", "praise")
        )
        assert row.accepted == counted.total() > 0
        told = {record.topic for record in ledger._app.recorder.select_notifications(1, 1_000_000)}
        of_the_group = {event.name for theme in (platform.THEME, not_ours.THEME) for event in theme.events}
        assert (of_the_group <= told) is (name == "group400")
        assert {event.name for event in suggestions.THEME.events} <= told
        assert ledger.check().is_clean
