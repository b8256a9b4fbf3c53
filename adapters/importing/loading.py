"""Loading a mapping: everything that can be wrong with it is found before a row is read, and named by its place."""

from __future__ import annotations

import os
import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from pydantic import ValidationError

from ...domain.refusal import Refused
from ...domain.values import form_of
from .fields import ACCEPT
from .mapping import Mapping, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...domain.policy import Policy
    from .fields import FieldForm
    from .mapping import FieldSource, Word

_SHIPPED: Final = files(__name__.rpartition(".")[0]) / "mappings"
_CLOCKS: Final = ("response", "plan_at_center", "plan_at_company", "callback", "late_record")


class InvalidMapping(Refused):
    """The mapping cannot be used: `problems` lists each place in it and what is wrong there."""

    def __init__(self, mapping: str, problems: Iterable[tuple[str, str]]) -> None:
        """Join the problems, each a place in the mapping and what is wrong there."""
        self.problems = tuple(problems)
        listed = "; ".join(f"{place}: {what}" if place else what for place, what in self.problems)
        super().__init__(
            f"the mapping {mapping} cannot be used: {listed}",
            rule="mapping",
            right="a mapping as docs/importing.md describes it; nothing was recorded",
        )


def shipped_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with the package."""
    return tuple(sorted(file.name.removesuffix(".toml") for file in _SHIPPED.iterdir()))


def load_mapping(given: str | os.PathLike[str]) -> Mapping:
    """Load the mapping of a table by its path, or a shipped one by its name (`boston311`).

    Raises:
        InvalidMapping: no such file, not TOML, or wrong in its content; every place is named.

    """
    name, values = read_mapping(given)
    return table_mapping(values, name)


def parse_mapping(text: str, name: str = "(text)") -> Mapping:
    """Read the mapping of a table from TOML text.

    Raises:
        InvalidMapping: not TOML, or wrong in its content; every place is named.

    """
    return table_mapping(toml_values(text, name), name)


def table_mapping(values: dict[str, Any], name: str) -> Mapping:
    """Make the mapping of a table of what its TOML says.

    Raises:
        InvalidMapping: wrong in its content; every place is named.

    """
    return made_of(Mapping, values, name, _wrong_fields)


M = TypeVar("M", bound=Origin)


def made_of(kind: type[M], values: dict[str, Any], name: str, wrong_in: Callable[[M], Iterable[tuple[str, str]]]) -> M:
    """Make a mapping of a kind; `wrong_in` finds what only all of it together shows.

    Raises:
        InvalidMapping: wrong in its content; every place is named.

    """
    try:
        mapping = kind.model_validate(values | {"name": name})
    except ValidationError as error:
        raise InvalidMapping(name, _problems_of(error)) from None
    if wrong := list(wrong_in(mapping)):
        raise InvalidMapping(name, wrong)
    return mapping


def read_mapping(given: str | os.PathLike[str]) -> tuple[str, dict[str, Any]]:
    """Read a mapping's TOML by its path, or a shipped one's by its name: the name for messages, and what it says.

    Raises:
        InvalidMapping: no such file, or not TOML.

    """
    shipped = os.fspath(given) in shipped_mappings()
    file = _SHIPPED / f"{given}.toml" if shipped else Path(given)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        known = ", ".join(shipped_mappings())
        raise InvalidMapping(os.fspath(given), [("", f"{error.strerror}; shipped ones are: {known}")]) from None
    except UnicodeDecodeError as error:
        raise InvalidMapping(os.fspath(given), [("", f"byte {error.start} is not UTF-8, which TOML is")]) from None
    return file.name, toml_values(text, file.name)


def toml_values(text: str, name: str) -> dict[str, Any]:
    """Read TOML text.

    Raises:
        InvalidMapping: it is not TOML.

    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidMapping(name, [("", f"it is not TOML: {error}")]) from None
    if "name" in values:
        raise InvalidMapping(name, [("name", "a mapping has no such key")])
    return values


class Checked(Protocol):
    """A mapping of a table or of a log, as far as file and policy are checked against it."""

    @property
    def name(self) -> str:
        """Which mapping it is, for messages."""
        ...

    @property
    def kind(self) -> str:
        """The kind of case that it makes."""
        ...

    @property
    def columns(self) -> dict[str, str]:
        """Every column that it reads, with the first place that names it."""
        ...

    def categories(self) -> Iterable[tuple[str, FieldSource]]:
        """Where categories come from, with the places in the mapping."""
        ...


