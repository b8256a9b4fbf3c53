"""Policies: shipped ones are whole, one's own inherits, and what is wrong in a file is said with its place."""

import re
from pathlib import Path

import pytest

from caseledger.adapters.policies import BadPolicy, load, shipped
from caseledger.domain.catalogue import DECIDERS
from caseledger.domain.policy import Limit
from scripts import authority

DOCS = Path(__file__).parents[2] / "docs"
OWN = """inherits = "w08"
name = "ours"
version = "1"
in_force_from = 2024-01-01
source = "ours"
label = { zh = "自定", en = "ours" }
"""


def written(folder: Path, text: str, name: str = "ours.toml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def amount(limit: Limit | None) -> tuple[int, str] | None:
    return None if limit is None else (limit.amount, limit.unit.value)


def test_the_shipped_policies() -> None:
    assert shipped() == ("group400", "handbook", "imported", "w08")


@pytest.mark.parametrize("name", ["w08", "group400", "handbook"])
def test_a_shipped_policy_lists_every_command_about_an_opinion_that_somebody_gives(name: str) -> None:
    """OP-7: a command that is not listed would be open to every role."""
    given = {command.name for command in DECIDERS["opinion"].commands if not command.only_follows}
    assert given - set(load(name).authority) == set()


def test_the_groups_numbers_are_the_manuals() -> None:
    """M4 十: 10分钟之内启动; 1小时内联系; 4小时内、1日内; 2日内; 2日内 (GP-1 to GP-4)."""
    group = load("group400")
    assert (amount(group.start), amount(group.contact)) == ((10, "minutes"), (1, "hours"))
    assert (amount(group.decision), amount(group.explanation)) == ((2, "days"), (2, "days"))
    assert group.solution is not None
    assert set(group.solution) == set(group.categories)
    assert {amount(one.general) for one in group.solution.values()} == {(4, "hours")}
    assert {amount(one.serious) for one in group.solution.values()} == {(1, "days")}
    assert (group.response, group.plan_at_center, group.plan_at_company) == (None, None, None)
    assert amount(group.callback) == (2, "days")  # W08-01 4.4.2.2: where the group is silent the company's rule goes on


def test_the_handbooks_numbers_are_the_manuals() -> None:
    """M1 三 3.6 2个工作日内反馈给业主; 4.3 在一个工作日内通报 (OP-17)."""
    handbook = load("handbook")
    assert (amount(handbook.reply), amount(handbook.notify)) == ((2, "working_days"), (1, "working_days"))
    assert (handbook.response, handbook.plan_at_center, handbook.callback, handbook.follow_ups) == (None, None, None, 0)


def test_every_category_of_w08_has_a_word_of_the_groups() -> None:
    """OP-4: the policy names its own list and a mapping between the two."""
    group = load("group400")
    assert group.category_mapping is not None
    mapped = {said: group.category_mapping.get(said, said) for said in load("w08").categories}
    assert set(mapped.values()) <= set(group.categories)
    assert (mapped["noise"], mapped["cleaning"]) == ("order_security", "cleaning")


def test_the_policy_of_the_page_goes_straight_to_the_general_manager(tmp_path: Path) -> None:
    """M2 4.2: 对影响服务质量较大管理处无法解决的问题,由总经理组织相关人员进行处理 (OP-7)."""
    page = (DOCS / "policies.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    policy = load(written(tmp_path, block))
    assert policy.approval is not None
    assert policy.approval.levels == ("manager", "general_manager")
    assert amount(policy.response) == (30, "minutes")
    assert amount(policy.plan_at_center) == (3, "working_days")
    assert "arrival_in_time" not in policy.targets
    assert policy.authority == load("w08").authority


def test_files_inherit_from_files_beside_them(tmp_path: Path) -> None:
    written(tmp_path, OWN + "follow_ups = 3\n", "base.toml")
    child = OWN.replace('"w08"', '"base.toml"') + 'without = ["response"]\n[authority]\nend_opinion = ["manager"]\n'
    policy = load(written(tmp_path, child))
    assert (policy.follow_ups, policy.response) == (3, None)
    assert policy.authority["end_opinion"] == ("manager",)
    assert policy.authority["approve_plan"] == load("w08").authority["approve_plan"]


@pytest.mark.parametrize("way", ["base.toml", "./base.toml", "here/base.toml", "link.toml"])
def test_policies_that_inherit_each_other_are_told_by_whatever_way_they_are_named(tmp_path: Path, way: str) -> None:
    (tmp_path / "here").symlink_to(tmp_path)
    (tmp_path / "link.toml").symlink_to(tmp_path / "base.toml")
    written(tmp_path, OWN.replace('"w08"', '"here/ours.toml"'), "base.toml")
    with pytest.raises(BadPolicy, match=r"inherits itself by way of here/ours\.toml .*Right would be: another policy"):
        load(written(tmp_path, OWN.replace('"w08"', f'"{way}"')))


def test_one_file_may_be_inherited_by_two_names(tmp_path: Path) -> None:
    written(tmp_path, OWN + "follow_ups = 3\n", "base.toml")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "link.toml").symlink_to(tmp_path / "base.toml")
    policy = load(written(tmp_path, OWN.replace('"w08"', '"there/link.toml"')))
    assert policy.follow_ups == 3


LIMIT = '[response]\namount = 1\nunit = "{}"\nrule = "OP-5"\nclause = "ours"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OWN + "respons = 1\n", "respons: there is no such key, but response"),
        (OWN + "xyzzy = 1\n", "xyzzy: there is no such key"),
        (OWN + LIMIT.format("weeks"), "response.unit: Input should be 'minutes', 'hours', 'days'"),
        (OWN + LIMIT.format("hours").replace("response", "late_record").replace("hours", "days"), "give it in minutes"),
        (OWN + '[authority]\nend_opinon = ["manager"]\n', "authority.end_opinon: there is no such command"),
        (OWN + '[authority]\nend_opinion = ["boss"]\n', "authority.end_opinion.0: Input should be"),
        (OWN + '[approval]\nlevels = ["manager", "manager"]\n', "names a role twice"),
        (OWN + '[approval]\nlevels = ["manager", "qa"]\n', "needed names"),
        (OWN + '[approval.needed]\ngeneral = "acceptor"\n', "needed names acceptor"),
        (OWN + '[category_mapping]\nnoise = "din"\n', "leads to din"),
        (OWN + 'without = ["nothing.here"]\n', "is without nothing.here, which it does not inherit"),
        (OWN + 'without = ["version.1"]\n', "is without version.1, and version is no table"),
        (OWN + 'without = ["label.zh.x.y"]\n', "is without label.zh.x.y, and label.zh is no table"),
        (OWN + 'without = ["authority.end_opinion.0"]\n', "and authority.end_opinion is no table"),
        (OWN + 'without = ["response.minutes"]\n', "is without response.minutes, which it does not inherit"),
        (OWN.replace('name = "ours"\n', ""), "lacks name"),
        (OWN.replace('"w08"', '"ours.toml"'), "inherits itself by way of ours.toml"),
        (OWN.replace('"w08"', '"./ours.toml"'), "inherits itself by way of ./ours.toml"),
        (OWN.replace('"w08"', '"a\\u0000b"'), "there is no policy"),
        (OWN.replace('"w08"', '"none.toml"'), "there is no policy"),
        (OWN.replace('inherits = "w08"', "inherits = 8"), "inherits or without of a wrong form"),
        (OWN.replace('inherits = "w08"', 'without = ["response"]'), "inherits nothing"),
        ("inherits", "is no TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadPolicy) as told:
        load(written(tmp_path, text))
    assert says in str(told.value)
    assert "Right would be" in str(told.value)


def test_the_page_of_authority_is_current() -> None:
    assert (DOCS / "authority.md").read_text(encoding="utf-8") == authority.page(), (
        "run: python scripts/authority.py > docs/authority.md"
    )
