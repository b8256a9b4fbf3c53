"""The events of one case in another system's log, put into our commands: all of them, or what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ...domain.event import Actor
from ...domain.values import ID_LENGTH, LateReason, Role
from .cells import CellReader, Wrong, fitting, key_in_ids, storable
from .fields import reason_of
from .log_mapping import fields_of
from .report import MASK, Fault
from .rows import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ...domain.command import Command
    from ...domain.refusal import Refused
    from .grouping import LogRow
    from .log_mapping import LogMapping, Step


@dataclass(frozen=True, slots=True)
class Asked:
    """A command of a case, with its event's row, its place in the mapping and its step."""

    row: LogRow
    place: str
    step: Step
    command: Command


@dataclass
class LogCase:
    """What the events of a case come to: commands in order, rows that are left out, and faults.

    `case` is its id, none where the log's own cannot be made one; with any fault nothing of the case is imported.
    """

    rows: list[LogRow]
    case: str | None = None
    key: str = ""
    asked: list[Asked] = field(default_factory=list)
    ignored: set[int] = field(default_factory=set)
    """Places in `rows` of what is left out."""
    faults: dict[int, Fault] = field(default_factory=dict)
    """By the place in `rows`."""

    @property
    def commands(self) -> list[Command]:
        """The commands in order; all of them are recorded, or none."""
        return [one.command for one in self.asked]

    @property
    def counted(self) -> list[LogRow]:
        """The rows that count as imported, unchanged, differing or rejected."""
        return [row for place, row in enumerate(self.rows) if place not in self.ignored]


