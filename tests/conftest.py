"""What every test may ask for: an empty database on each engine. And the closing word on which engines ran."""

import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.databases import VARIABLES, Missing, empty_database, server
from tests.own_server import memory
from tests.servers import servers_shared

LABELS = {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}
TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
REQUIRED = bool(os.environ.get("CASELEDGER_REQUIRE_DATABASES"))


def _database_on(kind: str) -> Iterator[str]:
    found = server(kind)
    if isinstance(found, Missing):
        if REQUIRED:
            pytest.fail(
                f"{LABELS[kind]} is required (CASELEDGER_REQUIRE_DATABASES) and missing: {found.reason}", pytrace=False
            )
        pytest.skip(f"no {LABELS[kind]}: {found.reason}")
    with empty_database(found) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'ledger.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """An empty database on a real PostgreSQL; the test is marked `postgresql` by asking for it."""
    yield from _database_on("postgresql")


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    """An empty database on a real MariaDB; the test is marked `mariadb` by asking for it."""
    yield from _database_on("mariadb")


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.postgresql),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database on each of the three engines in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    """Share servers among the processes of a run, and keep its temporary files in memory where there is room.

    Nothing in the tests survives a power cut, so nothing has to wait for a disk.
    """
    with servers_shared(), ExitStack() as doors:
        if config.getoption("basetemp") is None and (room := memory()) is not None and TEMPORARY not in os.environ:
            folder = doors.enter_context(
                TemporaryDirectory(prefix="caseledger-tests-", dir=room, ignore_cleanup_errors=True)
            )
            os.environ[TEMPORARY] = folder
            doors.callback(os.environ.pop, TEMPORARY)
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Files with something slow come first: what is long and begins last, all others wait for.
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    for item in items:
        for kind in VARIABLES:
            if f"{kind}_url" in getattr(item, "fixturenames", ()):
                item.add_marker(kind)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    failed_checks = os.environ.get("CASELEDGER_FAILED_CHECKS")
    lines = [_how_it_went(terminalreporter, kind) for kind in VARIABLES]
    lines = [line for line in lines if line]
    if lines:
        terminalreporter.section("databases", sep="=", bold=True)
        for line in lines:
            bad = "DID NOT RUN" in line or "LEFT OUT" in line
            terminalreporter.line(line, red=bad, green=not bad, bold=True)
    _say_what_was_proved(terminalreporter)
    if failed_checks:
        terminalreporter.section(f"FAILED BEFORE THE TESTS: {failed_checks}", sep="=", red=True, bold=True)


def _how_it_went(terminalreporter: pytest.TerminalReporter, kind: str) -> str:
    """One line on one engine, or nothing where no test asked for it."""

    def reports(*outcomes: str) -> list[pytest.TestReport]:
        found = [report for outcome in outcomes for report in terminalreporter.getreports(outcome)]
        return [report for report in found if kind in getattr(report, "keywords", ())]

    ran, missing = len(reports("passed", "failed")), reports("error", "skipped")
    if not ran and not missing:
        return ""
    found = server(kind)
    if isinstance(found, Missing):
        return f"{LABELS[kind]}: DID NOT RUN, {len(missing)} tests left out. {found.reason}"
    told = f"{LABELS[kind]}: {ran} tests ran on {found.version}, {found.url.render_as_string()} ({found.found})"
    why = {str(report.longrepr[2]) for report in missing if isinstance(report.longrepr, tuple)}
    return f"{told}; {len(missing)} LEFT OUT. {'; '.join(sorted(why))}" if missing else told


def _say_what_was_proved(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the proofs (tests/proofs), each below the name of its test."""
    proved = [
        (report.nodeid.partition("::")[2], value)
        for report in terminalreporter.getreports("passed")
        for name, value in getattr(report, "user_properties", ())
        if name == "proof" and report.when == "call"
    ]
    if proved:
        terminalreporter.section("proofs", sep="=", bold=True)
        for name, figures in sorted(proved):
            terminalreporter.line(f"{name}: {figures}")
