"""The audit trail: what may be asked of it, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict

from ..domain.catalogue import EVENTS
from ..domain.checks import aware
from ..domain.refusal import MissingDetail
from ..domain.values import utc_text
from ..projections.clauses import EDITIONS
from ..projections.reports import cases, trail
from ..projections.reports.trail import Proof, TrailEntry
from .asking import check_words

if TYPE_CHECKING:
    from .reading import Reading

PAGE: Final = 1000
"""Entries that are read at a time."""


class TrailAsked(TypedDict, total=False):
    """Which entries are asked for: `edition` names the clauses that are shown, the others say what must hold."""

    edition: str | None
    since: datetime | None
    until: datetime | None
    clause: str | None
    event: str | None
    actor: str | None
    role: str | None
    center: str | None
    late: bool


Given: TypeAlias = dict[str, str | list[str]]


def given_of(asked: TrailAsked, proofs: dict[str, Proof]) -> Given:
    """What the select is given; `proofs` by the names of the events.

    Raises:
        Refused: an edition, clause or event that is not on file, a word that no ledger holds, a moment without an
            offset.

    """
    moments = {"since": asked.get("since"), "until": asked.get("until")}
    words = {"actor": asked.get("actor"), "role": asked.get("role"), "center": asked.get("center")}
    check_words(**words)
    given: Given = {name: value for name, value in words.items() if value is not None}
    for name, moment in moments.items():
        if (known := aware(moment, where=name)) is not None:
            given[name] = utc_text(known)
    if (center := words["center"]) is not None:
        registers = f"register:{center.partition(':')[2]}"
        given |= {"registers": f"{registers}:", "registers_end": f"{registers};"}
    if asked.get("late"):
        given["late"] = "yes"
    clause, event = asked.get("clause"), asked.get("event")
    if clause is not None or event is not None:
        given["events"] = [name for name in _named(event) if _proves(proofs.get(name), clause)]
    return given


def _named(event: str | None) -> list[str]:
    """The stored names that a word means: a stored name, or one without its version; all where there is none."""
    found = [name for name in EVENTS if event in {None, name, name.rpartition(".v")[0]}]
    if not found:
        raise MissingDetail(
            f"there is no event {event!r}",
            rule="catalogue",
            right="a stored name such as opinion.accepted",
            where="event",
        )
    return found


def _proves(proof: Proof | None, clause: str | None) -> bool:
    """Whether it is evidence for a clause, said with its edition or without."""
    return clause is None or (
        proof is not None and any(clause in {known, known.partition(" ")[2]} for known in proof.clauses)
    )


def check_clause(clause: str | None, proofs: dict[str, Proof]) -> None:
    """Refuse a clause that is not on file.

    Raises:
        MissingDetail: lists those that are.

    """
    if clause is not None and not any(_proves(proof, clause) for proof in proofs.values()):
        listed = sorted({known for proof in proofs.values() for known in proof.clauses})
        raise MissingDetail(
            f"no clause {clause!r} is on file", rule="ISO", right=f"one of {', '.join(listed)}", where="clause"
        )


def pages(reading: Reading, given: Given, proofs: dict[str, Proof], limit: int | None) -> Iterator[TrailEntry]:
    """The entries in the order of the ledger, of what is `given`, with what they prove, by the event's name."""
    if given.get("events") == []:
        return
    query = trail.entries(frozenset(given))
    after, left = 0, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        found = reading.rows(query, lambda row: row, {**given, "after": after, "most": size})
        about = {row.case_id: row.case_id.removeprefix(trail.LOOKS) for row in found}
        known = reading.rows(cases.NUMBERS, tuple, {"cases": list(about.values())})
        numbers: dict[str, str] = {case: number for case, number in known}  # noqa: C416 - rows are of any length
        for row in found:
            yield trail.row(row, numbers.get(about[row.case_id]), proofs.get(row.event_name, Proof()))
        if len(found) < size:
            return
        after = found[-1].position
        left = None if left is None else left - len(found)


def proofs_of(reading: Reading, edition: str | None) -> dict[str, Proof]:
    """For which clauses each event is evidence, by its name: of one edition, or of all.

    Raises:
        MissingDetail: an edition that is not on file.

    """
    if edition is not None and edition not in EDITIONS:
        raise MissingDetail(
            f"no clauses of {edition!r} are on file", rule="ISO", right=f"one of {', '.join(EDITIONS)}", where="edition"
        )
    found: dict[str, Proof] = {}
    for name, listed, clause, zh, en in reading.rows(trail.CLAUSES, tuple, {}):
        if edition in {None, listed}:
            had = found.get(name, Proof())
            found[name] = Proof(
                (*had.clauses, f"{listed} {clause}"),
                tuple(dict.fromkeys((*had.zh, *zh.split("; ")))),
                tuple(dict.fromkeys((*had.en, *en.split("; ")))),
            )
    return found