class LogTranslator:
    """Puts cases into commands by a mapping; `columns` are what the cells of its rows stand for."""

    def __init__(self, mapping: LogMapping, columns: Sequence[str]) -> None:
        self._mapping = mapping
        self._columns = {column: at for at, column in enumerate(columns)}
        self._read = CellReader(mapping.times)
        self._actor = Actor(id=f"import:{mapping.source}", role=Role.IMPORTER)
        self._ignored = frozenset(mapping.log.ignore)
        self._places = {id(step): place for place, step in mapping.placed()}
        self._open = mapping.open_columns

    def translate(self, rows: list[LogRow]) -> LogCase:
        """Make the commands of a case, or say what is wrong with each of its rows that cannot be taken in."""
        case = LogCase(rows)
        activities = self._activities(case)
        first = {activity: number for number, activity in reversed(list(enumerate(activities)))}
        last = {activity: number for number, activity in enumerate(activities)}
        self._name(case)
        ids: dict[str, int] = {}
        for number, (row, activity) in enumerate(zip(rows, activities, strict=True)):
            if number in case.ignored or number in case.faults:
                continue
            which = {"each": number, "first": first[activity], "last": last[activity]}
            steps = [(at, step) for at, step in enumerate(self._mapping.steps[activity]) if which[step.take] == number]
            if not steps:
                case.ignored.add(number)
                continue
            try:
                own = self._own_id(row, number, ids)
                for at, step in steps:
                    # A colon cannot be part of the event's own id, see `key_in_ids`.
                    self._ask(case, row, step, own if at == 0 else f"{own}:{at + 1}")
            except Wrong as wrong:
                case.faults[number] = self._fault(row, wrong)
        self._without_beginning(case)
        return case

    def case_of(self, cells: list[str]) -> str:
        """The log's own id of the case that an event is of.

        Raises:
            Wrong: the cell is blank or unusable, or holds what cannot be stored.

        """
        column = self._mapping.log.case
        name = self._read.cell(column, cells[self._columns[column]])
        if not name:
            raise Wrong(column, "is blank; it says of which case the event is")
        storable([column], [name], "in the file's encoding")
        return str(name)

    def moment_of(self, cells: list[str]) -> datetime:
        """When an event was, in UTC.

        Raises:
            Wrong: the cell is blank, unusable or no time.

        """
        column = self._mapping.log.time
        written = self._read.cell(column, cells[self._columns[column]])
        if not written:
            raise Wrong(column, "is blank; it says when it was")
        return self._read.moment(column, written)

    def refused(self, asked: Asked, refusal: Refused) -> Fault:
        """Say which column the ledger's refusal of an event is about, as far as it can be told."""
        source = asked.step.fields.get(refusal.where or "")
        column = source.columns[0] if source is not None and source.columns else None
        if refusal.where == "occurred_at":
            column = self._mapping.log.time
        value = None if column is None else self._shown(asked.row, column)
        what = f"{asked.step.do}: {refusal.what} (rule {refusal.rule}); right would be {refusal.right}"
        return Fault(asked.row.line, what, column, value)

    def _activities(self, case: LogCase) -> list[str]:
        """The activity of each row; notes what is left out and what is not in the mapping."""
        found = []
        for number, row in enumerate(case.rows):
            activity, wrong = self._activity(row)
            if activity in self._ignored:
                case.ignored.add(number)
            elif row.fault:
                case.faults[number] = self._fault(row, Wrong(*row.fault))
            elif wrong:
                case.faults[number] = self._fault(row, wrong)
            found.append(activity)
        return found

    def _activity(self, row: LogRow) -> tuple[str, Wrong | None]:
        column = self._mapping.log.activity
        try:
            activity = self._cell(row, column)
        except Wrong as wrong:
            return "", wrong
        if not activity:
            return "", Wrong(column, "is blank; it says what was done")
        if activity in self._mapping.steps:
            return activity, None
        return activity, Wrong(column, "is no step of the mapping, and not under log.ignore")

    def _name(self, case: LogCase) -> None:
        log = self._mapping.log
        place = next((number for number in range(len(case.rows)) if number not in case.ignored), 0)
        try:
            name = self._cell(case.rows[place], log.case)
            case.key = fitting((log.case,), {log.case: name}, len(f"import:{self._mapping.source}::999999:9"))
            case.case = f"{self._mapping.kind}:{self._mapping.source}-{case.key}"
        except Wrong as wrong:
            case.faults.setdefault(place, self._fault(case.rows[place], wrong))

    def _own_id(self, row: LogRow, number: int, ids: dict[str, int]) -> str:
        column = self._mapping.log.event
        if column is None:
            return str(number + 1)
        written = self._cell(row, column)
        if not written:
            raise Wrong(column, "is blank; it is the id of the event")
        own = key_in_ids([written])
        if own in ids:
            raise Wrong(column, f"is the id of the event on line {ids[own]} too")
        ids[own] = row.line
        return own

    def _ask(self, case: LogCase, row: LogRow, step: Step, own: str) -> None:
        kind = step.command
        if kind.creates and any(one.step.command.creates for one in case.asked):
            raise Wrong(self._mapping.log.activity, 'would begin the case again; take = "first" leaves it out')
        command_id = f"import:{self._mapping.source}:{case.key}:{own}"
        if len(command_id) > ID_LENGTH:
            raise Wrong(self._mapping.log.event, f"is too long for an id: {command_id} has over {ID_LENGTH} characters")
        values: dict[str, Any] = {
            "actor": self._actor,
            "command_id": command_id,
            "late_reason": LateReason.IMPORTED,
            "case": case.case,
            "occurred_at": row.at,
        }
        if kind.creates:
            values |= {"center": self._mapping.center.id, "source_case": case.key}
        if "source" in kind.model_fields:
            values["source"] = self._mapping.source
        for name, source in step.fields.items():
            form = fields_of(kind)[name]
            cells = {column: self._cell(row, column) for column in source.columns}
            value = self._read.time(source, cells, form) if form.time else self._read.word(source, cells, form)
            if value is not None:
                values[name] = value
        try:
            case.asked.append(Asked(row, self._places[id(step)], step, kind(**values)))
        except ValidationError as error:
            place = error.errors(include_url=False, include_input=False)[0]["loc"]
            named = step.fields.get(str(place[0])) if place else None
            raise Wrong(named.columns[0] if named and named.columns else None, reason_of(error)) from None

    def _without_beginning(self, case: LogCase) -> None:
        """A case whose log does not begin with its beginning is none of ours to invent."""
        if case.faults or not case.asked or case.asked[0].step.command.creates:
            return
        first = case.asked[0].row
        starts = " or ".join(map(repr, self._mapping.starts))
        activity = self._cell(first, self._mapping.log.activity)
        reason = f"is not how a case begins; it begins with {starts}"
        if any(one.step.command.creates for one in case.asked):
            reason += ", which comes later"
        case.faults[case.rows.index(first)] = Fault(first.line, reason, self._mapping.log.activity, activity)

    def _cell(self, row: LogRow, column: str) -> str:
        return self._read.cell(column, row.cells[self._columns[column]])

    def _shown(self, row: LogRow, column: str) -> str:
        return shown(row.cells[self._columns[column]]) if column in self._open else MASK

    def _fault(self, row: LogRow, wrong: Wrong) -> Fault:
        column = wrong.column
        known = column is not None and column in self._columns
        return Fault(row.line, wrong.reason, column, self._shown(row, column or "") if known else None)
