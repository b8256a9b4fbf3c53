"""A complaint's course: judged, handed on, planned and approved at its level, handled in turns, called back, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .story import Story

UNREACHABLE = 1 / 15
CONTENT = 6 / 7
LONG = 1 / 20
NOT_OURS = 1 / 15
MISHEARD = 1 / 30
MOST_TURNS = 4
SIGNS = {"general": "manager", "common": "deputy_general_manager", "major": "general_manager"}
"""Who approves the plan, by severity (OP-7)."""


@dataclass(frozen=True)
class Course:
    """What decides how a complaint goes on."""

    under: str
    verdict: str
    severity: str
    reachable: bool
    handed_down: bool


def complaint(story: Story, under: str, *, reachable: bool, at_company: bool) -> None:
    """Tell a complaint from its first answer to its end, or to the last turn that is told."""
    story.then("respond_to_opinion", "acceptor", story.some(0.1, 0.8), way="phone" if reachable else "none")
    handed_over(story)
    if under == "group400" and _group_platform(story):
        return
    course = _judged(story, under, reachable=reachable, at_company=at_company)
    if course.verdict == "invalid":
        _mistaken(story)
        story.then("end_opinion", "manager", story.some(1, 5), explanation="已向顾客说明不属管理责任")
        return
    _handed_on(story, course)
    for turn in range(1, MOST_TURNS + 1):
        if under != "group400" or turn > 1:
            _plan(story, course, turn)
        _work(story, course)
        if _called_back(story, course):
            return


def on_duty(story: Story) -> bool:
    """Whether duty staff took it in."""
    role: str = story.steps[0].values["actor"]["role"]
    return role == "duty_staff"


def handed_over(story: Story) -> None:
    """What duty staff took in goes to the acceptor in the morning (OP-3)."""
    if on_duty(story):
        slip = {"slip": f"slip:{story.draw.randrange(10_000)}"} if story.chance(1 / 2) else {}
        to = story.center.person(story.draw, "acceptor")
        story.then("hand_over_opinion", "acceptor", story.some(0.1, 0.5), to=to, **slip)


def _group_platform(story: Story) -> bool:
    """The group platform's steps (GP-1, GP-2, GP-4); whether the case ended as not ours."""
    story.then("start_work", "acceptor", timedelta(minutes=story.draw.randint(1, 8)))
    contact = timedelta(minutes=story.draw.randint(5, 40))
    story.then("make_contact", "acceptor", contact, way="phone", department="engineering")
    if story.chance(NOT_OURS):
        story.then("explain_not_ours", "project_manager", story.some(1, 30), explanation="属开发商保修")
        upheld = story.chance(1 / 2)
        story.then("review_not_ours", "group_desk", story.some(1, 20), upheld=upheld, reason="已核实")
        if upheld:
            story.then("end_opinion", "manager", story.some(1, 5), explanation="已向顾客说明不属管理责任")
            return True
    story.then(
        "submit_solution",
        "manager",
        story.some(0.5, 3),
        text="加派人手",
        completion_at=story.now + timedelta(days=story.draw.randint(12, 20)),
    )
    story.then("issue_solution", "group_desk", story.some(0.5, 3), text="同意")
    return False


def _judged(story: Story, under: str, *, reachable: bool, at_company: bool) -> Course:
    verdict = story.draw.choices(["valid", "third_party", "invalid"], [14, 3, 3])[0]
    severity = story.draw.choices(["general", "common", "major"], [30, 4, 1])[0]
    judged = {"validity": verdict, "reason": "现场核实", "severity": severity}
    story.then("assess_opinion", "manager", story.some(0.5, 4), **judged)
    if severity == "major":
        story.then("report_major", "assistant", timedelta(minutes=5), to="department:qa")
    return Course(under, verdict, severity, reachable, handed_down=at_company and story.chance(1 / 2))


def _mistaken(story: Story) -> None:
    """Now and then the judgement was entered wrongly, and is corrected."""
    if story.chance(1 / 4):
        story.then("correct_assessment", "manager", story.some(0.1, 1), validity="invalid", reason="理由补正")


