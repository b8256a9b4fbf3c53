"""A list that its limit cut says so; one that is whole does not."""

from collections.abc import Callable

import pytest

from tests.adapters.cli.conftest import COMPLAINT, Run, Said

Do = Callable[..., Said]

TOLD = "共 3 条，列出 2 条 2 of 3 shown; --limit N shows more"


@pytest.fixture
def three(case: str, do: Do) -> str:
    """Two complaints more, so that there are three cases, each with one event."""
    for number in (2, 3):
        more = {"command_id": f"cmd:{number}", "case": f"opinion:{number}"}
        assert do("accept_opinion", {**COMPLAINT, **more}).exit_code == 0
    return case


def listed(said: Said) -> int:
    assert said.exit_code == 0
    return len(said.json)


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("asked", [["find"], ["find", "--status", "accepted", "--customer", "customer:77"]])
def test_cases_beyond_the_limit_are_told_of(caseledger: Run, asked: list[str]) -> None:
    cut, whole = (caseledger(*asked, "--limit", n, "--format", "json") for n in ("2", "3"))
    assert (listed(cut), cut.err) == (2, f"caseledger: {TOLD}\n")
    assert (listed(whole), whole.err) == (3, "")
    assert TOLD in caseledger(*asked, "--limit", "2").err
    assert caseledger(*asked).err == ""


@pytest.mark.usefixtures("three")
def test_entries_of_the_trail_beyond_the_limit_are_told_of(caseledger: Run) -> None:
    every = caseledger("trail", "--format", "json").json
    since = ["--since", every[-1]["recorded_at"]]
    cut = caseledger("trail", "--limit", "2", "--format", "json")
    assert (listed(cut), f"2 of {len(every)} shown" in cut.err) == (2, True)
    of_the_last = len(caseledger("trail", *since, "--format", "json").json)
    assert f"1 of {of_the_last} shown" in caseledger("trail", *since, "--limit", "1").err
    assert caseledger("trail", "opinion:1", "--limit", "1").err == ""
    assert caseledger("trail", "--limit", str(len(every))).err == ""


@pytest.mark.usefixtures("three")
def test_steps_beyond_the_limit_are_told_of(caseledger: Run) -> None:
    every = len(caseledger("due", "--format", "json").json)
    assert every > 2
    for form in ("table", "json"):
        said = caseledger("due", "--limit", "2", "--format", form)
        assert (said.exit_code, f"2 of {every} shown" in said.err) == (0, True)
    assert caseledger("due", "--limit", str(every)).err == ""
