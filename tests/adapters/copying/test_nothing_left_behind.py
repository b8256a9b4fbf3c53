"""A copy leaves nothing behind that was acknowledged, whatever is still open at the source."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from caseledger import Ledger
from caseledger.adapters.copying import CopyRefusedError, copy_ledger
from caseledger.adapters.copying.source import ledger_at
from caseledger.adapters.copying.verifying import compare
from caseledger.adapters.store.errors import LedgerIncompleteError
from caseledger.adapters.testing import accept, adopt, register


def test_a_forgotten_transaction_at_the_source_stops_the_copy_and_hides_nothing(
    postgresql_url: str, tmp_path: Path
) -> None:
    target = f"sqlite:///{tmp_path / 'new.db'}"
    service = create_engine(postgresql_url)
    with Ledger(postgresql_url) as ledger, service.connect() as forgotten:
        ledger.do_batch([[register(), adopt()]])
        begun = forgotten.begin()
        ledger.within(forgotten).do(accept(case="opinion:forgotten", command_id="cmd:forgotten"))
        forgotten_id = forgotten.execute(text("SELECT pg_backend_pid()")).scalar_one()
        # It is acknowledged while the other one is open, with a higher position.
        ledger.do(register(center="center:sz02", command_id="cmd:acknowledged"))
        with pytest.raises(CopyRefusedError, match=f"server process {forgotten_id}"):
            copy_ledger(postgresql_url, target)
        with pytest.raises(LedgerIncompleteError):
            Ledger(target)
        begun.rollback()
    service.dispose()
    # Nothing is in the way any longer, and the same call goes on.
    copy_ledger(postgresql_url, target)
    with Ledger(target, create=False) as moved:
        assert [record.name for record in moved.replay("center:sz02").events] == ["center.registered.v1"]


def test_what_is_recorded_after_it_was_read_stops_the_copy(database_url: str) -> None:
    with Ledger(database_url) as ledger, ledger_at(database_url) as source:
        ledger.do_batch([[register(), adopt()]])
        read = compare(source.recorder, source.recorder, 1000, lambda *_: None)
        with source.at_rest(read):
            pass
        ledger.do(register(center="center:sz02", command_id="cmd:late"))
        with pytest.raises(CopyRefusedError, match="3 events up to position 3 by now, and 2 up to 2 were read"):
            source.at_rest(read).__enter__()
