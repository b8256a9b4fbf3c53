"""A history of appends and reads of lists, checked for what no one who works alone on a ledger could ever see.

Every transaction appends elements that no other appends, to one or several lists (a case is a list of what was
recorded about it); every read gives one or several lists as of one moment. From the lists as they are at the end,
everything else follows: which transaction came before which, and what each read must and must not have seen. The names
in brackets are those of the literature (Adya; Elle, Kingsbury and Alvaro 2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

Element = tuple[str, str]
"""The list it was appended to, and what was appended; no two are alike."""


@dataclass(frozen=True, slots=True)
class Append:
    """A transaction that was acknowledged: its elements in their order, and when it was asked and answered."""

    session: str
    elements: tuple[Element, ...]
    began: int
    ended: int


@dataclass(frozen=True, slots=True)
class Read:
    """What a session was shown, all of one moment between asking and answer."""

    session: str
    lists: Mapping[str, tuple[str, ...]]
    began: int
    ended: int


def anomalies(final: Mapping[str, Sequence[str]], appends: Sequence[Append], reads: Sequence[Read]) -> list[str]:
    """What is wrong with a history; nothing, if it could have happened one transaction after the other.

    Args:
        final: the lists as they are when all is over.
        appends: every transaction that was acknowledged; times by one clock for all.
        reads: every read.

    """
    writers = {element: append for append in appends for element in append.elements}
    return [
        *_lost_or_doubled(final, writers),
        *_torn(final, appends),
        *_in_a_circle(final, writers),
        *_against_time(final, writers),
        *(fault for read in reads for fault in _misread(final, writers, read)),
        *_back_in_time(reads),
    ]


def _lost_or_doubled(final: Mapping[str, Sequence[str]], writers: Mapping[Element, Append]) -> Iterator[str]:
    kept = {(name, element) for name, elements in final.items() for element in elements}
    for name, element in writers:
        if (name, element) not in kept:
            yield f"{element} was acknowledged, and is not in {name} (lost update)"
    for name, elements in final.items():
        if len(set(elements)) < len(elements):
            yield f"{name} holds an element twice"
        yield from (
            f"{element} is in {name}, and nobody was told so (dirty write)"
            for element in elements
            if (name, element) not in writers
        )


def _torn(final: Mapping[str, Sequence[str]], appends: Iterable[Append]) -> Iterator[str]:
    """What one transaction appended to a list stands there together and in its order."""
    for append in appends:
        for name in {name for name, _ in append.elements}:
            own = [element for where, element in append.elements if where == name]
            whole = list(final.get(name, ()))
            first = whole.index(own[0]) if own[0] in whole else 0
            if whole[first : first + len(own)] != own:
                yield f"others stand between {own} in {name} (G0)"


def _in_a_circle(final: Mapping[str, Sequence[str]], writers: Mapping[Element, Append]) -> Iterator[str]:
    """Two lists tell the same order of the transactions that appended to both."""
    order: TopologicalSorter[Append] = TopologicalSorter()
    for name, elements in final.items():
        told = [writers[name, element] for element in elements if (name, element) in writers]
        for earlier, later in pairwise(told):
            if earlier is not later:
                order.add(later, earlier)
    try:
        order.prepare()
    except CycleError as error:
        circle = [append.elements[0][1] for append in error.args[1]]
        yield f"lists disagree on the order of {circle} (G0)"


def _against_time(final: Mapping[str, Sequence[str]], writers: Mapping[Element, Append]) -> Iterator[str]:
    """Nothing stands after what was only asked when it had been answered already."""
    for name, elements in final.items():
        told = [writers[name, element] for element in elements if (name, element) in writers]
        for position, (append, ended) in enumerate(zip(told, _earliest_end(told), strict=True)):
            if ended < append.began:
                yield f"{elements[position]} stands in {name} before what was answered before it was asked (real time)"


def _earliest_end(appends: Sequence[Append]) -> list[int]:
    """From each place on, when the first of those that stand there or later was answered."""
    ends: list[int] = []
    for append in reversed(appends):
        ends.append(min(append.ended, ends[-1]) if ends else append.ended)
    return ends[::-1]


def _misread(final: Mapping[str, Sequence[str]], writers: Mapping[Element, Append], read: Read) -> Iterator[str]:
    parts = {name: set(elements) for name, elements in read.lists.items()}
    for name, seen in read.lists.items():
        whole = tuple(final.get(name, ()))
        if whole[: len(seen)] != seen:
            yield f"{read.session} read {name} as it never was (G1a, or a fork)"
            continue
        missing = [writers[name, element] for element in whole[len(seen) :] if (name, element) in writers]
        if any(append.ended < read.began for append in missing):
            yield f"{read.session} read {name} without what had been answered before it asked (stale)"
        shown = [writers[name, element] for element in seen if (name, element) in writers]
        if any(append.began > read.ended for append in shown):
            yield f"{read.session} read in {name} what was asked only later"
        for append in {*shown[-1:], *missing[:1]}:
            known = [element in parts[where] for where, element in append.elements if where in parts]
            if any(known) and not all(known):
                yield f"{read.session} read a part of what one transaction appended to {name} (G1b)"


def _back_in_time(reads: Sequence[Read]) -> Iterator[str]:
    """Who asks after another was answered, sees no less; a session after itself in particular."""
    longest: dict[str, int] = {}
    answered = sorted(reads, key=lambda read: read.ended)
    done = 0
    for read in sorted(reads, key=lambda read: read.began):
        while done < len(answered) and answered[done].ended < read.began:
            for name, seen in answered[done].lists.items():
                longest[name] = max(longest.get(name, 0), len(seen))
            done += 1
        for name, seen in read.lists.items():
            if len(seen) < longest.get(name, 0):
                yield f"{read.session} read less of {name} than had been shown before it asked (not monotonic)"
