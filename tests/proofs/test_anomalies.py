"""The checker of histories finds what it must find, and nothing in a history that is right."""

from __future__ import annotations

import pytest

from tests.proofs.anomalies import Append, Read, anomalies

A, B = "opinion:a", "opinion:b"
ONE = Append("s1", ((A, "1"),), began=0, ended=10)
TWO = Append("s2", ((A, "2"), (B, "2b")), began=5, ended=20)
THREE = Append("s1", ((A, "3"), (A, "3x")), began=30, ended=40)
APPENDS = [ONE, TWO, THREE]
FINAL = {A: ["1", "2", "3", "3x"], B: ["2b"]}


def read(began: int, ended: int, session: str = "s3", **lists: str) -> Read:
    """What was seen of the two lists, elements divided by blanks."""
    return Read(session, {f"opinion:{name}": tuple(seen.split()) for name, seen in lists.items()}, began, ended)


def test_a_history_that_could_have_happened_one_by_one_has_no_anomalies() -> None:
    reads = [
        read(0, 1, a="", b=""),
        read(11, 12, a="1"),
        read(11, 19, a="1 2", b="2b"),
        read(29, 35, a="1 2 3 3x"),
        read(41, 42, a="1 2 3 3x", b="2b"),
    ]
    assert anomalies(FINAL, APPENDS, reads) == []


@pytest.mark.parametrize(
    ("final", "found"),
    [
        ({A: ["1", "3", "3x"], B: ["2b"]}, "lost update"),
        ({A: ["1", "1", "2", "3", "3x"], B: ["2b"]}, "twice"),
        ({A: ["1", "2", "3", "3x"], B: ["2b", "4"]}, "dirty write"),
        ({A: ["1", "3", "2", "3x"], B: ["2b"]}, "stand between"),
        ({A: ["1", "2", "3x", "3"], B: ["2b"]}, "stand between"),
        ({A: ["1", "3", "3x", "2"], B: ["2b"]}, "real time"),
    ],
)
def test_what_is_wrong_with_the_lists_is_found(final: dict[str, list[str]], found: str) -> None:
    assert found in " ".join(anomalies(final, APPENDS, []))


def test_lists_that_disagree_on_the_order_of_two_transactions_are_found() -> None:
    left = Append("s1", ((A, "1"), (B, "1b")), began=0, ended=10)
    right = Append("s2", ((A, "2"), (B, "2b")), began=0, ended=10)
    assert "disagree" in " ".join(anomalies({A: ["1", "2"], B: ["2b", "1b"]}, [left, right], []))
    assert anomalies({A: ["1", "2"], B: ["1b", "2b"]}, [left, right], []) == []


@pytest.mark.parametrize(
    ("reads", "found"),
    [
        ([read(11, 12, a="2")], "as it never was"),
        ([read(11, 12, a="1 9")], "as it never was"),
        ([read(21, 22, a="1")], "stale"),
        ([read(21, 22, a="1 2 3 3x")], "only later"),
        ([read(35, 36, a="1 2 3")], "a part"),
        ([read(15, 16, a="1 2", b="")], "a part"),
        ([read(15, 16, a="1", b="2b")], "a part"),
        ([read(11, 12, "s3", a="1 2"), read(13, 14, "s4", a="1")], "not monotonic"),
    ],
)
def test_what_is_wrong_with_a_read_is_found(reads: list[Read], found: str) -> None:
    assert found in " ".join(anomalies(FINAL, APPENDS, reads))
