"""A month's register of opinions, printed from exported events, for a person to count; and counted by a plain loop.

Neither asks the program anything but the bytes of its events: no facts, no views, no state.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterable

Told: TypeAlias = "dict[str, Any]"
"""An event as it is stored, its JSON read."""
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
PLURAL: Final = {"complaint": "complaints", "suggestion": "suggestions", "inquiry": "inquiries", "praise": "praise"}
QUESTIONS: Final = {"timely": "handled_in_time", "outcome": "outcome_satisfied", "attitude": "attitude_satisfied"}
YES: Final = {True: "yes", False: "no", None: "-"}
FIRST_CLOCKS: Final = ("start", "response", "contact", "reply", "plan")


def local(moment: str) -> str:
    """A recorded time by the clocks of Shenzhen, to the second."""
    return f"{datetime.fromisoformat(moment).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def by_case(events: Iterable[Told]) -> dict[str, list[Told]]:
    """The events of each opinion, in their order."""
    found: dict[str, list[Told]] = defaultdict(list)
    for event in events:
        if event["stream"].startswith("opinion:"):
            found[event["stream"]].append(event)
    return {case: sorted(told, key=lambda one: one["version"]) for case, told in found.items()}


def concerns(told: list[Told], month: str) -> bool:
    """Whether it was accepted in the month, or before it and was open when it began."""
    accepted = local(told[0]["occurred_at"])
    ended = [local(one["occurred_at"]) for one in told if one["name"] == "opinion.ended.v1"]
    return accepted[:7] == month or (accepted[:7] < month and (not ended or ended[-1][:7] >= month))


def counted(events: Iterable[Told], month: str, judged: str) -> dict[str, int]:
    """The counts of the monthly analysis (DA-1) as judged at a local moment, by a plain loop over the events."""
    found: Counter[str] = Counter()
    for told in by_case(events).values():
        first, after = told[0], [one for one in told[1:] if local(one["occurred_at"]) <= judged]
        ended = next((local(one["occurred_at"]) for one in after if one["name"] == "opinion.ended.v1"), None)
        accepted = local(first["occurred_at"])
        found["carried_over"] += accepted[:7] < month and (ended is None or ended[:7] >= month)
        found["open_at_month_end"] += accepted[:7] <= month and (ended is None or ended[:7] > month)
        if accepted[:7] == month:
            found += _of_month(first, after, ended, judged)
    return dict(found)


def _of_month(first: Told, after: list[Told], ended: str | None, judged: str) -> Counter[str]:
    """What a case of the month adds."""
    found = Counter({"accepted": 1, PLURAL[first["kind"]]: 1, "ended": ended is not None})
    named: dict[str, list[Told]] = defaultdict(list)
    for one in after:
        named[one["name"].removeprefix("opinion.").removesuffix(".v1")].append(one)
    judgements = named["assessed"] + named["assessment_corrected"]
    validity = max(judgements, key=lambda one: int(one["version"]))["validity"] if judgements else "not_judged"
    if first["kind"] == "complaint":
        found[validity] += 1
    in_flow = validity in {"valid", "third_party"}
    found["to_call_back"] += in_flow and bool(named["handling_finished"])
    found["called_back"] += in_flow and bool(named["handling_finished"]) and bool(named["called_back"])
    found["rehandled"] += bool(named["rehandling_started"])
    for call in _answers(named):
        for word, field in QUESTIONS.items():
            found[f"{word}_answers"] += field in call
            found[word] += call.get(field) is True
    taken_back = local(judgements[0]["occurred_at"]) if validity == "invalid" else None
    clocks = [
        ("response", first.get("response_due_at"), named["responded"][:1], None),
        ("plan", first.get("plan_due_at"), named["plan_proposed"][:1], taken_back),
        *(
            (
                "callback",
                turn.get("callback_due_at"),
                [c for c in named["called_back"] if c["turn"] == turn["turn"]],
                None,
            )
            for turn in named["handling_finished"]
        ),
    ]
    for clock, due, done, void in clocks:
        if due is not None and not (void is not None and void <= local(due)):
            found += _clock(clock, local(due), [local(one["occurred_at"]) for one in done], ended, judged)
    return found


def _answers(named: dict[str, list[Told]]) -> list[Told]:
    """The callbacks, each with its answers as they were last corrected."""
    right = {one["callback"]: one for one in named["callback_corrected"]}
    return [right.get(one["callback"], one) for one in named["called_back"]]


def _clock(clock: str, due: str, done: list[str], ended: str | None, judged: str) -> Counter[str]:
    """A clock counts as due once it is done, or has run out before anything ended it."""
    if done:
        return Counter({f"{clock}_due": 1, f"{clock}_in_time": done[0] <= due})
    ran_out = due < judged and (ended is None or ended > due)
    return Counter({f"{clock}_due": int(ran_out)})


def register(events: Iterable[Told], month: str) -> str:
    """The register of a month: each case with what counts in the monthly analysis, in the order of the forms."""
    cases = [told for told in by_case(events).values() if concerns(told, month)]
    in_order = sorted(cases, key=lambda told: str(told[0]["number"]))
    return "\n".join("\n".join(_lines(told)) for told in in_order) + "\n"


def _lines(told: list[Told]) -> list[str]:
    """A case, a line for each thing that counts."""
    first = told[0]
    lines = [f"{first['number']}  {first['kind']}, accepted {local(first['occurred_at'])}"]
    lines += [
        f"    {clock} due {local(due)}" for clock in FIRST_CLOCKS if (due := first.get(f"{clock}_due_at")) is not None
    ]
    return lines + [line for one in told[1:] for line in _line(one)]


def _line(one: Told) -> list[str]:  # noqa: PLR0911 - one for each kind of event
    at, name = local(one["occurred_at"]), one["name"].removeprefix("opinion.").removesuffix(".v1")
    match name:
        case "assessed" | "assessment_corrected":
            return [f"    {at} {'judged' if name == 'assessed' else 'judgement corrected:'} {one['validity']}"]
        case "contact_made":
            return [f"    {at} contact_made; solution due {local(one['solution_due_at'])}"]
        case "handling_finished":
            due = f"; callback due {local(one['callback_due_at'])}" if "callback_due_at" in one else ""
            return [f"    {at} turn {one['turn']} finished{due}"]
        case "called_back" | "callback_corrected":
            said = ", ".join(
                f"{word} {YES[one.get(field)]}"
                for word, field in (
                    ("in time", "handled_in_time"),
                    ("outcome", "outcome_satisfied"),
                    ("attitude", "attitude_satisfied"),
                )
            )
            which = (
                f"turn {one['turn']} called back" if name == "called_back" else f"callback {one['callback']} corrected"
            )
            return [f"    {at} {which}: {said}"]
        case "plan_proposed":
            return [f"    {at} plan_proposed, turn {one['turn']}"]
        case "ended":
            return [f"    {at} ended, {one['ending']}"]
        case "responded" | "work_started" | "solution_submitted" | "rehandling_started" | "deadline_moved":
            return [f"    {at} {name}"]
        case "not_ours_reviewed":
            return [f"    {at} not ours: {'upheld' if one['upheld'] else 'not upheld'}"]
        case _:
            return []
