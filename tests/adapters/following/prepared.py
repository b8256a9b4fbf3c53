"""Imported by the process that others are forks of: each of them has a follower's statements, and compiles none."""

from __future__ import annotations

from caseledger.adapters.facts.workshop import tools_for
from caseledger.adapters.following.reading import Teller
from caseledger.adapters.store.engine import connect
from caseledger.projections.events import metadata
from caseledger.projections.facts import ALL

_tools = tools_for(ALL)
for _one in ALL:
    _tools.select(_one.name)
_engine = connect("sqlite://")
metadata.create_all(_engine)
with _engine.connect() as _connection:
    for _one in ALL:
        _teller = Teller(_one, _engine)
        _teller.stretch(_connection, "a", "b")
        _teller.cases(_connection, ["a"])
_engine.dispose()
