"""A command from its name and JSON-like values says the same as the command in Python and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from caseledger import AdoptPolicy, BadPolicy, InvalidCommand, UnknownCommand, command_from, load_policy
from caseledger.adapters.policies import shipped
from tests.stories import CENTER, actor

MANAGER = {"actor": actor("manager"), "center": CENTER}


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_policy_is_adopted_by_its_name_or_by_its_values(name: str) -> None:
    policy = load_policy(name)
    values = json.loads(json.dumps(policy.model_dump(mode="json")))
    for given in (name, values, policy):
        command = command_from("adopt_policy", {**MANAGER, "policy": given})
        assert isinstance(command, AdoptPolicy)
        assert command.policy == policy


def test_a_policy_that_is_not_shipped_is_refused_with_those_that_are_and_no_file_is_read(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('inherits = "w08"', encoding="utf-8")
    for given in ("w09", str(own), "\ud800", "\x00"):
        with pytest.raises(BadPolicy, match=r"policy: there is no shipped policy.*w08.*model_dump") as refused:
            command_from("adopt_policy", {**MANAGER, "policy": given})
        assert given not in str(refused.value)


def test_what_asks_for_no_policy_is_told_so() -> None:
    with pytest.raises(InvalidCommand, match="policy: Extra inputs"):
        command_from("end_opinion", {"actor": actor("manager"), "case": "opinion:1", "policy": "w08"})
    with pytest.raises(UnknownCommand, match="accept_opinion"):
        command_from("adopt", {"policy": "w08"})
