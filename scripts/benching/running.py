"""Running what is measured: each job in a process of its own, contestants in turn, medians; places and their fsync."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parents[2]
CACHE: Final = CHECKOUT / ".bench"
"""What is kept between runs (the peers' environment) and the ledgers of a run on disk; ignored by git."""
ENTRY: Final = CHECKOUT / "scripts" / "bench.py"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the one place where a tmpfs is to be found
PEERS: Final = (
    "eventsourcing==9.5.*",
    "eventsourcing-sqlalchemy==1.0.*",
    "SQLAlchemy<2.1",
    "psycopg[binary,pool]>=3.2",
)

Figures = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """A function of `ours`, `plain` or `stock`, and what it is given."""

    name: str
    given: dict[str, Any] = field(default_factory=dict)
    peers: bool = False
    """Run it in the peers' environment."""


@dataclass(frozen=True)
class Place:
    """Where ledgers lie during a run: `disk` or `tmpfs`."""

    name: str
    folder: Path

    def fresh(self, name: str) -> str:
        """A path at which nothing is, in a folder of its own."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return str(folder / "ledger.db")

    def copy(self, source: str, name: str) -> str:
        """A copy of a ledger under a name of this place."""
        target = self.fresh(name)
        shutil.copyfile(source, target)
        return target


def run(job: Job) -> Figures:
    """Run a job to its end; `peak` in its figures is its greatest resident memory, in MiB.

    Raises:
        SystemExit: the job failed; what it said is shown.

    """
    python = peers_python() if job.peers else Path(sys.executable)
    # The library reads the environment: nothing of the caller's is to reach it.
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    done = subprocess.run(
        [python, str(ENTRY), "--job", job.name, json.dumps(job.given)],
        env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"the job {job.name} failed:\n{done.stderr}")
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def in_turn(jobs: Sequence[Job], rounds: int) -> list[list[Figures]]:
    """Run A B … A B …, so that what else the machine does falls on all alike; give the figures by job."""
    found: list[list[Figures]] = [[] for _ in jobs]
    for _ in range(rounds):
        for figures, job in zip(found, jobs, strict=True):
            figures.append(run(job))
    return found


def middle(figures: Sequence[Figures], name: str = "seconds") -> float:
    """The median of one figure."""
    return float(median(one[name] for one in figures))


@contextmanager
def places(wanted: Sequence[str]) -> Iterator[list[Place]]:
    """Make a folder at each place there is, and remove it at the end.

    Raises:
        SystemExit: none of them is there.

    """
    roots = {"disk": _cache(), "tmpfs": MEMORY}
    there = [name for name in wanted if roots[name].is_dir() and os.access(roots[name], os.W_OK)]
    if not there:
        sys.exit(f"scripts/bench: there is no {' and no '.join(wanted)} here that can be written to")
    with TemporaryDirectory(prefix="bench-", dir=roots[there[0]]) as first:
        if len(there) == 1:
            yield [Place(there[0], Path(first))]
            return
        with TemporaryDirectory(prefix="bench-", dir=roots[there[1]]) as second:
            yield [Place(there[0], Path(first)), Place(there[1], Path(second))]


def peers_python() -> Path:
    """The interpreter of the peers' environment, which is made where there is none."""
    folder = _cache() / "peers"
    python, stamp = folder / "bin" / "python", folder / "installed"
    wanted = "\n".join((sys.version, *PEERS))
    if not stamp.exists() or stamp.read_text() != wanted:
        print("Making the peers' environment (once; a minute)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install: list[str | Path] = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS]
        subprocess.run(install, check=True, stdout=sys.stderr)
        stamp.write_text(wanted)
    return python


def machine() -> dict[str, str]:
    """What the figures were measured on; no names, no paths."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.machine()}",
        "load at the start": load,
    }


def _cache() -> Path:
    CACHE.mkdir(exist_ok=True)
    (CACHE / ".gitignore").write_text("*\n")
    return CACHE
