"""Telling a service's own logs and traces what the ledger does: names, ids, counts and seconds, and nobody's words.

Each thing that is done is one record of a logger below `caseledger`, with its fields in the message (`key=value`) and,
for whoever formats logs as JSON, as a dictionary in the record's attribute `caseledger`. Where the package
`opentelemetry-api` is installed (`caseledger[otel]`) and the service has set up tracing, it is also one span, with the
same fields as attributes. The names are listed in `docs/observing.md`.

Only what is named in `FIELDS` is told, whoever calls: a field that could hold a person's words cannot slip in.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

Value: TypeAlias = str | int | float
Fields: TypeAlias = dict[str, Value]

FIELDS: Final = frozenset(
    {
        "attempts",
        "case",
        "command",
        "command_id",
        "commands",
        "dry_run",
        "error",
        "events",
        "facts",
        "format",
        "refused",
        "repeated",
        "retry",
        "rows",
        "rule",
        "seconds",
    }
)
"""All that is ever told: names of commands, facts, rules and error classes; opaque ids; numbers."""


def _tracing() -> Any:  # noqa: ANN401 - a module that may be missing
    try:
        from opentelemetry import trace  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return trace


trace: Final = _tracing()


def logger(part: str) -> logging.Logger:
    """The logger for a part of the ledger, such as `caseledger.commands`."""
    return logging.getLogger(f"caseledger.{part}")


def is_watched(log: logging.Logger) -> bool:
    """Whether anybody would see what is told: a log at this level, or a service's tracing."""
    return log.isEnabledFor(logging.INFO) or _is_traced()


def _is_traced() -> bool:
    # Until a service sets up tracing, the package has a stand-in.
    return trace is not None and not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@dataclass
class Done:
    """What was done: the past participle that begins the message, and ends the span's name: `caseledger.<what>`."""

    what: str


@contextmanager
def watched(log: logging.Logger, what: str, fields: Fields) -> Iterator[Done]:
    """Tell what is done inside, how long it took and how it ended, with the fields as they are at its end.

    Args:
        log: the part's logger.
        what: see `Done`, which is given to whoever must say at its end that it was something else.
        fields: may be added to while it is done.
    """
    started = perf_counter()
    done = Done(what)
    with _span(what) as span:
        try:
            yield done
        except Exception as error:
            # The class only: the text of an error that is not the ledger's own may quote anything.
            fields |= {"error": type(error).__name__, "retry": int(bool(getattr(error, "retry", False)))}
            raise
        finally:
            told = {name: value for name, value in fields.items() if name in FIELDS}
            told["seconds"] = round(perf_counter() - started, 6)
            failed = "error" in told
            if span is not None:
                if done.what != what:
                    span.update_name(_name(done.what))
                _attribute(span, told, failed=failed)
            level = logging.WARNING if failed else logging.INFO
            if log.isEnabledFor(level):
                said = " ".join(f"{name}={value}" for name, value in told.items())
                log.log(level, "%s %s", f"not {done.what}" if failed else done.what, said, extra={"caseledger": told})


def _span(what: str) -> AbstractContextManager[Any]:
    if not _is_traced():
        return nullcontext()
    tracer = trace.get_tracer("caseledger")
    # An exception would be recorded with its text and its stack, and with them whatever they quote.
    span: AbstractContextManager[Any] = tracer.start_as_current_span(
        _name(what), record_exception=False, set_status_on_exception=False
    )
    return span


def _name(what: str) -> str:
    return f"caseledger.{what}"


def _attribute(span: Any, told: Fields, *, failed: bool) -> None:  # noqa: ANN401 - of a package that may be missing
    for name, value in told.items():
        span.set_attribute(f"caseledger.{name}", value)
    if failed:
        span.set_status(trace.StatusCode.ERROR, str(told["error"]))
