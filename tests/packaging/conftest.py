"""The wheel, built both ways and installed into an environment that holds nothing but what it declares. No network."""

import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).parents[2]


def build(what: str, source: Path, folder: Path) -> Path:
    """Build a wheel or an sdist with the hatchling that is installed here."""
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{what}", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl" if what == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the checkout."""
    return build("wheel", CHECKOUT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist built from the checkout."""
    return build("sdist", CHECKOUT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="session")
def wheel_from_sdist(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the unpacked sdist, as an installer does that finds no wheel."""
    unpacked = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(unpacked)], check=True)
    (source,) = unpacked.iterdir()
    return build("wheel", source, tmp_path_factory.mktemp("wheel-from-sdist"))


@pytest.fixture(scope="session", params=["wheel", "wheel_from_sdist"])
def fresh_python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment into which the wheel, and what it declares to need, are installed."""
    built: Path = request.getfixturevalue(request.param)
    place = tmp_path_factory.mktemp("fresh")
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    (packages,) = place.glob("lib/python*/site-packages")
    for needed in closure("caseledger").values():
        _link(needed, packages)
    pip(python, "install", "--no-index", "--no-deps", str(built))
    return python


def pip(python: Path, *arguments: str) -> None:
    """Run this environment's pip for another one."""
    command = [sys.executable, "-m", "pip", "--python", str(python), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def closure(name: str) -> dict[str, Distribution]:
    """What this distribution needs without its extras, and what that needs, without the distribution itself."""
    found: dict[str, Distribution] = {}
    # Each requirement with the extras that it asks of its own requirements.
    waiting = [(name, "")]
    seen = set(waiting)
    while waiting:
        wanted, extra = waiting.pop()
        one = distribution(wanted)
        if wanted != name:
            found[wanted] = one
        for requirement in map(Requirement, one.requires or ()):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            new = {(requirement.name, extra) for extra in ("", *requirement.extras)} - seen
            seen |= new
            waiting += new
    return found


def _link(needed: Distribution, packages: Path) -> None:
    """Make an installed distribution's files appear in another environment."""
    # A file above site-packages, such as a script, is left out: nothing imports it.
    tops = {file.parts[0] for file in needed.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        target = packages / top
        if not target.exists():
            target.symlink_to(str(needed.locate_file(top)))
