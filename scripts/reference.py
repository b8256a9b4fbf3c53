"""Prints docs/commands.md or docs/events.md: every command or event with its fields, from the one definition.

python scripts/reference.py commands > docs/commands.md
python scripts/reference.py events > docs/events.md
"""

from __future__ import annotations

import re
import sys
from enum import Enum
from inspect import cleandoc
from typing import TYPE_CHECKING, Final, get_args

from pydantic import BaseModel

from caseledger.adapters.cli import labels
from caseledger.domain.catalogue import COMMANDS, EVENTS
from caseledger.domain.command import Command
from caseledger.domain.event import Actor, Event
from caseledger.domain.personal import Clear, Sealed
from caseledger.domain.policy import Bilingual, Policy
from caseledger.domain.values import Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLAIN: Final = {
    "Actor": "`Actor`",
    "Bilingual": "label in Chinese (`zh`) and English (`en`)",
    "CenterId": "id `center:…`",
    "Code": "code",
    "Count": "whole number",
    "Id": "id",
    "Label": "label",
    "Money": "amount",
    "OpinionId": "id `opinion:…`",
    "OrderId": "id `order:…`",
    "Percent": "per cent",
    "Personal": "sealed words",
    "PersonalText": "words, sealed",
    "Points": "points",
    "Policy": "`Policy`",
    "Sha256": "SHA-256",
    "SurveyId": "id `survey:…`",
    "UtcTime": "time",
    "ZoneName": "time zone",
    "bool": "yes or no",
    "date": "day",
    "int": "whole number",
    "str": "text",
}
"""What the types are called here; a list of words is called by its own name, and any other type as in Python."""

COMMAND_HEAD: Final = """# Commands

Printed by `scripts/reference.py` from the definitions; a test keeps it current. Do not edit it.

What may be asked of the ledger. One definition serves Python (`from caseledger import CallBackOpinion`), JSON
(`command_from("call_back_opinion", {…})`) and the command line (`caseledger do call_back_opinion`; `--schema` prints
its JSON schema). Who may give which: [authority](authority.md). What comes of it: [events](events.md).

Every command has these fields too:

| field | type | needed | |
|---|---|---|---|
| `actor` | `Actor` | yes | who acts: `id`, `role` (a word of [Role](#role)), and, where known, `center` |
| `command_id` | id | | makes a retry safe: the same again changes nothing; made up where absent |
| `occurred_at` | time | | when it happened; the moment it is taken in where absent |
| `late_reason` | [LateReason](#latereason) | | needed where it is recorded more than a day late (WL-5) |

- **id**: lower case letters, digits and `. _ : -`, beginning with a letter or digit, at most 64, by custom prefixed by
  its kind (`customer:881`, `staff:17`). Ids stand in facts and logs: none may hold a name or a telephone number.
- **code**: a word of a list that a policy or a source has; lower case letters, digits and `. _ -`.
- **time**: an aware `datetime`, or ISO 8601 text with an offset, such as `2026-03-01T09:30:00+08:00`.
- **words, sealed**: text that may hold personal data; encrypted under the customer's key before it is stored.
- **amount**: a `Decimal`, or text such as `12.50`; no binary fraction.
- **`Policy`**: in Python what `load_policy("w08")` gives; in JSON and on the command line also the name of a shipped
  one, `"w08"`, and on the command line the path of a file ([policies](policies.md)).
"""
EVENT_HEAD: Final = """# Events

Printed by `scripts/reference.py` from the definitions; a test keeps it current. Do not edit it.

What is recorded, by its stored name: one row of `ledger_events` each, whose `state` is one flat JSON object. Beside its
own fields every event has its envelope:

| field | |
|---|---|
| `stream`, `version` | the case (or center, survey …) and the event's place in it, from 1 |
| `name` | the event's name with its version; a version's meaning never changes |
| `occurred_at`, `recorded_at` | when it happened, and when the ledger took it in; UTC, microseconds |
| `local_date` | the day of `occurred_at` in the center's time zone |
| `actor_id`, `actor_role`, `actor_center` | who did it, in which role, for which center |
| `command_id`, `command_hash` | the command that led to it, and its keyed hash |
| `policy_name`, `policy_version`, `policy_digest` | the policy that governed the decision |
| `cause` | the event or command that led to it, where that is not the command itself |
| `late_reason` | why it was recorded late (WL-5) |

A field that is not needed is left out where it is not known; nothing is stored as null. Sealed words are
`{subject, key, nonce, ct}`; `ledger.reveal` reads them. The facts that are read off these fields are in the
[data dictionary](data-dictionary.md).
"""
TOLD_ELSEWHERE: Final = {Actor, Bilingual, Policy, Clear, Sealed}
SECTIONS: Final = {
    "center": "Centers 管理服务中心",
    "opinion": "Opinions 顾客意见",
    "order": "Service orders 服务单",
    "survey": "Surveys 调查",
    "register": "Form numbers 单号",
    "access": "Looks at personal data 个人信息查看",
}


