"""A mapping that is wrong is refused before a row is read, and the message names the place."""

from pathlib import Path

import pytest

from caseledger.adapters import policies
from caseledger.adapters.importing import InvalidMapping, load_mapping, parse_mapping, shipped_mappings
from caseledger.adapters.importing.loading import check_header, check_policy
from caseledger.domain.policy import Policy
from tests.adapters.importing.conftest import HEADER, MAPPING


def test_every_shipped_mapping_loads_and_fits_its_policy() -> None:
    assert "boston311" in shipped_mappings()
    for name in shipped_mappings():
        mapping = load_mapping(name)
        check_policy(mapping, policies.load(mapping.policy.name))


@pytest.mark.parametrize(
    ("right", "wrong", "place", "says"),
    [
        ('kind = { value = "complaint" }', 'kind = { value = "grumble" }', "accept.kind.value", "'grumble' should be"),
        ('Web = "web"', 'Web = "internet"', "accept.channel.map.'Web'", "'internet' should be"),
        ('default = "other"', 'default = "Other!"', "accept.category.default", "is no code: lower case letters"),
        ('kind = { value = "complaint" }', "", "accept.kind", "is needed"),
        ('content = { column = "words" }', 'mood = { column = "words" }', "accept.mood", "no such field"),
        ('content = { column = "words" }', 'case = { column = "words" }', "accept.case", "no such field"),
        ('{ column = "opened" }', '{ value = "2011-07-01" }', "accept.occurred_at", "comes from a column"),
        (
            '{ column = "words" }',
            '{ column = "words", value = "x" }',
            "accept.content",
            "one of column, value and template",
        ),
        ('{ column = "words" }', '{ template = "no column" }', "accept.content", "names columns in braces"),
        (
            '{ column = "words" }',
            '{ column = "words", code = true, map = {} }',
            "accept.content",
            "map or code, not both",
        ),
        (
            '{ column = "words" }',
            '{ column = "words", format = "%Y-%m-%d" }',
            "accept.content.format",
            "goes with a time",
        ),
        (
            '{ column = "dept", code = true }',
            '{ template = "{dept}" }',
            "accept.department.template",
            "words of people",
        ),
        ('key = "id"', 'key = "id"\nencoding = "utf-88"', "csv.encoding", "'utf-88' is not an encoding"),
        ('key = "id"', 'key = "id"\ndelimiter = ";;"', "csv.delimiter", "not one character"),
        ('key = "id"', "", "csv.key", "is needed"),
        ('source = "oldsys"', 'source = "Old System"', "source", "is not a name"),
        ('blank = ["", "N/A"]', 'format = "%H:%M"', "time.format", "year, month and day"),
        ('[time]\nzone = "America/New_York"', '[time]\nzone = "Boston"', "time.zone", "is not a time zone"),
        ('label = "Pine Court"\ntime_zone', "time_zone", "center", "give all three, or none"),
        ('closed = ["Closed"], open', "open", "end.when.closed", "is needed"),
        ("[policy]", "[polcy]", "polcy", "no such key"),
    ],
)
def test_the_message_names_the_place_and_what_is_wrong(right: str, wrong: str, place: str, says: str) -> None:
    assert right in MAPPING
    with pytest.raises(InvalidMapping) as refused:
        parse_mapping(MAPPING.replace(right, wrong, 1), name="oldsys.toml")
    assert any(where == place and says in what for where, what in refused.value.problems), refused.value.problems
    assert "oldsys.toml" in str(refused.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    text = MAPPING.replace('"phone"', '"phon"').replace('"complaint"', '"grumble"')
    with pytest.raises(InvalidMapping) as refused:
        parse_mapping(text)
    assert [place for place, _ in refused.value.problems] == ["accept.kind.value", "accept.channel.map.'Phone'"]


def test_a_mapping_that_is_no_toml_is_refused_with_the_line() -> None:
    with pytest.raises(InvalidMapping, match="line 2"):
        parse_mapping('source = "a"\nkey = = 1')


def test_a_mapping_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidMapping, match="boston311"):
        load_mapping(tmp_path / "nowhere.toml")


def test_a_mapping_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes(b'source = "caf\xe9"')
    with pytest.raises(InvalidMapping, match="UTF-8"):
        load_mapping(path)


def test_a_missing_column_is_named_with_its_place_and_a_guess() -> None:
    header = HEADER.replace("opened", "open_ed").split(",")
    with pytest.raises(InvalidMapping) as refused:
        check_header(parse_mapping(MAPPING), header)
    assert refused.value.problems == (
        ("accept.occurred_at", "the file has no column 'opened'; did you mean 'open_ed'?"),
    )


def test_a_column_that_the_file_has_twice_is_refused() -> None:
    with pytest.raises(InvalidMapping, match="'words' 2 times"):
        check_header(parse_mapping(MAPPING), [*HEADER.split(","), "words"])


def test_a_category_that_the_policy_does_not_list_is_refused() -> None:
    text = MAPPING.replace('"cleaning"', '"sweeping"')
    with pytest.raises(InvalidMapping, match="'sweeping' is no category"):
        check_policy(parse_mapping(text), policies.load("imported"))


def test_a_policy_with_clocks_is_refused_because_history_would_look_late() -> None:
    with pytest.raises(InvalidMapping, match="w08 sets clocks"):
        check_policy(parse_mapping(MAPPING), policies.load("w08"))


def test_the_imported_policy_has_the_categories_of_w08_and_no_clock() -> None:
    imported, w08 = policies.load("imported"), policies.load("w08")
    assert imported.categories == w08.categories
    assert imported.order_categories == w08.order_categories
    assert not imported.refuse_early_agreement
    assert not imported.authority
    limits = [name for name, info in Policy.model_fields.items() if "Limit" in str(info.annotation)]
    assert {"response", "plan_at_center", "callback", "arrival", "late_record"} <= set(limits)
    assert [name for name in limits if getattr(imported, name) is not None] == []