def check_header(mapping: Checked, header: Sequence[str]) -> None:
    """Refuse a file that lacks, or has twice, a column which the mapping names.

    Raises:
        InvalidMapping: every such column, with where the mapping names it and what the file has.

    """
    problems = []
    for column, place in mapping.columns.items():
        times = header.count(column)
        if times > 1:
            problems.append((place, f"the file has the column {column!r} {times} times; rename one of them"))
        elif not times:
            near = get_close_matches(column, header, n=1)
            has = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(header)}"
            problems.append((place, f"the file has no column {column!r}; {has}"))
    if problems:
        raise InvalidMapping(mapping.name, problems)


def check_policy(mapping: Checked, policy: Policy) -> None:
    """Refuse a policy with clocks, under which imported history would look late, and categories that it does not list.

    Raises:
        InvalidMapping: names the clocks or the categories.

    """
    if clocks := [clock for clock in _CLOCKS if getattr(policy, clock) is not None]:
        what = f"{policy.name} sets clocks ({', '.join(clocks)}), by which imported history would look late"
        raise InvalidMapping(mapping.name, [("policy.name", f"{what}; 'imported' sets none")])
    known = tuple(policy.categories if mapping.kind == "opinion" else policy.order_categories)
    right = f"{policy.name} lists: {', '.join(known)}"
    wrong = [
        (f"{place}.{key}", f"{word!r} is no category; {right}")
        for place, source in mapping.categories()
        for key, word in fixed_words(source).items()
        if word not in known
    ]
    if wrong:
        raise InvalidMapping(mapping.name, wrong)


def _problems_of(error: ValidationError) -> Iterator[tuple[str, str]]:
    """What pydantic found wrong with a mapping, place by place, in words for someone who looks at it."""
    for problem in error.errors(include_url=False):
        # A step's fields stand beside its other keys in the file, and below `fields` in the model.
        of_step = problem["loc"][:1] == ("steps",)
        place = ".".join(str(part) for part in problem["loc"] if not (of_step and part == "fields"))
        context = problem.get("ctx", {})
        match problem["type"]:
            case "missing":
                yield place, "is needed"
            case "extra_forbidden":
                yield place, "a mapping has no such key"
            case "value_error":
                yield place, str(context["error"])
            case "string_pattern_mismatch":
                yield place, f"{problem['input']!r} {form_of(context['pattern'])}"
            case _:
                yield place, f"{problem['msg'].replace('Input should be', 'should be')}, not {problem['input']!r}"


def _wrong_fields(mapping: Mapping) -> Iterator[tuple[str, str]]:
    for name, needed in ACCEPT.items():
        if needed.required and name not in mapping.accept:
            yield f"accept.{name}", "is needed: accept_opinion cannot do without"
    for place, source, form in mapping.sources():
        yield from wrong_source(place, source, form, "accept_opinion", ACCEPT)


def wrong_source(
    place: str, source: FieldSource, form: FieldForm | None, command: str, fields: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """Say what is wrong with where a field of a command comes from; `fields` are those that the command has."""
    if form is None:
        yield place, f"{command} has no such field to fill; it has: {', '.join(fields)}"
    elif form.time and (source.column is None or source.map or source.code):
        yield place, "is a time, and comes from a column alone"
    elif source.format and not form.time:
        yield f"{place}.format", "goes with a time; this field is none"
    elif source.template is not None and not form.personal:
        yield f"{place}.template", "goes with words of people (contact, place, content); this field is coded"
    else:
        for key, word in fixed_words(source).items():
            if fault := form.fault(word):
                yield f"{place}.{key}", f"{word!r} {fault}"


def fixed_words(source: FieldSource) -> dict[str, Word]:
    """The words that the mapping itself holds for a field, by their places."""
    words: dict[str, Word] = {f"map.{key!r}": word for key, word in (source.map or {}).items()}
    if source.value is not None:
        words["value"] = source.value
    if source.default is not None:
        words["default"] = source.default
    return words