def main() -> None:
    """Print the page that is asked for."""
    pages = {"commands": commands_page, "events": events_page}
    print(pages[sys.argv[1]](), end="")


def commands_page() -> str:
    """The whole page of commands."""
    about = {name: kind.__module__.split(".domain.")[1].split(".")[0] for name, kind in COMMANDS.items()}
    parts = [COMMAND_HEAD]
    for section, title in SECTIONS.items():
        names = [name for name, of in about.items() if of.removesuffix("ing").replace("review", "center") == section]
        if names:
            parts.append(f"## {title}\n")
        for name in names:
            parts += _entry(name, labels.COMMANDS[name], COMMANDS[name], set(Command.model_fields))
    kinds = [*COMMANDS.values()]
    return _joined([*parts, *_parts(kinds), *_lists(kinds)])


def events_page() -> str:
    """The whole page of events."""
    parts = [EVENT_HEAD]
    for section, title in SECTIONS.items():
        parts.append(f"## {title}\n")
        for name, kind in EVENTS.items():
            if name.startswith(f"{section}."):
                parts += _entry(name, labels.EVENT_WORDS[re.sub(r"\.v\d+$", "", name)], kind, set(Event.model_fields))
    kinds = [*EVENTS.values()]
    return _joined([*parts, *_parts(kinds), *_lists(kinds)])


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts).rstrip() + "\n"


def _entry(name: str, chinese: str, kind: type[BaseModel], common: set[str]) -> Iterator[str]:
    yield f"### {name} {chinese}".rstrip() + "\n"
    yield cleandoc(kind.__doc__ or "") + "\n"
    fields = {field: about for field, about in kind.model_fields.items() if field not in common}
    if fields:
        yield "| field | type | needed | |\n|---|---|---|---|"
    for field, about in fields.items():
        default = (
            "" if about.is_required() or about.default in {None, ()} else f"`{_plain(about.default)}` where absent"
        )
        said = "; ".join(filter(None, [about.description, default])).replace("|", "\\|")
        yield f"| `{field}` | {_type(kind, field)} | {'yes' if about.is_required() else ''} | {said} |"
    if fields:
        yield ""


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _type(kind: type[BaseModel], field: str) -> str:
    """The type as it is written in the code, in the words of this page."""
    written: str = next(
        vars(one)["__annotations__"][field] for one in kind.__mro__ if field in vars(one).get("__annotations__", {})
    )
    annotation = kind.model_fields[field].annotation
    linked = {one.__name__ for one in [*_words_of(annotation), *_values_of(annotation)]}

    def said(found: re.Match[str]) -> str:
        name = found[0]
        return f"[{name}](#{name.lower()})" if name in linked else PLAIN.get(name, f"`{name}`")

    bare = {"Estates": "tuple[Estate, ...]"}.get(written, written.removesuffix(" | None"))
    if bare.startswith("tuple["):
        return re.sub(r"\w+", said, bare[6:].partition(",")[0]) + ", several"
    if bare.startswith("dict["):
        key, value = (re.sub(r"\w+", said, part.strip()) for part in bare[5:-1].split(","))
        return f"{value} by {key}"
    return re.sub(r"\w+", said, bare)


def _words_of(annotation: object) -> Iterator[type[Enum]]:
    """The lists of words in a field's type."""
    return (one for one in _classes(annotation) if issubclass(one, Enum))


def _values_of(annotation: object) -> Iterator[type[BaseModel]]:
    """The values of several fields in a field's type."""
    return (one for one in _classes(annotation) if issubclass(one, BaseModel) and one not in TOLD_ELSEWHERE)


def _classes(annotation: object) -> Iterator[type]:
    """The classes that a type is made of."""
    if isinstance(annotation, type):
        yield annotation
    for part in get_args(annotation):
        yield from _classes(part)


def _parts(kinds: Iterable[type[BaseModel]]) -> Iterator[str]:
    found = {
        one.__name__: one
        for kind in kinds
        for about in kind.model_fields.values()
        for one in _values_of(about.annotation)
    }
    yield "## Values of several fields\n"
    for name, kind in sorted(found.items()):
        yield from _entry(name, "", kind, set())


def _lists(kinds: Iterable[type[BaseModel]]) -> Iterator[str]:
    used = {
        one.__name__: one
        for kind in kinds
        for about in kind.model_fields.values()
        for one in _words_of(about.annotation)
    }
    yield "## Lists of words\n"
    for name, words in sorted(used.items()):
        yield f"### {name}\n"
        yield cleandoc(words.__doc__ or "") + "\n"
        yield "| word | 中文 | |\n|---|---|---|"
        for word in words:
            zh, en = (word.zh, word.en) if isinstance(word, Coded) else ("", "")
            yield f"| `{word.value}` | {zh} | {en} |"
        yield ""


if __name__ == "__main__":
    main()
