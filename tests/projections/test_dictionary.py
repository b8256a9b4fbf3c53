from dataclasses import fields
from pathlib import Path

import pytest

from caseledger.adapters.cli.headings import heading
from caseledger.adapters.cli.report import OF_THE_MONTH
from caseledger.domain.personal import Sealed
from caseledger.projections.dictionary import markdown
from caseledger.projections.facts import ALL
from caseledger.projections.report_words import RATES, REPORTS, words_of_report
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


@pytest.mark.parametrize("command", REPORTS)
def test_every_column_of_a_report_is_defined_and_every_rate_has_its_numerator_and_denominator(command: str) -> None:
    kind = REPORTS[command]
    told = dict(words_of_report(kind))
    assert list(told) == [column.name for column in fields(kind)]
    assert all(zh and said for zh, said in told.values())
    rates = {name for name in told if name.endswith("rate") or name.startswith("in_time_of") or name == "percent"}
    assert rates == set(RATES.get(kind, {}))
    assert {name for pair in RATES.get(kind, {}).values() for name in pair} <= set(told)


@pytest.mark.parametrize("command", REPORTS)
def test_a_column_is_called_in_the_dictionary_what_it_is_called_on_the_screen(command: str) -> None:
    own = OF_THE_MONTH if command.endswith("monthly") else {}
    headed = {name: own.get(name) or heading(name) for name, _ in words_of_report(REPORTS[command])}
    assert {name: words.split()[0] for name, words in headed.items()} == {
        name: zh for name, (zh, _) in words_of_report(REPORTS[command])
    }
