"""The scripts set themselves up, and say what is missing where they cannot."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import CHECKOUT


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up, as far as the set-up reads it."""
    shutil.copytree(CHECKOUT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path


def program(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n")
    path.chmod(0o755)
    return path


def run(script: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [str(script), *arguments]
    return subprocess.run(command, env={**os.environ, **environment}, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("script", ["demo", "mutate", "simulate", "test"])
def test_a_python_that_is_too_old_is_refused_by_name(bare_checkout: Path, script: str) -> None:
    old = program(bare_checkout / "old-python", "exit 1")
    done = run(bare_checkout / "scripts" / script, PYTHON=str(old))
    assert done.returncode != 0
    assert f"{old} is not Python 3.11 or later" in done.stderr
    assert not (bare_checkout / ".venv").exists()


def test_a_python_that_cannot_make_environments_says_what_to_install(bare_checkout: Path) -> None:
    cannot = program(
        bare_checkout / "debian-python",
        'if [ "$1" = -m ]; then echo "ensurepip is not available" >&2; exit 1; fi',
        f'exec {sys.executable} "$@"',
    )
    done = run(bare_checkout / "scripts" / "setup", "run", PYTHON=str(cannot))
    assert done.returncode == 1
    assert "ensurepip is not available" in done.stderr
    assert "apt-get install python3-venv" in done.stderr
    assert not (bare_checkout / ".venv").exists()


@pytest.fixture
def recording_python(bare_checkout: Path) -> Path:
    """An interpreter whose environments write down what they are asked to install instead of installing it."""
    return program(
        bare_checkout / "recording-python",
        f'if [ "$2" != venv ]; then exec {sys.executable} "$@"; fi',
        "mkdir -p .venv/bin",
        "echo made >> environments",
        "cat > .venv/bin/python <<'END'",
        "#!/bin/sh",
        f'if [ "$1" = -c ]; then exec {sys.executable} "$@"; fi',
        'for last; do :; done; echo "$last" >> installed',
        "END",
        "chmod +x .venv/bin/python",
    )


def test_the_set_up_installs_only_what_is_not_installed_yet(bare_checkout: Path, recording_python: Path) -> None:
    everything = ".[postgresql,mariadb,test,dev]"
    steps = [
        ("run", ["."]),  # first the package itself
        ("run", ["."]),  # a second time nothing
        ("all", [".", everything]),  # the tests need more
        ("run", [".", everything]),  # the demo needs no more than they
        ("all", [".", everything]),
    ]
    for what, installed in steps:
        done = run(bare_checkout / "scripts" / "setup", what, PYTHON=str(recording_python))
        assert done.returncode == 0, done.stderr
        assert (bare_checkout / "installed").read_text().split() == installed


def test_the_set_up_installs_anew_when_the_project_changes(bare_checkout: Path, recording_python: Path) -> None:
    for _ in range(2):
        with (bare_checkout / "pyproject.toml").open("a") as project:
            project.write("# changed\n")
        done = run(bare_checkout / "scripts" / "setup", "run", PYTHON=str(recording_python))
        assert done.returncode == 0, done.stderr
    assert (bare_checkout / "installed").read_text().split() == [".", "."]


def test_an_environment_that_works_is_kept_whatever_python_is_on_the_path(
    bare_checkout: Path, recording_python: Path
) -> None:
    setup = bare_checkout / "scripts" / "setup"
    for python in (str(recording_python), "", ""):
        done = run(setup, "run", PYTHON=python)
        assert done.returncode == 0, done.stderr
    assert (bare_checkout / "environments").read_text().split() == ["made"]


def test_an_environment_that_somebody_made_by_hand_is_used(bare_checkout: Path, recording_python: Path) -> None:
    subprocess.run([str(recording_python), "-m", "venv"], cwd=bare_checkout, check=True)
    done = run(bare_checkout / "scripts" / "setup", "run", PYTHON="")
    assert done.returncode == 0, done.stderr
    assert (bare_checkout / "environments").read_text().split() == ["made"]
    assert (bare_checkout / "installed").read_text().split() == ["."]


def test_an_environment_of_a_moved_checkout_is_made_anew(bare_checkout: Path, recording_python: Path) -> None:
    setup = bare_checkout / "scripts" / "setup"
    run(setup, "run", PYTHON=str(recording_python))
    place = bare_checkout / ".venv" / "place"
    place.write_text(place.read_text().replace(str(bare_checkout), "/elsewhere"))
    run(setup, "run", PYTHON=str(recording_python))
    assert (bare_checkout / "environments").read_text().split() == ["made", "made"]


def test_another_checkouts_environment_that_is_linked_here_is_left_as_it_is(
    bare_checkout: Path, recording_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    setup = bare_checkout / "scripts" / "setup"
    run(setup, "run", PYTHON=str(recording_python))
    theirs = tmp_path_factory.mktemp("theirs") / "environment"
    (bare_checkout / ".venv").rename(theirs)
    (theirs / "place").write_text((theirs / "place").read_text().replace(str(bare_checkout), "/elsewhere"))
    (bare_checkout / ".venv").symlink_to(theirs)
    before = {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()}
    done = run(setup, "run", PYTHON=str(recording_python))
    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in theirs.rglob("*") if path.is_file()} == before
    assert not (bare_checkout / ".venv").is_symlink()
    assert (bare_checkout / "environments").read_text().split() == ["made", "made"]


def test_the_demo_never_replaces_a_file_that_is_not_its_own(tmp_path: Path) -> None:
    ledger = tmp_path / "ours.db"
    ledger.write_bytes(b"ours")
    demo = [sys.executable, str(CHECKOUT / "scripts" / "demo.py"), "--db", str(ledger)]
    done = subprocess.run(demo, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "ours.db is there already" in done.stderr
    assert ledger.read_bytes() == b"ours"


@pytest.mark.slow
def test_the_demo_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(CHECKOUT / "scripts" / "demo")], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
