"""Prints docs/traceability.md: for each rule about opinions, where it lives and which tests prove it.

python scripts/traceability.py > docs/traceability.md

A rule lives where its id stands: in a class or function, its docstring, or a value of a policy. A test proves it that
has the id in its docstring or body, or whose class does in its docstring.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
ID = re.compile(r"\b(?:OP|GP)-\d{1,2}\b")
RANGE = re.compile(r"\b(OP|GP)-(\d{1,2}) to (?:OP|GP)-(\d{1,2})\b")
RULES = {
    "OP-1": "kinds: inquiry, suggestion, complaint, praise 意见类别",
    "OP-2": "validity, third parties 有效性与外单位问题",
    "OP-3": "channels, acceptance round the clock 受理渠道与值班受理",
    "OP-4": "categories and their mapping 分类",
    "OP-5": "response time 首次响应",
    "OP-6": "plan time in working days 处理意见时限",
    "OP-7": "approval and authority 审定与权限",
    "OP-8": "transfer, company and center 转交与职能部门转办",
    "OP-9": "follow-up and progress 跟踪反馈",
    "OP-10": "callback 回访",
    "OP-11": "re-handling 再处理",
    "OP-12": "no way to call back, repetition 无回访途径与同类意见",
    "OP-13": "control time 投诉受理控制时间",
    "OP-14": "ending, opening anew 结束与重新建立",
    "OP-15": "repeated or far-reaching opinions 重复或影响较大意见",
    "OP-16": "weekly review 每周查阅",
    "OP-17": "handbook: reply and notice 工作手册时限",
    "OP-18": "register and originals 登记与原件",
    "OP-19": "severity, major matters 影响程度与重大意见",
    "OP-20": "duty staff 值班人员",
    "OP-21": "sections of the form 办理表栏目",
    "GP-1": "start and contact 启动与联系",
    "GP-2": "solution 解决方案",
    "GP-3": "suggestions adopted or not 建议采纳与否",
    "GP-4": "not our responsibility 非责任问题",
    "GP-5": "alerts, second complaints 预警与二次投诉",
    "GP-6": "alerts confirmed and forwarded 预警核实与转发",
    "GP-7": "points 扣分",
    "GP-8": "weekly summary 每周汇总",
    "GP-9": "channels of the group platform 集团平台渠道",
}
HEAD = """# Where each rule about opinions lives, and what proves it

Printed by `scripts/traceability.py`; a test keeps it current and fails when a rule loses its code or its test. Do not
edit it. The rules are numbered as in the code's comments: OP are the manuals' about opinions, GP the group platform's.
"""


class Place(NamedTuple):
    """A named piece of code, and the rules it names."""

    name: str
    rules: frozenset[str]


def main() -> None:
    """Print the page."""
    print(page(), end="")


def page() -> str:
    """The whole page."""
    lives, proves = code(), tests()
    parts = [HEAD]
    for rule, title in RULES.items():
        parts.append(f"## {rule}: {title}\n")
        parts += [f"- {place}" for place in sorted(lives.get(rule, ()))]
        parts += [f"- proved by {place}" for place in sorted(proves.get(rule, ()))]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def code() -> dict[str, set[str]]:
    """By rule, the classes and functions that name it, and the policies' values."""
    found: dict[str, set[str]] = defaultdict(set)
    for folder in ("domain", "projections", "adapters"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            for place in _places(file):
                for rule in place.rules:
                    found[rule].add(f"`{file.relative_to(ROOT)}` {place.name}".rstrip())
        for file in sorted((ROOT / folder).rglob("*.toml")):
            for rule in ids(file.read_text(encoding="utf-8")):
                found[rule].add(f"`{file.relative_to(ROOT)}`")
    return found


def tests() -> dict[str, set[str]]:
    """By rule, the tests that prove it."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for place in _tests(file):
            for rule in place.rules:
                found[rule].add(f"`{file.relative_to(ROOT)}` {place.name}")
    return found


def ids(text: str) -> frozenset[str]:
    """The rules that a text names, ranges such as OP-1 to OP-3 included."""
    between = {
        f"{kind}-{number}" for kind, first, last in RANGE.findall(text) for number in range(int(first), int(last) + 1)
    }
    return frozenset(ID.findall(text)) | between


def _places(file: Path) -> Iterator[Place]:
    """The classes and functions of a module; what stands outside them belongs to the module."""
    text = file.read_text(encoding="utf-8")
    rest = set(ids(text))
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            inside = ids(ast.get_source_segment(text, node) or "")
            rest -= inside
            if inside:
                yield Place(node.name, inside)
    if rest:
        yield Place("", frozenset(rest))


def _tests(file: Path) -> Iterator[Place]:
    """The tests of a file; a class whose docstring names a rule stands for its tests."""
    text = file.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            if stated := ids(ast.get_docstring(node) or ""):
                yield Place(node.name, stated)
            for test in node.body:
                if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
                    yield Place(f"{node.name}.{test.name}", ids(ast.get_source_segment(text, test) or ""))
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield Place(node.name, ids(ast.get_source_segment(text, node) or ""))


if __name__ == "__main__":
    main()
