"""The databases that the tests run on."""

import psycopg
import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from tests.databases import Missing, Server, empty_database, server


def test_an_empty_database_is_empty_and_can_be_written(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        assert inspect(connection).get_table_names() == []
        connection.execute(text("create table seen (id integer)"))
        connection.execute(text("insert into seen values (1)"))
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from seen")).scalar_one() == 1
    engine.dispose()


@pytest.mark.postgresql
def test_an_empty_database_is_gone_afterwards_even_with_someone_still_connected(postgresql_url: str) -> None:
    found = server("postgresql")
    assert isinstance(found, Server)
    with empty_database(found) as url:
        forgotten = psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    forgotten.close()
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        names = connection.execute(text("select datname from pg_database")).scalars().all()
    engine.dispose()
    assert make_url(postgresql_url).database in names
    assert make_url(url).database not in names


@pytest.mark.parametrize(
    ("kind", "variable", "nobody"),
    [
        ("postgresql", "CASELEDGER_TEST_POSTGRES", "postgresql+psycopg://nobody:secret@127.0.0.1:1/none"),
        ("mariadb", "CASELEDGER_TEST_MARIADB", "mariadb+pymysql://nobody:secret@127.0.0.1:1/none"),
        ("mariadb", "CASELEDGER_TEST_MYSQL", "mysql+pymysql://nobody:secret@127.0.0.1:1/none"),
    ],
)
def test_a_named_server_that_does_not_answer_is_not_replaced_and_its_password_not_printed(
    monkeypatch: pytest.MonkeyPatch, kind: str, variable: str, nobody: str
) -> None:
    monkeypatch.delenv("CASELEDGER_TEST_MYSQL", raising=False)
    monkeypatch.setenv(variable, nobody)
    found = server.__wrapped__(kind)
    assert isinstance(found, Missing)
    assert variable in found.reason
    assert "secret" not in found.reason


@pytest.mark.slow
def test_the_wheel_carries_a_postgresql_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASELEDGER_TEST_POSTGRES", "wheel")
    found = server.__wrapped__("postgresql")
    if isinstance(found, Missing):
        pytest.skip(found.reason)  # there is no wheel for every machine
    assert isinstance(found, Server)
    assert found.version.startswith("PostgreSQL")