def _handed_on(story: Story, course: Course) -> None:
    sender = "manager" if course.severity == "major" else "acceptor"
    if course.handed_down:
        story.then("dispatch_opinion", "qa", story.some(0.1, 1), to_kind="center", to=story.center.id)
        sender = "manager" if course.severity == "major" else "qa_officer"
    handler = story.center.person(story.draw, "handler")
    story.then("dispatch_opinion", sender, story.some(0.1, 1), to=handler)
    if story.chance(1 / 10):
        story.then(
            "transfer_opinion",
            "assistant",
            story.some(0.5, 3),
            to="department:order",
            reason="属秩序部",
            explained=True,
            jointly=story.chance(1 / 2),
        )
    if course.verdict == "third_party" or story.chance(1 / 5):
        found = {"on_site": story.chance(3 / 4), "findings": "现场核实属实", "shortcoming": course.verdict == "valid"}
        story.then("investigate_opinion", "handler", story.some(0.5, 5), **found)
    if course.verdict == "third_party":
        story.then("inform_party", "assistant", story.some(0.5, 5), party="party:site", way="visit")
        story.then("track_party", "assistant", story.some(5, 20), party="party:site", stands="已答应整改")


def _plan(story: Story, course: Course, turn: int) -> None:
    story.then("propose_plan", "handler", story.some(4, 26), text=f"第{turn}次处理方案")
    if story.chance(1 / 12):
        story.then("return_plan", "manager", story.some(0.5, 4), reason="请写明完成时间")
        story.then("propose_plan", "handler", story.some(1, 6), text=f"第{turn}次处理方案,已写明时间")
    signs = SIGNS[course.severity]
    if signs == "manager" and story.chance(1 / 20):
        signs = "qa"
        story.then("refer_plan", "manager", story.some(0.2, 2), to_level=signs, reason="本部门处理不了")
    story.then("approve_plan", signs, story.some(0.5, 6))


def _work(story: Story, course: Course) -> None:
    """Handle it; who waits for long is told how it goes, twice in a week (OP-9)."""
    weeks = story.draw.randint(1, 3) if story.chance(LONG) else 0
    for _ in range(2 * weeks if course.reachable else 0):
        story.then("follow_up_opinion", "acceptor", timedelta(days=3), way="phone", note="处理中")
    if course.reachable and not weeks and story.chance(1 / 3):
        story.then("follow_up_opinion", "acceptor", story.some(2, 20), way="phone", note="处理中")
    if story.chance(1 / 4):
        spent = {"spent_minutes": 60, "needed_minutes": story.draw.randint(1, 8) * 60}
        story.then("report_progress", "handler", story.some(1, 8), stands="处理中", **spent)
    story.then("finish_handling", "manager", story.some(3, 30), result="已处理完毕")


def _called_back(story: Story, course: Course) -> bool:
    """Ask the customer, where there is a way to; whether the case came to its end."""
    if not course.reachable:
        _end(story, course, story.some(1, 8), explanation="顾客未留联系方式,已公示处理结果")
        return True
    if story.chance(UNREACHABLE):
        _end(story, course, story.some(20, 60), explanation="多次联系不上顾客")
        return True
    content = story.chance(CONTENT)
    polite = story.chance(0.97)
    way = story.draw.choice(["phone", "phone", "visit"])
    answers = {"handled_in_time": story.chance(5 / 6), "outcome_satisfied": content, "attitude_satisfied": polite}
    story.then("call_back_opinion", "acceptor", story.some(3, 22), way=way, **answers)
    if not (content and polite):
        return False
    if story.chance(MISHEARD):
        number = sum(step.command == "call_back_opinion" for step in story.steps)
        right = {"callback": number, "reason": "答案记错", **answers, "handled_in_time": False}
        story.then("correct_callback", "manager", story.some(0.2, 2), **right)
    _end(story, course, story.some(1, 8))
    return True


def _end(story: Story, course: Course, after: timedelta, **values: Any) -> None:
    """End it; what the company handed down goes back there first (OP-8)."""
    if not course.handed_down:
        story.then("end_opinion", "manager", after, **values)
        return
    why = {"without_callback": values["explanation"]} if values else {}
    story.then("report_back", "manager", after, outcome="已处理完毕", **why)
    story.then("end_opinion", "qa", story.some(0.5, 8), **values)
