"""An account with the printed grants does its work; what is recorded it cannot change, the database says so itself."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from caseledger import Actor, Ledger
from caseledger.adapters.doctor import examine
from caseledger.adapters.facts import FactsStaleError
from caseledger.adapters.store import migrations
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import LedgerOutdatedError, NotAllowedError, UnsupportedDatabaseError
from caseledger.adapters.store.grants import AccountError, Names, reader_grants, service_grants
from caseledger.adapters.store.meta import create_ledger
from caseledger.adapters.store.migrations import Step, statements
from caseledger.adapters.store.translating import translate
from caseledger.projections.facts import ALL
from caseledger.projections.reports import VIEWS
from tests.stories import CENTER, COMPLAINT, actor, everything
from tests.telling import SetClock

NAMES = Names(tuple(facts.name for facts in ALL), tuple(VIEWS))
Grants = Callable[[Engine, str, Names], list[str]]


@contextmanager
def account(url: str, grants: Grants) -> Iterator[str]:
    """The URL of a new account of the server with these grants on the ledger; gone at the end."""
    name, password = f"caseledger_test_{secrets.token_hex(4)}", secrets.token_hex(8)
    owner = connect(url)
    postgresql = owner.dialect.name == "postgresql"
    who = name if postgresql else f"'{name}'@'%'"
    _run(
        owner,
        f"CREATE ROLE {who} LOGIN PASSWORD '{password}'"
        if postgresql
        else f"CREATE USER {who} IDENTIFIED BY '{password}'",
    )
    try:
        _run(owner, *grants(owner, name, NAMES))
        yield make_url(url).set(username=name, password=password).render_as_string(hide_password=False)
    finally:
        _run(owner, *([f"DROP OWNED BY {who}", f"DROP ROLE {who}"] if postgresql else [f"DROP USER {who}"]))
        owner.dispose()


def _run(engine: Engine, *texts: str) -> None:
    with engine.begin() as connection:
        for text in texts:
            connection.exec_driver_sql(text, execution_options={"no_parameters": True})


@pytest.fixture(params=["postgresql", "mariadb"])
def server_url(request: pytest.FixtureRequest) -> str:
    """A ledger on each of the servers, made by its owner."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    Ledger(url).close()
    return url


def test_a_service_account_records_the_whole_story_and_reads_its_figures(server_url: str) -> None:
    clock = SetClock()
    with account(server_url, service_grants) as url, Ledger(url, clock=clock) as ledger:
        for told in everything():
            clock.now = told.at
            ledger.do(told.command)
        assert ledger.figures.monthly("2026-03", center=CENTER)
        words = ledger.reveal(COMPLAINT, actor=Actor.model_validate(actor("auditor")), purpose="audit")
        assert words[1]["contact"] == "王女士 138****0000"
        assert ledger.check().is_clean
        assert ledger._app.vault.keys.erase("customer:7")


def test_a_service_account_may_ask_the_doctor(server_url: str) -> None:
    with account(server_url, service_grants) as url:
        with Ledger(url) as ledger:
            ledger.do(everything()[0].command)
        found = [one for one in examine(url, full=True).findings if one.check != "settings"]
        # MariaDB shows what a trigger does only to those who could change it, and likewise the text of a view.
        hidden = [("triggers", "note")] * 2 + [("facts", "note")] * len(VIEWS)
        unseen = [] if url.startswith("postgresql") else hidden
        assert [(one.check, one.severity.value) for one in found] == unseen


