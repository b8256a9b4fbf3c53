"""Reading events back as what they are: long cases loaded and folded, a ledger read and decoded. Our side."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from caseledger.adapters.codec import EnvelopeMapper
from caseledger.adapters.keystore import MemoryKeyStore
from caseledger.adapters.ledger import Ledger
from caseledger.domain.catalogue import command_from

from . import synthetic
from .ours import ledger_factory, url_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from caseledger.domain.command import Command

    Given = dict[str, Any]
    Figures = dict[str, Any]

CASES: Final = 40
EVENTS: Final = 100
"""Of each of these cases."""
LOADS: Final = 5
"""How often each case is loaded; the median of all loads is taken."""


def make(given: Given) -> Figures:
    """Write cases of a hundred events through the commands."""
    synthetic.write(url_of(given), 2 * synthetic.CENTERS)
    with Ledger(url_of(given), keys=MemoryKeyStore(), facts=False) as ledger:
        for number in range(CASES):
            ledger.do_batch([list(_story(f"opinion:long-{number}"))])
    return {"cases": CASES, "events": EVENTS}


def load(given: Given) -> Figures:
    """Load and fold each case, as the audit trail, a decision or an export does."""
    cases = [f"opinion:long-{number}" for number in range(CASES)]
    with Ledger(url_of(given), create=False, keys=MemoryKeyStore(), facts=False) as ledger:
        events = len(ledger.replay(cases[0]).events)
        seconds = []
        for case in cases * LOADS:
            started = perf_counter()
            ledger.replay(case)
            seconds.append(perf_counter() - started)
    return {"seconds": median(seconds), "events": events}


def read(given: Given) -> Figures:
    """Read the events in the order of the ledger and decode each."""
    with closing(ledger_factory(given)) as factory:
        recorder = factory.application_recorder()
        decode = EnvelopeMapper().to_domain_event
        started = perf_counter()
        events = sum(1 for event in map(decode, islice(recorder.iterate(), given["events"])) if event.originator_id)
        seconds = perf_counter() - started
    return {"seconds": seconds, "events": events, "rate": events / seconds}


def _story(case: str) -> Iterator[Command]:
    """A complaint that goes on and on."""
    known = {"actor": {"id": "staff:1", "role": "manager", "center": "center:c00"}, "case": case}

    def told(name: str, step: int, **values: object) -> Command:
        return command_from(name, {**known, "command_id": f"cmd:{case.replace(':', '-')}-{step}", **values})

    wish = {"kind": "complaint", "channel": "phone", "category": "noise", "content": "楼上半夜装修, 请处理"}
    yield told("accept_opinion", 1, center="center:c00", customer="customer:c00-1", unit="unit:c00-1", **wish)
    yield told("respond_to_opinion", 2, way="phone", note="已联系业主")
    yield told("assess_opinion", 3, validity="valid", reason="属实")
    yield told("dispatch_opinion", 4, to_kind="handler", to="staff:h-1")
    for step in range(5, EVENTS):
        if step % 2:
            yield told("follow_up_opinion", step, way="phone", note=f"第{step}次告知进展, 业主表示理解")
        else:
            yield told("comment_on_opinion", step, comment=f"第{step}条批注: 继续跟进, 直到解决")
    yield told("end_opinion", EVENTS, explanation="业主撤回")
