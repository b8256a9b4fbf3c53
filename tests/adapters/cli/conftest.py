"""The program, run in this process or in one of its own, in a folder of its own."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from caseledger.adapters.cli import main

STAFF = {"id": "staff:li", "role": "acceptor"}
OFFICER = {"id": "staff:qa", "role": "qa_officer"}
MANAGER = {"id": "staff:wang", "role": "manager"}
# What happened in March 2024 is recorded now, which needs a reason (WL-5).
LATE = {"late_reason": "paper_record"}
CENTER = {
    "actor": MANAGER,
    "occurred_at": "2024-03-01T08:00:00+08:00",
    "center": "center:sz01",
    "label": "深圳一中心",
    "estates": [{"id": "garden", "label": "花园", "areas": ["east", "west"]}],
    "total_households": 1200,
    "resident_households": 1000,
}
COMPLAINT = {
    "actor": STAFF,
    "command_id": "cmd:1",
    "case": "opinion:1",
    "center": "center:sz01",
    "kind": "complaint",
    "channel": "phone",
    "category": "noise",
    "unit": "unit:3-1201",
    "customer": "customer:77",
    "content": "王女士说楼上半夜装修",
    "occurred_at": "2024-03-04T09:30:00+08:00",
    **LATE,
}
NUMBER = "SZ01-OP-202403-0001"


@dataclass(frozen=True)
class Said:
    """What a run of the program came to."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON values have no narrower type
        """Standard output, which must be one JSON value and nothing else."""
        return json.loads(self.out)

    def refused(self, *words: str, exit_code: int = 1) -> None:
        """One clear line on standard error that holds these words, and nothing on standard output."""
        assert (self.exit_code, self.out) == (exit_code, ""), self
        assert self.err.startswith("caseledger: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in self.err, f"{word!r} is not in {self.err!r}"


class Run(Protocol):
    """Runs the program with these arguments."""

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> Said: ...


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("CASELEDGER_DB", "CASELEDGER_DEBUG", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def caseledger(monkeypatch: pytest.MonkeyPatch) -> Run:
    """The program in this process, with streams that are no terminal."""

    def run(*arguments: str, stdin: str | bytes = "") -> Said:
        out, err = io.BytesIO(), io.BytesIO()
        given = stdin.encode() if isinstance(stdin, str) else stdin
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", write_through=True))
            patch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", write_through=True))
            exit_code = main(arguments)
            return Said(exit_code, out.getvalue().decode(), err.getvalue().decode())

    return run


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Start:
    """Start the installed program as a process of its own."""

    def begin(*arguments: str, environment: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
        program = Path(sys.executable).with_name("caseledger")
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("LC_", "LANG", "PYTHONIO", "PYTHONUTF8"))
        }
        streams: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
        } | more
        begun: Any = subprocess.Popen([program, *arguments], env=kept | dict(environment or {}), **streams)
        return cast("subprocess.Popen[bytes]", begun)

    return begin


@pytest.fixture
def do(caseledger: Run) -> Callable[..., Said]:
    """Give a command with its fields."""

    def give(command: str, fields: Mapping[str, object], *more: str) -> Said:
        return caseledger("do", command, "--json", json.dumps(fields, ensure_ascii=False), *more)

    return give


def _give(command: str, fields: Mapping[str, object]) -> None:
    assert main(["do", command, "--json", json.dumps(fields)]) == 0


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ledgers, made once and copied for every test: one with a center, one also with a complaint."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASELEDGER_DB", str(folder / "center.db"))
        assert main(["init"]) == 0
        _give("register_center", CENTER)
        adopt = {"actor": MANAGER, "center": "center:sz01", "policy": "w08", "occurred_at": "2024-03-01T08:10:00+08:00"}
        _give("adopt_policy", adopt)
        for name in ("center.db", "center.db.keys"):
            shutil.copy(folder / name, folder / name.replace("center", "case"))
        patch.setenv("CASELEDGER_DB", str(folder / "case.db"))
        _give("accept_opinion", COMPLAINT)
    return folder


def _copy(made: Path, name: str, place: Path) -> Path:
    shutil.copy(made / f"{name}.db", place / "caseledger.db")
    shutil.copy(made / f"{name}.db.keys", place / "caseledger.db.keys")
    return place / "caseledger.db"


@pytest.fixture
def ledger(_made: Path, tmp_path: Path) -> Path:
    """A ledger in the folder, with a center that has adopted w08."""
    return _copy(_made, "center", tmp_path)


@pytest.fixture
def case(ledger: Path, _made: Path) -> str:
    """A complaint in the ledger, by the number on its form."""
    _copy(_made, "case", ledger.parent)
    return NUMBER