REFUSED = [
    "UPDATE ledger_events SET version = 9",
    "DELETE FROM ledger_events",
    "TRUNCATE TABLE ledger_events",
    "DROP TABLE ledger_events",
    "UPDATE ledger_meta SET value = '1'",
    "DELETE FROM ledger_keys",
    "CREATE TABLE beside (id INTEGER)",
]
REFUSED_ON = {
    "postgresql": [
        "DROP TRIGGER ledger_events_no_change ON ledger_events",
        "ALTER TABLE ledger_events DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "SELECT setval('ledger_events_position_seq', 1)",
        "CREATE OR REPLACE FUNCTION ledger_events_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
    ],
    "mariadb": [
        "DROP TRIGGER ledger_events_no_update",
        "REPLACE INTO ledger_events (position, stream, version, name, state) VALUES (1, 'opinion:1', 1, 'n', 'x')",
        "ALTER TABLE ledger_events AUTO_INCREMENT = 1",
    ],
}


def refused(url: str, statement: str) -> bool:
    engine = connect(url)
    try:
        _run(engine, statement)
    except DBAPIError as error:
        return isinstance(translate(error, engine.dialect), NotAllowedError)
    else:
        return False
    finally:
        engine.dispose()


def test_a_service_account_can_change_nothing_that_was_recorded(server_url: str) -> None:
    kind = "postgresql" if server_url.startswith("postgresql") else "mariadb"
    with account(server_url, service_grants) as url:
        with Ledger(url) as ledger:
            ledger.do(everything()[0].command)
        tried = REFUSED + REFUSED_ON[kind]
        assert [statement for statement in tried if not refused(url, statement)] == []


def test_a_reader_queries_facts_and_views_and_meets_no_event_and_no_key(server_url: str) -> None:
    clock = SetClock()
    with Ledger(server_url, clock=clock) as ledger:
        for told in everything()[:4]:
            clock.now = told.at
            ledger.do(told.command)
    with account(server_url, reader_grants) as url:
        engine = connect(url)
        with engine.connect() as connection:
            for name in (*NAMES.facts, *NAMES.views):
                connection.exec_driver_sql(f"SELECT COUNT(*) FROM {name}")
            assert connection.exec_driver_sql("SELECT case_id FROM fact_opinions").scalars().all() == [COMPLAINT]
        engine.dispose()
        tables = ("ledger_events", "ledger_keys", "ledger_meta", "ledger_tracking")
        assert all(refused(url, f"SELECT * FROM {name}") for name in tables)
        assert all(refused(url, f"DELETE FROM {name}") for name in NAMES.facts)


def test_a_reader_who_opens_the_ledger_is_told_whose_account_that_wants(postgresql_url: str) -> None:
    Ledger(postgresql_url).close()
    with (
        account(postgresql_url, reader_grants) as url,
        pytest.raises(NotAllowedError, match=r"permission denied.*service's account.*grants --account.*plain SQL"),
    ):
        Ledger(url, create=False)


def test_where_a_step_is_due_a_service_account_is_told_who_must_take_it(
    server_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = statements("CREATE TABLE ledger_note (id INTEGER)")
    step = Step(90, "7.0", "a table for notes", {"postgresql": work, "mariadb": work}, automatic=True)
    with account(server_url, service_grants) as url:
        monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, step))
        with pytest.raises(LedgerOutdatedError, match="`caseledger upgrade`, once, by an account that may change"):
            Ledger(url)


def test_where_facts_are_stale_a_service_account_is_told_who_must_rebuild_them(server_url: str) -> None:
    with account(server_url, service_grants) as url:
        with Ledger(url, facts=False) as ledger:
            ledger.do(everything()[0].command)
        with pytest.raises(FactsStaleError, match="`caseledger rebuild`, once, by an account that may"):
            Ledger(url)


def test_a_file_has_no_accounts_and_some_names_are_none(sqlite_url: str, server_url: str) -> None:
    engine = connect(sqlite_url)
    create_ledger(engine)
    with pytest.raises(UnsupportedDatabaseError, match="knows no accounts"):
        service_grants(engine, "service", NAMES)
    engine.dispose()
    other = connect(server_url)
    with pytest.raises(AccountError):
        service_grants(other, "x'; DROP TABLE ledger_events --", NAMES)
    other.dispose()
