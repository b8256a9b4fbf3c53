"""Commands that are right in their form, read off their own fields; the domain may still refuse them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel

from ...domain import values
from ...domain.catalogue import COMMANDS
from ...domain.center_events import ZoneName
from ...domain.command import Command
from ...domain.opinion.attachments import Sha256
from ...domain.personal import PersonalText
from ...domain.policy import Policy
from ...domain.survey.commands import DistributeSurvey
from ..policies import load, shipped

Asked = TypeVar("Asked", bound=Command)
Made = TypeVar("Made", bound=BaseModel)

texts: Final = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
    | st.sampled_from(["水龙头漏水 🔨", "null", "0012", "'; --", '{"a": 1}', " \\"])
).filter(lambda text: text.strip() != "")
"""What people write: every character that can be stored."""

moments: Final = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2029, 12, 31),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)

_TAILS: Final = st.from_regex(r"[a-z0-9][a-z0-9._:-]{0,19}", fullmatch=True)
_RIGHT: Final[tuple[tuple[Any, SearchStrategy[Any]], ...]] = (
    (values.Id, _TAILS),
    (values.Code, st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,19}", fullmatch=True)),
    (values.CenterId, st.from_regex(r"center:[a-z0-9][a-z0-9-]{0,23}", fullmatch=True)),
    (values.OpinionId, _TAILS.map(lambda tail: f"opinion:{tail}")),
    (values.OrderId, _TAILS.map(lambda tail: f"order:{tail}")),
    (values.SurveyId, _TAILS.map(lambda tail: f"survey:{tail}")),
    (Sha256, st.from_regex(r"[0-9a-f]{64}", fullmatch=True)),
    (values.Text, texts),
    (values.Label, texts),
    (PersonalText, texts),
    (values.UtcTime, moments),
    (values.Money, st.decimals(0, 9_999_999_999, places=2)),
    (values.Count, st.integers(0, 2**31 - 1)),
    (ZoneName, st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York", "Pacific/Kiritimati"])),
    (date, st.dates(date(2000, 1, 1), date(2029, 12, 31))),
    (bool, st.booleans()),
    (Policy, st.sampled_from([load(name) for name in shipped()])),
)
"""What is right for each type that a command's field has; longer texts and ids are right too, and only slower."""

_FIELDS: Final[dict[tuple[type[BaseModel], str], SearchStrategy[Any]]] = {
    (DistributeSurvey, "forms"): st.integers(1, 2**31 - 1),
}
"""Fields that take less than their type does."""


def commands(kind: type[Asked], /, **given: object) -> SearchStrategy[Asked]:
    """Give commands of one kind that are right in their form.

    Args:
        kind: one of `caseledger.COMMANDS`.
        given: fields that are not free, as values or as strategies.

    Raises:
        LookupError: the kind has a field of a type that is not known here.

    """
    return _models(kind, **given)


def any_command() -> SearchStrategy[Command]:
    """Give commands of all kinds that are right in their form."""
    return st.one_of([commands(kind) for kind in COMMANDS.values()])


def _models(kind: type[Made], /, **given: object) -> SearchStrategy[Made]:
    fixed = {name: value if isinstance(value, SearchStrategy) else st.just(value) for name, value in given.items()}
    return st.fixed_dictionaries({**_free(kind), **fixed}).map(kind.model_validate)


@cache
def _free(kind: type[BaseModel]) -> dict[str, SearchStrategy[Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return {name: _FIELDS[kind, name] if (kind, name) in _FIELDS else _right(hints[name]) for name in kind.model_fields}


def _right(hint: Any) -> SearchStrategy[Any]:  # noqa: ANN401, PLR0911 - whatever a field is annotated with, each in its way
    """Values that are right for a type."""
    for known, strategy in _RIGHT:
        if hint == known:
            return strategy
    parts = get_args(hint)
    match get_origin(hint):
        case builtin if builtin is Annotated:
            return _right(parts[0])
        case union if union in {Union, UnionType}:
            return st.one_of([_right(part) for part in parts])
        case builtin if builtin is tuple:
            return st.lists(_right(parts[0]), min_size=1, max_size=4, unique_by=_id_of).map(tuple)
        case builtin if builtin is dict:
            return st.dictionaries(_right(parts[0]), _right(parts[1]), max_size=4)
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return _models(hint)
    raise LookupError(f"no strategy is known for {hint!r}; name one in caseledger.adapters.testing.forms")


def _id_of(part: object) -> object:
    """Parts of a list are told apart by their id: estates, items of a form."""
    return getattr(part, "id", None) or getattr(part, "item", part)
