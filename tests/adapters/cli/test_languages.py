"""Fields, categories and roles are told in both languages."""

import pytest

from caseledger.adapters.cli.fieldwords import field_words
from caseledger.domain.catalogue import EVENTS
from tests.adapters.cli.conftest import NUMBER, Run

TIMES = "occurred_at"


@pytest.mark.parametrize("name", EVENTS)
def test_every_field_of_an_event_has_a_chinese_name(name: str) -> None:
    for field in EVENTS[name].model_fields:
        if field != TIMES:
            chinese, _, code = field_words(name, field).partition(" ")
            assert code == field, f"{name}.{field} has no name for people"
            assert not chinese.isascii()


def test_a_field_is_called_as_the_facts_call_it() -> None:
    assert field_words("opinion.accepted.v1", "plan_due_provisional") == "方案期限为暂定 plan_due_provisional"
    assert field_words("opinion.called_back.v1", "way") == "回访方式 way"


@pytest.mark.usefixtures("case")
def test_categories_and_roles_are_in_both_languages(caseledger: Run) -> None:
    assert "投诉分类 category: 噪音 noise" in caseledger("replay", NUMBER).out
    due = caseledger("due").out
    assert "噪音 noise" in due
    assert "受理人 acceptor" in due
