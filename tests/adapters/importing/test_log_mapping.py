"""The mapping of a log that is wrong is refused before a row is read, and the message names the place."""

import pytest

from caseledger.adapters import policies
from caseledger.adapters.importing import InvalidMapping, parse_log_mapping
from caseledger.adapters.importing.loading import check_policy
from tests.adapters.importing.logs import MAPPING

ORDERS = """
[steps.Assign]
do = "request_order"
category = { value = "noise" }
"""


@pytest.mark.parametrize(
    ("right", "wrong", "place", "says"),
    [
        ('do = "dispatch_opinion"', 'do = "dispatch_opinon"', "steps.Take in charge.0.do", "no command"),
        ('do = "dispatch_opinion"', 'do = "adopt_policy"', "steps.Take in charge.0.do", "no command"),
        ('do = "dispatch_opinion"\n', "", "steps.Take in charge.0.do", "is needed"),
        ('do = "dispatch_opinion"', 'do = "request_order"', "", "about one kind of case"),
        ('do = "accept_opinion"', 'do = "comment_on_opinion"', "", "no step begins a case"),
        ('take = "first"', 'take = "second"', "steps.Assign.0.take", "should be"),
        ('kind = { value = "complaint" }\n', "", "steps.'Assign'.kind", "is needed"),
        ('kind = { value = "complaint" }', 'kind = { value = "grumble" }', "steps.'Assign'.kind.value", "'grumble'"),
        ("to_kind =", "whom =", "steps.'Take in charge'.whom", "no such field"),
        ("to_kind =", "case =", "steps.'Take in charge'.case", "no such field"),
        ("to_kind =", "actor =", "steps.'Take in charge'.actor", "no such field"),
        ("to_kind =", "occurred_at =", "steps.'Take in charge'.occurred_at", "[log] time"),
        ('{ column = "words" }', '{ colum = "words" }', "steps.Assign.0.content.colum", "no such key"),
        ('{ template = "desk: {words}" }', '{ template = "so" }', "steps.Judge.0.reason", "columns in braces"),
        ('ignore = ["Wait"]', 'ignore = ["Judge"]', "", "is a step and ignored"),
        ('activity = "concept:name"\n', "", "log.activity", "is needed"),
        ("[log]", "[xes]\n[csv]\n[log]", "", "one of [csv], [excel] and [xes]"),
        ('format = "iso8601"', 'format = "%H"', "time.format", "year, month and day"),
    ],
)
def test_the_message_names_the_place_and_what_is_wrong(right: str, wrong: str, place: str, says: str) -> None:
    assert right in MAPPING
    with pytest.raises(InvalidMapping) as refused:
        parse_log_mapping(MAPPING.replace(right, wrong, 1), name="desk.toml")
    assert any(where == place and says in what for where, what in refused.value.problems), refused.value.problems


def test_a_log_without_steps_is_refused() -> None:
    with pytest.raises(InvalidMapping, match="steps: is needed"):
        parse_log_mapping(MAPPING[: MAPPING.index("[steps")])


def test_a_category_is_one_of_the_policys_for_this_kind_of_case() -> None:
    mapping = parse_log_mapping(MAPPING[: MAPPING.index("[steps")] + ORDERS)
    with pytest.raises(InvalidMapping, match=r"steps.'Assign'.category.value: 'noise' is no category"):
        check_policy(mapping, policies.load("imported"))
    check_policy(
        parse_log_mapping(MAPPING[: MAPPING.index("[steps")] + ORDERS.replace("noise", "water")),
        policies.load("imported"),
    )


def test_a_policy_with_clocks_is_refused_because_history_would_look_late() -> None:
    with pytest.raises(InvalidMapping, match="w08 sets clocks"):
        check_policy(parse_log_mapping(MAPPING), policies.load("w08"))
