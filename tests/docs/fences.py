"""Reads the fenced blocks of a page and runs them, so that what a page shows is what happens.

    python    run in order, in one namespace for the page; with `>>>` as a doctest
    console   `$ caseledger …` is run and what it says compared with the lines below it; `…` stands for anything
              (a command that refuses ends its block with the line `(exit code 1)`)
    bash      `caseledger …` is run and must succeed; set-up lines are known to be covered elsewhere (COVERED)
    shown     everything else that a page may show (SHOWN) is for reading only

Anything else fails: a block that nothing runs would be a promise that nobody keeps.
"""

import doctest
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.programs import arguments_of, forked

SHOWN = {"text", "json", "toml", "csv", "sql", "mermaid", "markdown"}
COVERED = (
    "./scripts/demo",  # tests/packaging/test_scripts.py
    "./scripts/simulate",  # tests/simulation
    "./scripts/test",  # what runs this
    "./scripts/setup",  # called by both
    "pip install ",  # tests/packaging/test_wheel.py
    "git clone ",  # before any test
    "cd ",  # goes with it
)
COMPARED_LOOSELY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)[^\n]*\n(?P<body>.*?)^(?P=indent)```\s*$", re.MULTILINE | re.DOTALL
)
EXIT_CODE = re.compile(r"^\(exit code (\d+)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, its text and the line of the page at which the text begins."""

    language: str
    body: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command line of a console block, the output below it, and the exit code that it ends with."""

    line: str
    output: str
    exit_code: int


def blocks(page: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [
        Block(
            language=found["language"],
            # A block within a list is indented with it.
            body=re.sub(f"^{found['indent']}", "", found["body"], flags=re.MULTILINE),
            line=page.count("\n", 0, found.start()) + 2,
        )
        for found in FENCE.finditer(page)
    ]


def run_page(page: str, name: str, folder: Path) -> None:
    """Run all blocks of a page in this folder.

    Raises: AssertionError, for a block that does not do what it shows; whatever a python block raises.
    """
    namespace: dict[str, object] = {"__name__": "__main__"}
    run: dict[str, Callable[[Block], None]] = {
        "python": lambda block: _run_python(block, name, namespace),
        "console": lambda block: _run_console(block, name, folder),
        "bash": lambda block: _run_bash(block, name, folder),
    }
    for block in blocks(page):
        if block.language in run:
            run[block.language](block)
        else:
            assert block.language in SHOWN, (
                f"{name}:{block.line}: nothing runs a block of {block.language or 'no language'}"
            )


def _run_python(block: Block, name: str, namespace: dict[str, object]) -> None:
    if ">>> " in block.body:
        test = doctest.DocTestParser().get_doctest(block.body, namespace, name, name, block.line - 1)
        test.globs = namespace  # the parser copies; the page has one namespace
        told: list[str] = []
        doctest.DocTestRunner(optionflags=COMPARED_LOOSELY).run(test, out=told.append, clear_globs=False)
        assert not told, "".join(told)
    else:
        # The empty lines make a traceback name the page's own line.
        exec(compile("\n" * (block.line - 1) + block.body, name, "exec"), namespace)  # noqa: S102  running the page is the test


def _run_console(block: Block, name: str, folder: Path) -> None:
    for command in _commands(block.body):
        if command.line.startswith(COVERED):
            continue
        said = _run(command.line, name, block, folder, command.exit_code)
        shown = f"{name}:{block.line}: $ {command.line}\nis shown to say\n{command.output}"
        assert _same(command.output, said), f"{shown}\nbut says\n{said}"


def _same(shown: str, said: str) -> bool:
    """Whether a command said what the page shows; blanks and line ends count alike, an ellipsis stands for anything."""
    parts = " ".join(shown.split()).split("…")
    return re.fullmatch(".*".join(map(re.escape, parts)), " ".join(said.split()), re.DOTALL) is not None


def _run_bash(block: Block, name: str, folder: Path) -> None:
    for line in block.body.replace("\\\n", " ").splitlines():
        if line.strip() and not line.startswith(("#", *COVERED)):
            _run(line, name, block, folder, 0)


def _commands(body: str) -> list[Command]:
    """The commands of a console block, each with its output; a line that ends in a backslash goes on below."""
    found = []
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        line, _, output = part.replace("\\\n", " ").partition("\n")
        code = EXIT_CODE.search(output)
        found.append(Command(line, EXIT_CODE.sub("", output), int(code[1]) if code else 0))
    return found


def _run(line: str, name: str, block: Block, folder: Path, exit_code: int) -> str:
    assert line.startswith("caseledger "), f"{name}:{block.line}: nothing runs the command {line!r}"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    # As wide as a page shows, and without colours.
    terminal = {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "PATH": path, "PYTHONWARNINGS": "error"}
    environment = {**os.environ, **terminal}
    arguments = arguments_of(line)
    code, said = forked(arguments[1:], folder, environment) if arguments else _in_a_shell(line, folder, environment)
    assert code == exit_code, f"{name}:{block.line}: $ {line}\nends with {code}\n{said}"
    return said


def _in_a_shell(line: str, folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a line that has more to it than a program and its arguments."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout
