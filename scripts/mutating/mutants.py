"""Mutants of a module: its source with one thing in one function changed, by the operators of mutmut."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

import libcst as cst  # type: ignore[import-not-found]  # build/mutation has it
from libcst.metadata import (  # type: ignore[import-not-found]  # as above
    MetadataWrapper,
    PositionProvider,
)
from mutmut.mutation.mutators import (  # type: ignore[import-not-found]  # as above
    mutation_operators,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LEFT_ALONE = {"isinstance", "len"}
"""As in mutmut: what these do with None in place of an argument is a TypeError, which no test has to look for."""
SAID = {"right", "step"}
"""Arguments that only become words of a refusal: what would be right, and the name of the step before."""


@dataclass(frozen=True)
class Place:
    """Where a node stands: the outermost function that it belongs to, and the lines of its statement."""

    function: str
    lines: range


@dataclass(frozen=True)
class Mutant:
    """One change: of which function of which module, and what it is. `number` tells equal ones apart."""

    module: str
    place: Place
    operator: str
    number: int
    tree: cst.Module = field(repr=False)
    node: cst.CSTNode = field(repr=False)
    changed: cst.CSTNode = field(repr=False)

    @property
    def function(self) -> str:
        """The qualified name of the function."""
        return self.place.function

    @property
    def lines(self) -> range:
        """The lines of the statement; a test that runs one of them may notice the change."""
        return self.place.lines

    @cached_property
    def source(self) -> str:
        """The whole module with the change."""
        return str(self.tree.deep_replace(self.node, self.changed).code)

    @cached_property
    def difference(self) -> str:
        """The changed lines, before and after."""
        lines = difflib.unified_diff(self.tree.code.splitlines(), self.source.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))

    @cached_property
    def key(self) -> str:
        """The same for the same change of the same text, wherever in the file it stands."""
        was, becomes = self.tree.code_for_node(self.node), self.tree.code_for_node(self.changed)
        told = (self.module, self.function, self.operator, was, becomes, str(self.number))
        return sha256("|".join(told).encode()).hexdigest()[:12]


def mutants_of(path: Path, module: str) -> list[Mutant]:
    """All mutants of a module, in the order of its text."""
    wrapper = MetadataWrapper(cst.parse_module(path.read_text("utf-8")))
    spans = wrapper.resolve(PositionProvider)
    lines = {node: range(span.start.line, span.end.line + 1) for node, span in spans.items()}
    seen: Counter[tuple[str, str, str, str]] = Counter()
    found: list[Mutant] = []
    for place, node in _changeable(wrapper.module, lines, "", None):
        for operator, changed in _changes(node):
            made = Mutant(module, place, operator, 1, wrapper.module, node, changed)
            same = (
                place.function,
                operator,
                wrapper.module.code_for_node(node),
                wrapper.module.code_for_node(changed),
            )
            seen[same] += 1
            found.append(replace(made, number=seen[same]))
    return found


def _changes(node: cst.CSTNode) -> Iterator[tuple[str, cst.CSTNode]]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            for changed in operator(node):
                if not _changes_only_words(node, changed):
                    yield operator.__name__, changed


def _changeable(
    node: cst.CSTNode, lines: Mapping[cst.CSTNode, range], path: str, place: Place | None
) -> Iterator[tuple[Place, cst.CSTNode]]:
    """What can be changed, in functions only: what is declared outside of them decides nothing by itself."""
    if isinstance(node, cst.Annotation | cst.Decorator) or _is_left_alone(node):
        return
    if isinstance(node, cst.ClassDef | cst.FunctionDef):
        if node.name.value == "__new__":
            return
        path = f"{path}.{node.name.value}" if path else node.name.value
        if isinstance(node, cst.FunctionDef) and place is None:
            place = Place(path, lines[node])
    if place is not None:
        if isinstance(node, cst.SimpleStatementLine):
            place = Place(place.function, lines[node])
        elif isinstance(node, cst.If | cst.While | cst.For | cst.Match):
            body = node.cases[0] if isinstance(node, cst.Match) else node.body
            place = Place(place.function, range(lines[node].start, lines[body].start + 1))
        yield place, node
    for child in node.children:
        if not _is_words(node, child):
            yield from _changeable(child, lines, path, place)


def _is_left_alone(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in LEFT_ALONE


def _words(call: cst.Call) -> set[int]:
    """Which arguments only become words of a refusal: by their names, and the first one of what names a rule."""
    names = {number: arg.keyword.value for number, arg in enumerate(call.args) if arg.keyword is not None}
    named = {number for number, name in names.items() if name in SAID}
    refuses = {"rule", "right"} <= set(names.values())
    return named | ({0} - names.keys() if refuses else set())


def _is_words(parent: cst.CSTNode, child: cst.CSTNode) -> bool:
    return isinstance(parent, cst.Call) and any(parent.args[number] is child for number in _words(parent))


def _changes_only_words(node: cst.CSTNode, changed: cst.CSTNode) -> bool:
    """Whether the change is that words of a refusal become None, or that the step before goes without its name."""
    if not isinstance(node, cst.Call) or not isinstance(changed, cst.Call):
        return False
    kept = {id(arg) for arg in changed.args}
    gone = {number for number, arg in enumerate(node.args) if id(arg) not in kept}
    if len(changed.args) == len(node.args):
        return bool(gone & _words(node))
    names = [node.args[number].keyword for number in gone]
    return any(name is not None and name.value == "step" for name in names)
