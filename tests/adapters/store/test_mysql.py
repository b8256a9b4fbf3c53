"""A MySQL that cannot hold a ledger is refused by its version; one behind the wrong URL is told by its name.

What the store does on a MySQL is tested by what is tested on MariaDB, with CASELEDGER_TEST_MYSQL (tests/databases.py).
"""

from typing import Any

import pytest
from sqlalchemy.exc import InvalidRequestError

from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import UnsupportedDatabaseError
from caseledger.adapters.store.mysql import check_version, is_mysql
from caseledger.adapters.store.translating import translate


def dialect_of(url: str, version: str) -> Any:  # noqa: ANN401 - the dialect of a driver
    """What SQLAlchemy knows of a server that tells this version of itself."""
    dialect: Any = connect(url).dialect
    dialect.server_version_info = dialect._parse_server_version(version)
    return dialect


@pytest.mark.parametrize("version", ["8.0.29", "8.0.44-0ubuntu0.24.04.1", "8.4.7", "9.7.4-2"])
def test_a_mysql_that_can_make_triggers_again_is_taken(version: str) -> None:
    dialect = dialect_of("mysql://u@h/d", version)
    assert is_mysql(dialect)
    check_version(dialect)


# The last two are others' products, which tell the MySQL that they speak like.
@pytest.mark.parametrize("version", ["5.7.44-log", "8.0.11", "8.0.28", "8.0.11-TiDB-v7.5.1", "5.7.25-OceanBase-v4.3"])
def test_an_older_mysql_is_refused_with_what_would_be_right(version: str) -> None:
    with pytest.raises(UnsupportedDatabaseError, match=r"right would be MySQL 8\.0\.29 or later, or MariaDB"):
        check_version(dialect_of("mysql://u@h/d", version))


@pytest.mark.parametrize("scheme", ["mysql", "mariadb"])
def test_a_mariadb_is_no_mysql_by_whichever_url(scheme: str) -> None:
    dialect = dialect_of(f"{scheme}://u@h/d", "10.11.14-MariaDB-0+deb12u2")
    assert not is_mysql(dialect)
    check_version(dialect)


def test_a_mysql_behind_a_url_of_mariadb_is_told_by_its_name() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        dialect_of("mariadb://u@h/d", "9.7.4")
    told = translate(caught.value, connect("mariadb://u@h/d").dialect)
    assert isinstance(told, UnsupportedDatabaseError)
    assert "right would be mysql://" in str(told)
