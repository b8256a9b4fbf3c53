"""The data dictionary and lineage, printed from the declarations: column, type, origin, rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .facts import ALL
from .recipes import RECIPES
from .report_words import printed_reports
from .reports import VIEWS
from .view_words import words_of
from .vocabulary import CASE_COLUMN, Column, Facts, Take

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOW: Final = {
    Take.FIRST: "first",
    Take.LAST: "last",
    Take.LAST_GIVEN: "last given",
    Take.COUNT: "count",
    Take.TOTAL: "total",
    Take.WHETHER: "whether",
    Take.LOWEST: "least",
    Take.HIGHEST: "greatest",
}

_HEAD: Final = """\
# Data dictionary

Printed from the declarations in `projections/facts` and `projections/reports`; a test keeps it current. Do not edit it.

Every column is read off fields of recorded events, or compares columns of its own row; nothing is computed from a
rule when it is read. *first*, *last* go by the version of the event; *last* is the last event's field, absent where
that event does not give it; *last given* is the last that gives it. Absent (NULL) means unknown, never no. Times are
UTC text of one width, `2026-03-01T01:30:00.000000Z`; days and months, `2026-03-01` and `2026-03`, are those of the
center's time zone (DA-5). Facts hold ids and codes, no personal data.

Any SQL tool reads them in the ledger's own database, on a server by an account that sees nothing else
([accounts](accounts.md)), or in another database that [follows](followers.md). The [views](#views) stand at the end:
they hold a row for each case or clock that the reports count, so a figure opens into its cases by a `where`. Below each
stands the SQL that gives the printed report: `:month` is a local month such as `2026-03`, `:as_of` the moment of
judgement, as UTC text of that width (of a whole day: its last microsecond where the center is). What was known at an
earlier moment (`--known-at`) cannot be asked of facts, which hold what is known now; the reports read the events for
it. Targets are values of the policy and come with the [reports](#reports), whose columns are defined last.
"""

_VIEWS: Final = {
    "report_monthly_opinions": "顾客意见月度分析：一行一件意见 / the monthly analysis (DA-1), one row an opinion.",
    "report_timeliness": (
        "及时性：一行一个时限 / one row a clock: `response`, `plan`, `handling`, `callback`, `arrival`, "
        "`order_callback` …; start, due and done. As of when is said in the query; what that takes is below."
    ),
    "report_callback_rates": "回访率：一行一件应回访 / one row a case that asks for a callback (OP-10, SO-11).",
    "report_alert_points": "预警扣分：一行一次核实的预警 / one row a confirmed alert and the points it cost (GP-7).",
    "report_corrective_actions": (
        "纠正和预防措施：一行一项应采取措施的原因 / one row a reason for which an opinion calls for corrective "
        "action, and the first action taken (OP-15)."
    ),
    "report_survey_rates": "满意率：一行一个项目，另有总计 / one row an item of a survey, `place` 0 the total (SV-4).",
    "report_audit_trail": "审计轨迹：一行一个事件与条款 / one row an event and clause it is evidence for (rulebook 8).",
}


def markdown() -> str:
    """The whole dictionary."""
    parts = [_HEAD]
    parts += ["\n".join(_facts(facts)) for facts in ALL]
    parts.append("\n".join(_views()))
    parts.append("\n" + "\n".join(printed_reports()))
    return "\n".join(parts) + "\n"


def origin(column: Column) -> str:
    """Where a column comes from: how, and which fields of which events."""
    if column.take is Take.COMPARED:
        return "compares " + ", ".join(f"`{name}`" for name in column.of)
    fields = [f"`{name}.{column.field}`" if column.field else f"`{name}`" for name in column.event_names]
    conditions = [f"`{key}` is {' or '.join(texts)}" for key, texts in column.where]
    return f"{_HOW[column.take]} of {', '.join(fields)}" + (f" where {' and '.join(conditions)}" if conditions else "")


def _facts(facts: Facts) -> Iterator[str]:
    yield f"## {facts.name}\n"
    opened = ", ".join(f"`{event.name}`" for event in facts.opened_by)
    yield f"{facts.zh} / {facts.en}. A row is there once {opened} is recorded.\n"
    yield "| column | type | 中文 | English | from | rule |"
    yield "|---|---|---|---|---|---|"
    for name, part, (zh, en) in zip(facts.key_columns, facts.key, facts.key_labels, strict=True):
        source = "the stream's id" if name == CASE_COLUMN else f"`{part}` of each event"
        yield f"| **{name}** | {facts.key_type(part).word} | {zh} | {en} | {source} | key |"
    hidden = {column.name: column for column in facts.columns if not column.shown}
    for column in facts.shown:
        told = origin(column)
        # A column that is not in the table is told by what it is itself.
        for name in column.of:
            if name in hidden:
                told = told.replace(f"`{name}`", f"({origin(hidden[name])})")
        yield f"| {column.name} | {column.type.word} | {column.zh} | {column.en} | {told} | {column.rule} |"
    yield ""


def _views() -> Iterator[str]:
    yield "## Views\n"
    yield "Over the tables above, so that they never disagree with them."
    for name in VIEWS:
        yield f"\n### {name}\n"
        yield f"{_VIEWS[name]}\n"
        yield "| column | 中文 | English |"
        yield "|---|---|---|"
        for column, (zh, en) in words_of(name):
            yield f"| {column} | {zh} | {en} |"
        for told, sql in RECIPES.get(name, ()):
            yield f"\n{told}\n\n```sql\n{sql}\n```"
