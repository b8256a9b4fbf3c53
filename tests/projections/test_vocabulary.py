import pytest

from caseledger.domain.opinion.events import CalledBack, OpinionAccepted, OpinionEnded
from caseledger.domain.order.events import OrderEnded
from caseledger.projections.columntypes import CODE, ID, INTEGER, MONEY, TIME, word
from caseledger.projections.compile import fingerprint, shape
from caseledger.projections.events import ledger_events
from caseledger.projections.facts.opinions import OPINIONS
from caseledger.projections.jsonkeys import json_text
from caseledger.projections.vocabulary import (
    Column,
    DeclarationError,
    Facts,
    Said,
    compared,
    count,
    first,
    highest,
    last,
    total,
)

SAID: Said = {"zh": "列", "en": "column", "rule": "test"}


def declared(*columns: Column, key: tuple[str, ...] = ("case",)) -> Facts:
    labels = (("案件", "case"), ("序", "ordinal"))[: len(key)]
    return Facts("fact_test", "测试", "test", key, (OpinionAccepted,), columns, key_labels=labels)


def test_a_field_that_the_event_does_not_have_fails_where_it_is_declared() -> None:
    with pytest.raises(DeclarationError, match=r"opinion\.accepted\.v1 has no field 'centre'; it has area, .*center"):
        first("centre", ID, OpinionAccepted, **SAID)


def test_a_field_of_a_condition_is_checked_too() -> None:
    with pytest.raises(DeclarationError, match="has no field 'turned'"):
        count("callbacks", CalledBack, where={"turned": "1"}, **SAID)


def test_the_field_must_be_there_in_every_event_named() -> None:
    with pytest.raises(DeclarationError, match=r"opinion\.ended\.v1 has no field 'kind'"):
        last("kind", CODE, (OpinionAccepted, OpinionEnded), **SAID)


def test_a_field_of_the_envelope_can_be_read() -> None:
    assert first("actor", ID, OpinionAccepted, field="actor_id", **SAID).field == "actor_id"


def test_personal_words_cannot_become_a_fact() -> None:
    with pytest.raises(DeclarationError, match=r"opinion\.accepted\.v1\.contact is personal data"):
        first("contact", ID, OpinionAccepted, **SAID)


def test_two_columns_of_one_name_are_refused() -> None:
    column = first("center", ID, OpinionAccepted, **SAID)
    with pytest.raises(DeclarationError, match="two columns named center"):
        declared(column, column)


def test_a_key_that_an_event_does_not_carry_is_refused() -> None:
    with pytest.raises(DeclarationError, match="has no field 'callback'"):
        declared(first("center", ID, OpinionAccepted, **SAID), key=("case", "callback"))


def test_a_row_is_read_off_one_stream() -> None:
    with pytest.raises(DeclarationError, match="opinion, order"):
        declared(count("ends", (OpinionEnded, OrderEnded), **SAID))


def test_a_comparison_names_columns_that_come_before_it() -> None:
    with pytest.raises(DeclarationError, match="no column center before it"):
        declared(compared("same", CODE, lambda row: row["center"], of=("center",), **SAID))


def test_only_what_sorts_as_text_has_a_greatest() -> None:
    with pytest.raises(DeclarationError, match="times, days and months"):
        highest("turn", INTEGER, CalledBack, **SAID)


def test_only_numbers_add_up() -> None:
    with pytest.raises(DeclarationError, match="whole numbers and amounts"):
        total("due", TIME, OpinionAccepted, field="response_due_at", **SAID)


def test_a_key_that_databases_read_differently_is_refused() -> None:
    for key in ("a.b", "a b", "$", "", "a'b"):
        with pytest.raises(ValueError, match="letters, digits and _ only"):
            json_text(ledger_events.c.state, key)


def test_a_fixed_word_cannot_break_out_of_its_quotes() -> None:
    for text in ("it's", "50%", "a\\b"):
        with pytest.raises(ValueError, match="no plain word"):
            word(text)


def test_the_fingerprint_follows_the_declaration_and_the_shape_only_its_columns() -> None:
    here = declared(first("unit", ID, OpinionAccepted, **SAID))
    there = declared(last("unit", ID, OpinionAccepted, **SAID))
    money = declared(first("unit", MONEY, OpinionAccepted, **SAID))
    assert fingerprint(here) != fingerprint(there)
    assert shape(here) == shape(there)
    assert shape(here) != shape(money)
    assert fingerprint(OPINIONS) == fingerprint(OPINIONS)


def test_declarations_that_differ_only_in_what_they_compare_are_two() -> None:
    center, unit = first("center", ID, OpinionAccepted, **SAID), first("unit", ID, OpinionAccepted, **SAID)
    by_center = declared(center, unit, compared("place", ID, lambda row: row["center"], of=("center", "unit"), **SAID))
    by_unit = declared(center, unit, compared("place", ID, lambda row: row["unit"], of=("center", "unit"), **SAID))
    assert by_center != by_unit
    assert fingerprint(by_center) != fingerprint(by_unit)
    assert shape(by_center) == shape(by_unit)


def test_an_index_on_no_column_of_the_table_is_refused() -> None:
    center = first("center", ID, OpinionAccepted, **SAID)
    with pytest.raises(DeclarationError, match="an index on month, which the table has not"):
        Facts("fact_test", "测试", "test", ("case",), (OpinionAccepted,), (center,), indices=(("center", "month"),))
