"""The program `caseledger` in a process that does not have to import everything first.

A second of every run of a program goes into imports. A fork of a process that has them done is the same program from
there on: a process of its own, with its own folder, environment, streams and exit code.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
import warnings
from collections.abc import Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from caseledger.adapters.cli import main
from tests.differential.processes import PROCESSES

PLAIN = re.compile(r"""[^|<>;&$`*?~!#(){}\[\]\\"']*""")
"""What a shell gives to a program as it is, but for the blanks."""


def arguments_of(line: str) -> list[str] | None:
    """The program and its arguments, if a shell would do nothing to this line but divide it."""
    bare = re.sub(r"""'[^']*'|"[^"$`\\!]*\"""", "", line)
    return shlex.split(line) if PLAIN.fullmatch(bare) else None


def forked(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `caseledger` with these arguments in a folder; give the exit code, and what it said on both streams."""
    with TemporaryDirectory() as place:
        said = Path(place) / "said"
        program = PROCESSES.Process(target=_run, args=(list(arguments), str(folder), dict(environment), str(said)))
        program.start()
        program.join()
        return program.exitcode or 0, said.read_text(encoding="utf-8")


def _run(arguments: list[str], folder: str, environment: dict[str, str], said: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    nothing, out = os.open(os.devnull, os.O_RDONLY), os.open(said, os.O_WRONLY | os.O_CREAT)
    for descriptor, stream in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(descriptor, stream)
    sys.argv = ["caseledger", *arguments]
    sys.stdout, sys.stderr = _text(1), _text(2)
    if environment.get("PYTHONWARNINGS") == "error":
        warnings.simplefilter("error")
    code = main()
    sys.stdout.flush()
    os._exit(code)


def _text(descriptor: int) -> Any:  # noqa: ANN401 - a stream, for sys
    return TextIOWrapper(os.fdopen(descriptor, "wb", buffering=0, closefd=False), encoding="utf-8", write_through=True)
