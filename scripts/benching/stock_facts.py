"""The facts as a projection of the library's keeps them: tables, and for each event the statements that change them.

Every declaration that has rows in the synthetic ledger, with the columns and indices of ours: centers, opinions, turns,
callbacks and follow-ups. Written for the library's SQLite module, and put into PostgreSQL's words by `on_postgresql`;
values come by name from the event's parsed state.
"""

from __future__ import annotations

import re
from typing import Final

_ACCEPTED: Final = (
    "center", "number", "kind", "channel", "level", "category", "severity", "estate", "area", "unit", "customer",
    "department", "source", "source_case", "linked_to", "response_due_at", "response_agreed", "plan_due_at",
    "plan_due_provisional", "handling_due_at", "handling_due_early", "calendar", "policy_name", "policy_version",
    "policy_digest", "start_due_at", "contact_due_at", "reply_due_at", "reply_due_provisional",
    "on_duty", "category_said", "decision_due_at", "explanation_due_at", "hand_over_due_at",
    "hand_over_due_provisional", "notify_due_at", "notify_due_provisional",
)  # fmt: skip
_LATER: Final = (
    "accepted_on", "month", "accepted_at", "validity", "flow", "assessed_at", "assessed_by", "handler", "responded_at",
    "plan_proposed_at", "rehandled_at", "first_finished_at", "finished_at", "finished_turn", "called_back_at",
    "called_back_turn", "control_end_at", "ended_at", "ended_month", "ending", "source_status", "handled_at", "status",
    "merged_into", "follow_up_due_at", "major_at", "report_owed", "duty_untold",
)  # fmt: skip
_COUNTS: Final = ("dispatches", "plans", "turns", "callbacks", "follow_ups", "comments", "second_complaints")
_TURN: Final = (
    "started_at", "plan_first_proposed_at", "plan_last_proposed_at", "plan_approved_at", "finished_at",
    "callback_due_at", "called_back_at", "satisfied", "ended_at",
)  # fmt: skip
_ANSWERS: Final = ("handled_in_time", "outcome_satisfied", "attitude_satisfied", "satisfied")
_CENTER: Final = (
    "label", "time_zone", "registered_at", "households_at", "policy_digest", "policy_from", "review_due_at",
    "summary_due_at",
)  # fmt: skip

OPTIONAL: Final = (
    *_ACCEPTED, *_ANSWERS, "callback_due_at", "source_status", "follow_up_due_at", "was_due_at", "review_due_at",
    "summary_due_at",
)  # fmt: skip
"""Keys that an event may leave out; they are absent in the facts then."""


def _table(name: str, key: str, *, texts: tuple[str, ...], counts: tuple[str, ...] = ()) -> str:
    columns = ["case_id VARCHAR(64) NOT NULL", *(f"{part} INTEGER NOT NULL" for part in key.split(", ")[1:])]
    columns += [f"{text} VARCHAR(64)" for text in texts]
    columns += [f"{count} INTEGER NOT NULL DEFAULT 0" for count in counts]
    return f"CREATE TABLE {name} ({', '.join(columns)}, PRIMARY KEY ({key}))"


TABLES: Final = (
    _table("fact_centers", "case_id", texts=_CENTER, counts=("total_households", "resident_households", "policies")),
    _table("fact_opinions", "case_id", texts=(*_ACCEPTED, *_LATER), counts=_COUNTS),
    _table("fact_turns", "case_id, turn", texts=_TURN, counts=("plans", "plans_returned", "callbacks")),
    _table("fact_callbacks", "case_id, callback", texts=("turn", "called_at", "called_on", "way", *_ANSWERS)),
    _table("fact_follow_ups", "case_id, follow_up", texts=("turn", "told_at", "told_on", "way", "due_at")),
)

KEPT: Final = ("fact_centers", "fact_opinions", "fact_turns", "fact_callbacks", "fact_follow_ups")
_BOOLEANS: Final = (
    "response_agreed", "plan_due_provisional", "handling_due_early", "reply_due_provisional", "flow", "on_duty",
    "hand_over_due_provisional", "notify_due_provisional", *_ANSWERS,
)  # fmt: skip
_NUMBERS: Final = ("turn", "finished_turn", "called_back_turn", "report_owed")
INDEXED: Final = (
    ("number",), ("unit",), ("customer",), ("month", "center"), ("ended_month", "center"), ("duty_untold",),
    ("accepted_at",), ("center", "accepted_at"), ("status", "accepted_at"),
)  # fmt: skip
"""Indices of the opinions; the other tables have none but their keys."""
INDICES: Final = tuple(
    f"CREATE INDEX fact_opinions_{'_'.join(names)} ON fact_opinions ({', '.join(names)})" for names in INDEXED
)


def _opinion(change: str) -> str:
    return f"UPDATE fact_opinions SET {change} WHERE case_id = :stream"  # noqa: S608 - constants only


def _turn(change: str) -> str:
    return f"UPDATE fact_turns SET {change} WHERE case_id = :stream AND turn = :turn"  # noqa: S608 - constants only


_HANDED_ON: Final = (
    "dispatches = dispatches + 1, handler = :to, "
    "report_owed = CASE WHEN :to_kind = 'center' THEN turns ELSE report_owed END"
)
_NEW_TURN: Final = "INSERT INTO fact_turns (case_id, turn, started_at) VALUES (:stream, :turn, :occurred_at)"

CHANGES: Final[dict[str, tuple[str, ...]]] = {
    "center.registered.v1": (
        (
            "INSERT INTO fact_centers (case_id, label, time_zone, registered_at, households_at, total_households, "
            "resident_households) VALUES (:stream, :label, :time_zone, :occurred_at, :occurred_at, :total_households, "
            ":resident_households)"
        ),
    ),
    "center.policy_adopted.v1": (
        (
            "UPDATE fact_centers SET policies = policies + 1, policy_digest = :digest, policy_from = :in_force_from, "
            "review_due_at = :review_due_at, summary_due_at = :summary_due_at WHERE case_id = :stream"
        ),
    ),
    "center.households_reported.v1": (
        (
            "UPDATE fact_centers SET total_households = :total_households, resident_households = :resident_households, "
            "households_at = :occurred_at WHERE case_id = :stream"
        ),
    ),
    "opinion.accepted.v1": (
        (
            f"INSERT INTO fact_opinions (case_id, {', '.join(_ACCEPTED)}, "  # noqa: S608 - constants only
            "turns, accepted_on, month, accepted_at, major_at, duty_untold, status) VALUES "
            f"(:stream, {', '.join(f':{name}' for name in _ACCEPTED)}, :turn, :local_date, substr(:local_date, 1, 7), "
            ":occurred_at, CASE WHEN :severity = 'major' THEN :occurred_at END, "
            "CASE WHEN :on_duty THEN 'yes' END, 'accepted')"
        ),
        _NEW_TURN,
    ),
    "opinion.responded.v1": (_opinion("responded_at = :occurred_at"),),
    "opinion.assessed.v1": (
        _opinion(
            "validity = :validity, flow = :flow, assessed_at = :occurred_at, assessed_by = :assessed_by, "
            "severity = coalesce(:severity, severity), follow_up_due_at = :follow_up_due_at, status = 'assessed', "
            "notify_due_at = coalesce(notify_due_at, :notify_due_at), "
            "notify_due_provisional = coalesce(notify_due_provisional, :notify_due_provisional), "
            "major_at = coalesce(major_at, CASE WHEN :severity = 'major' THEN :occurred_at END)"
        ),
    ),
    "opinion.dispatched.v1": (_opinion(f"{_HANDED_ON}, status = 'dispatched'"),),
    "opinion.transferred.v1": (_opinion(_HANDED_ON),),
    "opinion.plan_proposed.v1": (
        _opinion(
            "plans = plans + 1, plan_proposed_at = CASE WHEN :turn = 1 THEN coalesce(plan_proposed_at, "
            ":occurred_at) ELSE plan_proposed_at END, status = CASE WHEN turns > 1 THEN status ELSE 'planned' END"
        ),
        _turn(
            "plans = plans + 1, plan_first_proposed_at = coalesce(plan_first_proposed_at, :occurred_at), "
            "plan_last_proposed_at = :occurred_at"
        ),
    ),
    "opinion.plan_approved.v1": (_opinion("plans = plans + 1"), _turn("plan_approved_at = :occurred_at")),
    "opinion.plan_returned.v1": (_opinion("plans = plans + 1"), _turn("plans_returned = plans_returned + 1")),
    "opinion.handling_finished.v1": (
        _opinion(
            "first_finished_at = coalesce(first_finished_at, :occurred_at), finished_at = :occurred_at, "
            "finished_turn = :turn, handled_at = coalesce(handled_at, :occurred_at), status = 'handled'"
        ),
        _turn("finished_at = :occurred_at, callback_due_at = :callback_due_at"),
    ),
    "opinion.called_back.v1": (
        _opinion(
            "callbacks = callbacks + 1, called_back_at = coalesce(called_back_at, :occurred_at), "
            "called_back_turn = :turn, control_end_at = :occurred_at, status = 'called_back'"
        ),
        _turn(
            "callbacks = callbacks + 1, called_back_at = coalesce(called_back_at, :occurred_at), satisfied = :satisfied"
        ),
        (
            "INSERT INTO fact_callbacks VALUES (:stream, :callback, :turn, :occurred_at, :local_date, :way, "
            ":handled_in_time, :outcome_satisfied, :attitude_satisfied, :satisfied)"
        ),
    ),
    "opinion.rehandling_started.v1": (
        _opinion(
            "turns = :turn, rehandled_at = coalesce(rehandled_at, :occurred_at), status = 'rehandling', "
            "ended_at = NULL, ended_month = NULL, ending = NULL, source_status = NULL, "
            "report_owed = CASE WHEN report_owed IS NOT NULL THEN :turn END"
        ),
        _NEW_TURN,
    ),
    "opinion.followed_up.v1": (
        _opinion("follow_ups = follow_ups + 1, follow_up_due_at = :follow_up_due_at"),
        "INSERT INTO fact_follow_ups VALUES (:stream, :follow_up, :turn, :occurred_at, :local_date, :way, :was_due_at)",
    ),
    "opinion.merged.v1": (_opinion("merged_into = :into"),),
    "opinion.second_complaint.v1": (_opinion("second_complaints = second_complaints + 1"),),
    "opinion.commented.v1": (_opinion("comments = comments + 1"),),
    "opinion.ended.v1": (
        _opinion(
            "ended_at = :occurred_at, ended_month = substr(:local_date, 1, 7), ending = :ending, "
            "source_status = :source_status, handled_at = coalesce(handled_at, :occurred_at), status = 'ended'"
        ),
        _turn("ended_at = :occurred_at"),
    ),
}
"""What each event changes, by its stored name."""


def on_postgresql(statement: str) -> str:
    """The same for PostgreSQL and psycopg: the column types and the order of texts that ours have there."""
    for names, kind in ((_BOOLEANS, "BOOLEAN"), (_NUMBERS, "INTEGER")):
        statement = re.sub(rf"\b({'|'.join(names)}) VARCHAR\(64\)", rf"\1 {kind}", statement)
    # Texts of any length: the type of a parameter that is used twice is then the same in both places.
    statement = statement.replace("VARCHAR(64)", 'TEXT COLLATE "C"')
    return re.sub(r":([a-z_]+)", r"%(\1)s", statement)
