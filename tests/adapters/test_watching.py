"""Logs and spans tell what was done and never whose words it was done with."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import ProxyTracerProvider

from caseledger import Ledger, command_from
from caseledger.adapters import watching
from caseledger.adapters.store.errors import LockTimeoutError
from caseledger.domain.command import Command
from caseledger.domain.personal import marked_fields
from caseledger.domain.refusal import Refused
from tests.stories import COMPLAINT, actor, everything
from tests.telling import SetClock


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="caseledger")
    return caplog


@pytest.fixture
def ledger(sqlite_url: str) -> Iterator[Ledger]:
    with Ledger(sqlite_url, clock=SetClock()) as opened:
        yield opened


def tell(ledger: Ledger, steps: int | None = None) -> None:
    assert isinstance(ledger._clock, SetClock)
    for told in everything()[:steps]:
        ledger._clock.now = told.at
        ledger.do(told.command)


def fields(log: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [getattr(record, "caseledger", {}) for record in log.records]


def test_a_command_is_one_record_with_its_fields(ledger: Ledger, log: pytest.LogCaptureFixture) -> None:
    tell(ledger, 4)
    told = fields(log)[-1]
    assert told.pop("seconds") >= 0
    assert told == {
        "commands": 1,
        "attempts": 1,
        "command": "accept_opinion",
        "events": 1,
        "case": COMPLAINT,
        "command_id": "cmd:story-4",
    }
    record = log.records[-1]
    assert (record.name, record.levelname) == ("caseledger.commands", "INFO")
    assert record.getMessage().startswith(
        "recorded commands=1 attempts=1 command=accept_opinion events=1 case=opinion:"
    )


def test_a_retry_a_refusal_and_a_batch_say_so(ledger: Ledger, log: pytest.LogCaptureFixture) -> None:
    tell(ledger, 4)
    accept = everything()[3].command
    ledger.do(accept)
    assert (fields(log)[-1]["repeated"], fields(log)[-1]["events"]) == (1, 0)
    end = command_from("end_opinion", {"actor": actor("manager"), "case": COMPLAINT})
    with pytest.raises(Refused):
        ledger.do(end)
    assert (fields(log)[-1]["refused"], fields(log)[-1]["rule"], fields(log)[-1]["events"]) == (1, "OP-14", 0)
    assert (
        log.records[-1].getMessage().startswith("refused commands=1 attempts=1 command=end_opinion events=0 refused=1")
    )
    ledger.do_batch([[end], [accept]])
    assert log.records[-1].getMessage().startswith("recorded commands=2 attempts=1 events=0 repeated=1 refused=1")
    ledger.do_batch([[accept], [end]], dry_run=True)
    assert (
        log.records[-1].getMessage().startswith("decided commands=2 attempts=1 dry_run=1 events=0 repeated=1 refused=1")
    )


def test_trouble_is_a_warning_with_its_class_and_whether_to_try_again(
    ledger: Ledger, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise LockTimeoutError("somebody said 王女士")

    monkeypatch.setattr(ledger._app.streams, "append", locked)
    with pytest.raises(LockTimeoutError):
        tell(ledger, 1)
    told = fields(log)[-1]
    assert (log.records[-1].levelname, told["error"], told["retry"]) == ("WARNING", "LockTimeoutError", 1)
    assert "王女士" not in log.text


def test_a_rebuild_is_told_by_the_name_of_its_facts(ledger: Ledger, log: pytest.LogCaptureFixture) -> None:
    ledger.rebuild(["fact_opinions"])
    assert (log.records[-1].name, fields(log)[-1]["facts"]) == ("caseledger.facts", "fact_opinions")


def words_of(command: Command) -> set[str]:
    """The personal words of a command, and all free text in it."""
    said = {str(getattr(command, name)) for name in marked_fields(type(command))}
    return {word for word in said if word not in {"None", ""}}


def test_no_word_of_anybody_is_ever_told(
    ledger: Ledger, log: pytest.LogCaptureFixture, spans: InMemorySpanExporter
) -> None:
    logging.getLogger().setLevel(logging.DEBUG)  # every logger there is, the libraries' too
    known = set().union(*(words_of(told.command) for told in everything()))
    assert "王女士 138****0000" in known
    assert len(known) > 10
    tell(ledger)
    for told in everything():  # retries, reuses of an id with other words, and what is refused now
        ledger.do(told.command)
        for name in marked_fields(type(told.command)) & {"content", "contact", "place", "text", "reason", "result"}:
            with pytest.raises(Refused):
                ledger.do(told.command.model_copy(update={name: "又说了别的话"}))
    known.add("又说了别的话")
    everything_told = "\n".join(
        [f"{record.getMessage()} {record.__dict__}" for record in log.records]
        + [span.to_json() for span in _all(spans)]
    )
    assert "accept_opinion" in everything_told
    assert [word for word in known if word in everything_told] == []


def _all(spans: InMemorySpanExporter) -> tuple[ReadableSpan, ...]:
    return spans.get_finished_spans()


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """A service's tracing, which keeps its spans in memory."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return kept


def test_a_command_is_a_span_within_the_services_own(ledger: Ledger, spans: InMemorySpanExporter) -> None:
    with trace.get_tracer_provider().get_tracer("service").start_as_current_span("request"):
        tell(ledger, 1)
    ours, theirs = _all(spans)
    assert ours.name == "caseledger.recorded"
    assert ours.parent is not None
    outer = theirs.get_span_context()
    assert outer is not None
    assert ours.parent.span_id == outer.span_id
    assert ours.attributes is not None
    assert (ours.attributes["caseledger.command"], ours.attributes["caseledger.events"]) == ("register_center", 1)


def test_a_refusal_is_a_span_of_that_name_and_no_failure(ledger: Ledger, spans: InMemorySpanExporter) -> None:
    tell(ledger, 4)
    with pytest.raises(Refused):
        ledger.do(command_from("end_opinion", {"actor": actor("manager"), "case": COMPLAINT}))
    span = _all(spans)[-1]
    assert span.attributes is not None
    assert (span.name, span.attributes["caseledger.rule"]) == ("caseledger.refused", "OP-14")
    assert span.status.status_code is trace.StatusCode.UNSET


def test_a_failure_is_told_by_its_class_alone(
    ledger: Ledger, spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("王女士")

    monkeypatch.setattr(ledger._app.streams, "append", broken)
    with pytest.raises(ValueError, match="王女士"):
        tell(ledger, 1)
    (span,) = _all(spans)
    assert (span.status.status_code, span.status.description) == (trace.StatusCode.ERROR, "ValueError")
    assert span.events == ()


def test_without_the_package_or_before_tracing_is_set_up_nothing_is_missing(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = logging.getLogger("caseledger.commands")
    monkeypatch.setattr(log, "disabled", True)
    assert isinstance(trace.get_tracer_provider(), ProxyTracerProvider)
    assert not watching.is_watched(log)
    tell(ledger, 1)
    monkeypatch.setattr(watching, "trace", None)
    assert not watching.is_watched(log)
    monkeypatch.undo()
    tell(ledger, 2)


def test_only_fields_that_are_listed_are_told(log: pytest.LogCaptureFixture) -> None:
    with watching.watched(watching.logger("commands"), "recorded", {"content": "王女士", "events": 1}):
        pass
    assert set(fields(log)[-1]) == {"events", "seconds"}
