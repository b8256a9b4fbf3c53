"""What is handed out is a wheel: it holds what it should, and works where nothing else is installed."""

import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from caseledger import __version__
from tests.packaging.conftest import CHECKOUT, pip

FOLDERS = ("domain", "projections", "adapters")


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def run(python: Path, code: str, folder: Path) -> str:
    command = [str(python), "-I", "-W", "error", "-c", code]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_wheel_holds_every_file_of_the_three_folders_below_caseledger(wheel: Path) -> None:
    tracked = {
        f"caseledger/{path.relative_to(CHECKOUT).as_posix()}"
        for folder in FOLDERS
        for kind in ("*.py", "*.toml")
        for path in (CHECKOUT / folder).rglob(kind)
    }
    assert tracked
    assert tracked <= names_in(wheel)


def test_the_wheel_holds_nothing_but_caseledger(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in names_in(wheel)}
    assert tops == {"caseledger", f"caseledger-{__version__}.dist-info"}
    assert not any("/tests/" in name or "__pycache__" in name for name in names_in(wheel))


def test_the_wheel_says_that_it_is_typed_and_carries_its_licence(wheel: Path) -> None:
    names = names_in(wheel)
    assert {"caseledger/py.typed", "caseledger/__init__.pyi"} <= names
    assert f"caseledger-{__version__}.dist-info/licenses/LICENSE" in names


def test_a_wheel_from_the_sdist_is_the_same(wheel: Path, wheel_from_sdist: Path) -> None:
    assert names_in(wheel_from_sdist) == names_in(wheel)


def test_the_sdist_holds_files_and_no_links(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        members = archive.getmembers()
    assert members
    assert not [member.name for member in members if member.issym() or member.islnk()]
    # Each folder once: where it lies, not again behind its link.
    assert not [
        member.name for member in members if any(f"/src/caseledger/{folder}" in member.name for folder in FOLDERS)
    ]


def test_what_the_wheel_declares_is_all_that_it_needs(fresh_python: Path, tmp_path: Path) -> None:
    pip(fresh_python, "check")
    modules = "caseledger, caseledger.domain, caseledger.projections, caseledger.adapters, caseledger.adapters.cli"
    where = run(fresh_python, f"import {modules}; print(caseledger.adapters.__file__)", tmp_path)
    assert Path(where).is_relative_to(fresh_python.parents[1])


@pytest.mark.parametrize("said", [["caseledger"], ["python", "-m", "caseledger"]])
def test_the_installed_command_names_its_version(fresh_python: Path, tmp_path: Path, said: list[str]) -> None:
    command = [str(fresh_python.with_name(said[0])), *said[1:], "--version"]
    done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert __version__ in done.stdout


def test_the_folders_are_imported_only_below_caseledger(fresh_python: Path, tmp_path: Path) -> None:
    bare = f"print(sorted(set({FOLDERS!r}) & set(sys.modules)))"
    assert run(fresh_python, f"import sys, caseledger, caseledger.adapters.cli; {bare}", tmp_path) == "[]"
