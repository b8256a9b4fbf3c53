"""`caseledger do`: give any command by its name."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ...domain.catalogue import COMMANDS, command_from
from ...domain.command import Command
from ..history import Outcome
from ..ledger import Ledger
from ..policies import BadPolicy, load, shipped
from .headings import heading
from .jsontext import read_object
from .labels import COMMANDS as CHINESE
from .labels import event_words, first_line
from .opening import opened
from .options import Db, Form, Listed
from .people import shown
from .rendering import print_json, print_rows, print_table, say
from .zones import zone_of_case


def do(
    context: typer.Context,
    *,
    command: Annotated[
        str | None,
        typer.Argument(metavar="[COMMAND]", help="Name of the command; --list lists them.", show_default=False),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option(
            "--json",
            metavar="JSON",
            help="The command's fields as one JSON object; - reads it from standard input. "
            "Where a policy is asked for, the name of a shipped one will do.",
            show_default=False,
        ),
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the command's JSON Schema, and do nothing.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="List all commands, and do nothing.")] = False,
    form: Listed = Form.TABLE,
    db: Db = None,
) -> None:
    """Record what a command says happened; print what the ledger made of it.

    A command that was recorded before, by its command_id, changes nothing and prints the first events.
    """
    if list_:
        _list(form)
        return
    if command is None:
        raise typer.BadParameter("give the name of a command, or --list", param_hint="'COMMAND'")
    if schema:
        print_json(_kind(command).model_json_schema())
        return
    _kind(command)
    if json is None:
        raise typer.BadParameter("give the fields, or - for standard input; --schema shows them", param_hint="'--json'")
    asked = command_from(command, _with_policy(read_object(json)))
    with opened(context, db) as ledger:
        outcome = ledger.do(asked)
        if form is Form.JSON:
            print_json(_summary(outcome))
            return
        _tell(outcome, ledger)


def _list(form: Form) -> None:
    print_rows(
        (
            {"name": name, "zh": CHINESE.get(name, ""), "en": first_line(COMMANDS[name].__doc__)}
            for name in sorted(COMMANDS)
        ),
        form,
    )


def _kind(command: str) -> type[Command]:
    if command not in COMMANDS:
        raise typer.BadParameter(
            f"there is no command {command!r}; give one of {', '.join(sorted(COMMANDS))}", param_hint="'COMMAND'"
        )
    return COMMANDS[command]


def _with_policy(values: dict[str, Any]) -> dict[str, Any]:
    """Put the values of a shipped policy (or of a TOML file) where only its name is given."""
    named = values.get("policy")
    if not isinstance(named, str):
        return values
    try:
        return values | {"policy": load(named).values}
    except ValueError:
        # No path can hold U+0000 or half a surrogate pair.
        known = ", ".join(shipped())
        raise BadPolicy(
            "its name holds what no name can", rule="policy", right=f"one of {known}", where="policy"
        ) from None


def _summary(outcome: Outcome) -> dict[str, object]:
    return {
        "case": outcome.case,
        "number": outcome.number,
        "command_id": outcome.command_id,
        "repeated": outcome.repeated,
        "events": [
            {
                "stream": record.stream,
                "version": record.version,
                "name": record.name,
                "occurred_at": record.event.occurred_at,
                "recorded_at": record.recorded_at,
            }
            for record in outcome.events
        ],
    }


def _tell(outcome: Outcome, ledger: Ledger) -> None:
    say(f"{outcome.number}  {outcome.case}" if outcome.number else outcome.case)
    if outcome.repeated:
        say(f"recorded before as {outcome.command_id}; nothing was added")
    zone = zone_of_case(ledger, outcome.case)
    print_table(
        [heading(name) for name in ("version", "occurred_at", "recorded_at", "what")],
        [
            [
                str(record.version),
                shown(record.event.occurred_at, zone),
                shown(record.recorded_at, zone),
                event_words(record.name),
            ]
            for record in outcome.events
        ],
        right={0},
    )
