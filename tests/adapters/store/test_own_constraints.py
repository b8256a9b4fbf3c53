"""A site's own unique constraint that a row violates is told as what it is, and never counts as a version conflict."""

import pytest

from caseledger import Ledger
from caseledger.adapters.store.engine import connect
from caseledger.adapters.store.errors import ForbiddenRowError
from caseledger.domain.opinion.commands import AcceptOpinion
from tests.stories import START, everything
from tests.telling import SetClock

OWN = "CREATE UNIQUE INDEX one_of_a_kind ON fact_opinions (kind)"
BODY = "$$BEGIN INSERT INTO own_log VALUES (NEW.kind); RETURN NEW; END$$"
LOGGED = {
    "sqlite": [
        "CREATE TABLE own_log (kind TEXT PRIMARY KEY)",
        "CREATE TRIGGER own AFTER INSERT ON fact_opinions BEGIN INSERT INTO own_log VALUES (NEW.kind); END",
    ],
    "postgresql": [
        "CREATE TABLE own_log (kind TEXT PRIMARY KEY)",
        "CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS " + BODY,
        "CREATE TRIGGER own AFTER INSERT ON fact_opinions FOR EACH ROW EXECUTE FUNCTION own()",
    ],
    "mariadb": [
        "CREATE TABLE own_log (kind VARCHAR(20), UNIQUE one_of_a_kind (kind))",
        "CREATE TRIGGER own AFTER INSERT ON fact_opinions FOR EACH ROW INSERT INTO own_log VALUES (NEW.kind)",
    ],
}
NAMED = {
    "sqlite": ("(kind) of fact_opinions", "(kind) of own_log"),
    "postgresql": ("one_of_a_kind of fact_opinions", "own_log_pkey of own_log"),
    "mariadb": ("one_of_a_kind", "one_of_a_kind"),
}


@pytest.mark.parametrize("of_table", [False, True], ids=["on facts", "on its own table"])
def test_a_unique_constraint_of_the_site_s_own_is_named_and_no_conflict(database_url: str, *, of_table: bool) -> None:
    clock = SetClock(START)
    with Ledger(database_url, clock=clock) as ledger:
        steps = everything()
        first = next(step.command for step in steps if isinstance(step.command, AcceptOpinion))
        for step in steps[: [step.command for step in steps].index(first) + 1]:
            clock.now = step.at
            ledger.do(step.command)
        engine = connect(database_url)
        family = engine.dialect.name
        with engine.begin() as connection:
            for one in LOGGED[family] if of_table else [OWN]:
                connection.exec_driver_sql(one, execution_options={"no_parameters": True})
            if of_table:
                connection.exec_driver_sql("INSERT INTO own_log VALUES ('complaint')")
        engine.dispose()
        with pytest.raises(ForbiddenRowError) as refused:
            ledger.do(first.model_copy(update={"command_id": "cmd:second", "case": "opinion:second"}))
        assert NAMED[family][of_table] in str(refused.value)
        assert "complaint" not in str(refused.value)
        assert refused.value.retry is False
        assert [row.case for row in ledger.find()] == [first.case]
