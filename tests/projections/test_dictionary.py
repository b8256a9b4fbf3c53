from pathlib import Path

import pytest

from caseledger.domain.personal import Sealed
from caseledger.projections.dictionary import markdown
from caseledger.projections.facts import ALL
from caseledger.projections.reports import VIEWS
from caseledger.projections.view_words import words_of

PAGE = Path(__file__).parents[2] / "docs" / "data-dictionary.md"


def test_the_data_dictionary_is_current() -> None:
    assert PAGE.read_text("utf-8") == markdown(), "print it anew: write what markdown() gives into this page"


def test_every_column_has_its_labels_and_its_rule() -> None:
    for facts in ALL:
        assert facts.zh
        assert facts.en
        for column in facts.shown:
            assert column.zh, (facts.name, column.name)
            assert column.en, (facts.name, column.name)
            assert column.rule, (facts.name, column.name)


def test_no_column_is_read_off_a_field_that_may_hold_personal_words() -> None:
    personal = {
        (event.name, name)
        for facts in ALL
        for event in facts.events
        for name, field in event.model_fields.items()
        if Sealed in getattr(field.annotation, "__args__", ())
    }
    read = {(name, column.field) for facts in ALL for column in facts.columns for name in column.event_names}
    assert personal, "the events have no personal field, so this test shows nothing"
    assert not read & personal


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_of_a_view_is_told_in_two_languages(view: str) -> None:
    told = dict(words_of(view))
    assert list(told) == [column.name for column in VIEWS[view]().subquery().c]
    assert all(zh.strip() and en.strip() for zh, en in told.values())
