"""The installed program, in a process of its own: exit codes, pipes, environments, interruptions."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from caseledger import __version__
from caseledger.adapters.cli import main
from tests.adapters.cli.conftest import Run, Said, Start

Do = Callable[..., Said]


def finished(process: "subprocess.Popen[bytes]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.usefixtures("ledger")
def test_done_refused_and_wrong_usage_end_with_0_1_and_2(start: Start) -> None:
    assert finished(start("replay", "center:sz01"))[0] == 0
    assert finished(start("replay", "opinion:9"))[0] == 1
    assert finished(start("replay"))[0] == 2


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("said", [["--version"], ["replay", "opinion:9"], ["replay"], ["trail", "--format", "json"]])
def test_python_with_the_module_s_name_is_the_same_program(start: Start, said: list[str]) -> None:
    command = [sys.executable, "-m", "caseledger", *said]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == finished(start(*said))


def test_the_version_is_told_before_anything_else_is_loaded() -> None:
    code = (
        "import sys; from caseledger.adapters.cli import main; assert main(['--version']) == 0; "
        "print(sorted({'pydantic', 'rich', 'sqlalchemy', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"caseledger {__version__}", "[]"]


def test_a_version_that_nobody_reads_is_no_fault(start: Start) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = start("--version", stdout=writing)
    os.close(writing)
    assert finished_without_output(process) == (141, "")


@pytest.mark.usefixtures("ledger")
def test_a_refusal_is_one_line_on_standard_error(start: Start) -> None:
    code, out, err = finished(start("replay", "opinion:9"))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("ledger")
def test_a_reader_that_goes_away_is_no_fault(start: Start) -> None:
    for arguments in (["do", "accept_opinion", "--schema"], ["replay", "center:sz01", "--format", "json"]):
        reading, writing = os.pipe()
        os.close(reading)  # gone before the first byte, as `| head -0` is
        process = start(*arguments, stdout=writing)
        os.close(writing)
        assert finished_without_output(process) == (141, "")


def finished_without_output(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.usefixtures("ledger")
def test_a_full_disk_is_told(start: Start) -> None:
    with Path("/dev/full").open("wb") as full:
        code, err = finished_without_output(start("replay", "center:sz01", stdout=full))
    assert code == 1
    assert "No space left" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", ""])
@pytest.mark.usefixtures("ledger")
def test_chinese_is_written_in_any_locale(start: Start, locale: str) -> None:
    code, out, _ = finished(start("replay", "center:sz01", environment={"LC_ALL": locale}))
    assert code == 0
    assert "深圳一中心" in out


@pytest.mark.usefixtures("ledger")
def test_an_encoding_without_chinese_gets_escapes_and_still_json(start: Start) -> None:
    poor = {"PYTHONIOENCODING": "latin-1"}
    code, out, _ = finished(start("replay", "center:sz01", environment=poor))
    assert code == 0
    assert "\\u6df1\\u5733" in out  # 深圳
    code, out, _ = finished(start("replay", "center:sz01", "--format", "json", environment=poor))
    assert json.loads(out)["events"][0]["fields"]["label"] == "深圳一中心"


@pytest.mark.usefixtures("ledger")
def test_nothing_is_coloured_in_a_pipe(start: Start) -> None:
    for arguments in (["replay", "center:sz01"], ["do", "--list"], ["policies", "w08"]):
        assert "\x1b" not in finished(start(*arguments))[1]


@pytest.mark.usefixtures("ledger")
def test_a_long_line_is_not_folded_in_a_pipe(start: Start) -> None:
    out = finished(start("do", "--list"))[1]
    assert (
        "Ask the customer afterwards (OP-10): in time? satisfied with the outcome, with the attitude? anything else?"
        in out
    )


@pytest.mark.usefixtures("ledger")
def test_an_argument_that_is_no_text_is_wrong_usage(start: Start) -> None:
    process = start("find", "--customer", b"\xff")
    code, _, err = finished(process)
    assert code == 2
    assert "Traceback" not in err


def test_an_interruption_is_told_and_ends_with_130(caseledger: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_said: str) -> dict[str, object]:
        raise KeyboardInterrupt

    monkeypatch.setattr("caseledger.adapters.cli.do.read_object", interrupted)
    caseledger("do", "accept_opinion", "--json", "-").refused("interrupted", exit_code=130)


def test_an_interruption_while_the_program_starts_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "caseledger.adapters.cli.running", InterruptedStart("running"))
    assert main(["find"]) == 130


class InterruptedStart(ModuleType):
    """A module in whose loading Ctrl-C is pressed."""

    def __getattr__(self, name: str) -> object:
        raise KeyboardInterrupt


FAULT = (
    "import sys, caseledger.adapters.cli.replay as m, caseledger.adapters.cli as c\n"
    "def broken(*a, **k): raise ZeroDivisionError('王女士 13800000000')\n"
    "m.opened = broken\n"
    "sys.exit(c.main(['replay', 'opinion:1']))\n"
)


@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_of_the_program_is_called_one_and_shows_its_place_only_on_demand(*, debug: bool) -> None:
    environment = os.environ | ({"CASELEDGER_DEBUG": "1"} if debug else {})
    done = subprocess.run([sys.executable, "-c", FAULT], capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert "a fault of caseledger" in last
    assert "ZeroDivisionError" in last
    assert "13800000000" not in last
    assert (b"Traceback" in done.stderr) is debug


# root may write anywhere, so the program gives that up, after all that it loads has been loaded by a first run.
AS_NOBODY = """
import os, sys
from caseledger.adapters.cli import main
warm, wanted = sys.argv[1:]
assert main(["init", "--db", warm]) == 0
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
sys.exit(main(["init", "--db", wanted]))
"""


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has no such users")
@pytest.mark.parametrize(("mode", "code"), [(0o555, 1), (0o777, 0)])
def test_a_folder_that_may_not_be_written_is_refused(mode: int, code: int) -> None:
    # Not pytest's own folder, which nobody but its user can enter.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "folder"
        folder.mkdir()
        folder.chmod(mode)
        script = [sys.executable, "-c", AS_NOBODY, str(Path(place) / "warm.db"), str(folder / "ledger.db")]
        done = subprocess.run(script, capture_output=True, cwd=place, check=False, encoding="utf-8")
        assert done.returncode == code, done.stderr
        assert [path.name for path in folder.iterdir() if code] == []
        assert ("cannot be written" in done.stderr) is bool(code)
        assert "Traceback" not in done.stderr
