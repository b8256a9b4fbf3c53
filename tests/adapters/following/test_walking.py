"""The walk through a ledger goes by whole cases, some of them at a time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import text

from caseledger.adapters.facts import reach
from caseledger.adapters.store.engine import connect
from caseledger.projections.facts.opinions import OPINIONS
from tests.adapters.following.world import World, connected

FEW_CASES, FEW_EVENTS = 4, 12


def test_a_stretch_ends_with_so_many_cases_or_events_and_parts_no_case(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "CASES_A_CHUNK", FEW_CASES)
    monkeypatch.setattr(reach, "EVENTS_A_CHUNK", FEW_EVENTS)
    with World(database_url, steps=60) as world, connected(world.url) as connection:
        counted = text("select stream, count(*) from ledger_events where stream like 'opinion:%' group by stream")
        sizes = {stream: int(count) for stream, count in connection.execute(counted)}
        engine = connect(world.url)
        found = list(reach.Reach(engine).stretches(OPINIONS))
        engine.dispose()
    assert [after.upto for after, _ in pairwise(found)] == [one.after for one in found[1:]]
    parts = [[case for case in sizes if one.after < case <= one.upto] for one in found]
    assert sorted(case for part in parts for case in part) == sorted(sizes)
    assert [one.done for one in found] == [sum(map(len, parts[: n + 1])) for n in range(len(parts))]
    assert {one.in_all for one in found} == {len(sizes)}
    for part, (following, *_) in pairwise(sorted(part) for part in parts):
        events = sum(sizes[case] for case in part)
        assert len(part) <= FEW_CASES
        assert len(part) == 1 or events <= FEW_EVENTS
        assert len(part) == FEW_CASES or events + sizes[following] > FEW_EVENTS
