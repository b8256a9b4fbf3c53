"""The small values: what each takes, what it refuses, and that it says what would be right."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError

from caseledger.domain.opinion.words import Kind
from caseledger.domain.values import (
    CenterId,
    Code,
    Count,
    Id,
    Label,
    LateReason,
    Money,
    OpinionId,
    OrderId,
    Role,
    Satisfaction,
    SurveyId,
    Text,
    UtcTime,
    Way,
    utc_text,
)
from tests.domain.story import Anything


def taken(kind: Anything, value: object) -> Anything:
    return TypeAdapter(kind).validate_python(value)


def refused(kind: Anything, value: object) -> str:
    with pytest.raises(ValidationError) as told:
        taken(kind, value)
    return told.value.errors()[0]["msg"]


class TestIds:
    @pytest.mark.parametrize("good", ["a", "opinion:1", "boston311:101000295613", "0", "x" * 64])
    def test_id_is_lower_case_letters_digits_and_four_signs(self, good: str) -> None:
        assert taken(Id, good) == good

    @pytest.mark.parametrize("bad", ["", "A", "-a", ":a", "a b", "a\n", "户", "a/b", "x" * 65])
    def test_anything_else_is_no_id(self, bad: str) -> None:
        refused(Id, bad)

    @pytest.mark.parametrize(("kind", "prefix"), [(OpinionId, "opinion"), (OrderId, "order"), (SurveyId, "survey")])
    def test_id_of_a_case_says_its_kind_and_keeps_to_64_characters(self, kind: Anything, prefix: str) -> None:
        longest = f"{prefix}:".ljust(64, "7")
        assert taken(kind, longest) == longest
        refused(kind, longest + "7")
        refused(kind, f"{prefix}:")
        refused(kind, "letter:1")
        refused(kind, f"{prefix}:A")

    def test_center_is_short_since_numbers_and_registers_are_named_after_it(self) -> None:
        assert taken(CenterId, "center:" + "a" * 24)
        refused(CenterId, "center:" + "a" * 25)
        refused(CenterId, "center:a_b")

    def test_code_is_a_word_of_a_list(self) -> None:
        assert taken(Code, "public_facilities") == "public_facilities"
        refused(Code, "Public Facilities")
        refused(Code, "a" * 49)


class TestText:
    @pytest.mark.parametrize("kind", [Text, Label])
    def test_words_in_any_script_are_kept_as_they_are(self, kind: Anything) -> None:
        assert taken(kind, " 电梯坏了 “again” 😀 é ") == " 电梯坏了 “again” 😀 é "

    @pytest.mark.parametrize("kind", [Text, Label])
    @pytest.mark.parametrize(
        ("bad", "says"), [("a\x00b", "U+0000"), ("a\ud800", "surrogate"), ("", "blank"), (" \n\t　", "blank")]
    )
    def test_what_a_database_could_not_give_back_or_says_nothing_is_refused(
        self, kind: Anything, bad: str, says: str
    ) -> None:
        assert says in refused(kind, bad)

    def test_length_has_a_limit(self) -> None:
        assert len(taken(Text, "字" * 20_000)) == 20_000
        refused(Text, "字" * 20_001)
        refused(Label, "字" * 201)


class TestTime:
    @pytest.mark.parametrize(
        "same",
        [
            "2026-03-02T09:30:00+08:00",
            "2026-03-02T01:30:00Z",
            "2026-03-01T20:30:00.000000-05:00",
            datetime(2026, 3, 2, 9, 30, tzinfo=timezone(timedelta(hours=8))),
        ],
    )
    def test_moment_is_held_in_utc_however_it_comes(self, same: object) -> None:
        moment = taken(UtcTime, same)
        assert moment == datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
        assert moment.tzinfo is UTC

    @pytest.mark.parametrize(
        ("bad", "says"),
        [
            ("2026-03-02T09:30:00", "no time zone"),
            ("2026-03-02", "no time zone"),
            (datetime(2026, 3, 2, 9, 30), "no time zone"),  # noqa: DTZ001 - the point of the line
            ("yesterday", "ISO 8601"),
            ("", "ISO 8601"),
            (1_767_225_600, "ISO 8601"),
            (1.5, "ISO 8601"),
            (None, "ISO 8601"),
            ("0001-01-01T00:00:00+08:00", "outside the years"),
            ("9999-12-31T23:59:59-08:00", "outside the years"),
        ],
    )
    def test_what_is_no_certain_moment_is_refused(self, bad: object, says: str) -> None:
        assert says in refused(UtcTime, bad)

    def test_stored_text_has_one_width_and_sorts_as_time_does(self) -> None:
        moments = [
            datetime(999, 1, 1, tzinfo=UTC),
            datetime(2026, 3, 2, 1, 30, tzinfo=UTC),
            datetime(2026, 3, 2, 1, 30, 0, 1, tzinfo=UTC),
        ]
        texts = [utc_text(moment) for moment in moments]
        assert texts == ["0999-01-01T00:00:00.000000Z", "2026-03-02T01:30:00.000000Z", "2026-03-02T01:30:00.000001Z"]
        assert texts == sorted(texts)
        assert TypeAdapter(UtcTime).dump_json(moments[1]) == b'"2026-03-02T01:30:00.000000Z"'


class TestAmounts:
    @pytest.mark.parametrize(
        ("given", "kept"), [("80", "80.00"), ("12.5", "12.50"), (Decimal("0.01"), "0.01"), (7, "7.00")]
    )
    def test_money_has_two_decimals_and_is_stored_as_text(self, given: object, kept: str) -> None:
        amount = taken(Money, given)
        assert str(amount) == kept
        assert TypeAdapter(Money).dump_json(amount) == f'"{kept}"'.encode()

    @pytest.mark.parametrize("bad", [1.5, "-1", "1.234", "12 yuan", "", "NaN", "Infinity", "12345678901.00", "1E+400"])
    def test_what_is_no_exact_amount_is_refused(self, bad: object) -> None:
        refused(Money, bad)

    def test_binary_fraction_is_told_what_to_be(self) -> None:
        assert "as text" in refused(Money, 12.5)

    @pytest.mark.parametrize("bad", [-1, 2**31, "5", True, 1.0])
    def test_count_is_a_whole_number_of_things(self, bad: object) -> None:
        assert taken(Count, 0) == 0
        assert taken(Count, 2**31 - 1) == 2147483647
        refused(Count, bad)


class TestWords:
    def test_coded_word_is_its_code_with_labels_in_chinese_and_english(self) -> None:
        assert str(Kind.COMPLAINT) == "complaint"
        assert (Kind.COMPLAINT.zh, Kind.COMPLAINT.en) == ("投诉", "complaint")
        assert Role("duty_staff") is Role.DUTY_STAFF
        assert Role.DUTY_STAFF.en == "duty staff"
        assert Satisfaction.BASICALLY_SATISFIED.zh == "基本满意"

    @pytest.mark.parametrize("kind", [Role, Way, LateReason, Satisfaction, Kind])
    def test_every_word_has_both_labels(self, kind: Anything) -> None:
        for word in kind:
            assert not word.zh.isascii()
            assert word.en.isascii()
