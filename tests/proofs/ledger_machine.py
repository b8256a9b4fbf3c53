"""Commands, retries, batches, refusals and transactions of one's own, in any order, beside what should come of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import Engine

from caseledger.adapters import testing as kit
from caseledger.adapters.history import Outcome
from caseledger.adapters.ledger import Ledger
from caseledger.domain.command import Command
from caseledger.domain.refusal import CommandReused, Refused, UnknownCase
from tests.proofs.store_machine import ChangedMindError
from tests.proofs.work import of_no_center

PICKS = st.integers(0, 99)
KINDS = st.sampled_from(("opinion", "order"))

_SOMETHING_ELSE: dict[str, Callable[..., Command]] = {
    "opinion": partial(kit.comment, comment="另一条批示"),
    "order": kit.receive,
}
"""By the kind of case, what this machine never asks: other words than `kit.comment` has by itself, another command."""


class LedgerMachine(RuleBasedStateMachine):
    """One life of a center. All lives share a ledger, each with a center and cases of its own.

    The model: which commands led to events in which case, in their order, and how many numbers were issued.
    """

    url: ClassVar[str]
    service: ClassVar[Engine]
    """Of a service that has transactions of its own on the same database."""
    lives: ClassVar[count[int]]
    opened: ClassVar[Ledger | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.life = next(self.lives)
        self.center = f"center:m{self.life}"
        self.cases: dict[str, list[str]] = {}
        self.numbers: dict[str, str] = {}
        self.issued = {"opinion": 0, "order": 0}
        self.told: list[tuple[Command, Outcome]] = []
        self.commands = 0
        self.ledger.do_batch(
            [
                [
                    kit.register(center=self.center, command_id=f"cmd:{self.life}-register"),
                    kit.adopt(center=self.center, command_id=f"cmd:{self.life}-adopt"),
                ]
            ]
        )

    @property
    def ledger(self) -> Ledger:
        """Opened when it is first needed, and again after it was closed."""
        if self.opened is None:
            type(self).opened = Ledger(self.url)
        assert self.opened is not None
        return self.opened

    @classmethod
    def close(cls) -> None:
        """Close the ledger; the next that needs it opens it."""
        if cls.opened is not None:
            cls.opened.close()
            cls.opened = None

    @rule()
    def reopen(self) -> None:
        self.close()

    # Commands in

    @rule(kind=KINDS)
    def begin_a_case(self, kind: str) -> None:
        command = self._new(kind)
        self._happened(command, self.ledger.do(command))

    @precondition(lambda self: self.cases)
    @rule(pick=PICKS)
    def go_on_with_a_case(self, pick: int) -> None:
        command = self._next(pick)
        self._happened(command, self.ledger.do(command))

    @precondition(lambda self: self.told)
    @rule(pick=PICKS, alone=st.booleans())
    def ask_again(self, pick: int, *, alone: bool) -> None:
        command, first = self.told[pick % len(self.told)]
        (result,) = [(self.ledger.do(command),)] if alone else self.ledger.do_batch([[command]])
        assert not isinstance(result, Refused)
        assert result[0].repeated
        assert (result[0].case, result[0].number, _places(result[0])) == (first.case, first.number, _places(first))

    @precondition(lambda self: self.told)
    @rule(pick=PICKS)
    def ask_something_else_under_an_old_id(self, pick: int) -> None:
        command, first = self.told[pick % len(self.told)]
        kind = first.case.partition(":")[0]
        with pytest.raises(CommandReused):
            self.ledger.do(_SOMETHING_ELSE[kind](case=first.case, command_id=command.command_id))

    @rule()
    def go_on_with_a_case_that_there_is_not(self) -> None:
        with pytest.raises(Refused):
            self.ledger.do(kit.follow_up(case=f"opinion:m{self.life}-none", command_id=self._id()))

    @rule(parts=st.lists(st.tuples(KINDS, st.booleans()), min_size=1, max_size=4), dry_run=st.booleans())
    def ask_for_groups(self, parts: list[tuple[str, bool]], *, dry_run: bool) -> None:
        before = dict(self.issued)
        groups = []
        for kind, refused in parts:
            new = self._new(kind)
            # There is no plan to approve, and nobody sent to receive an order: the whole group leaves no trace.
            wrong = (kit.approve if kind == "opinion" else kit.receive)(case=new.case, command_id=self._id())  # type: ignore[attr-defined]  # both name a case
            groups.append([new, of_no_center(wrong)] if refused else [new])
        results = self.ledger.do_batch(groups, dry_run=dry_run)
        for (_, refused), group, result in zip(parts, groups, results, strict=True):
            assert isinstance(result, Refused) == refused
            if not isinstance(result, Refused):
                self._happened(group[0], result[0])
        if dry_run:
            for group in groups:
                self.cases.pop(group[0].case, None)  # type: ignore[attr-defined]  # as above
                self.numbers.pop(group[0].case, None)  # type: ignore[attr-defined]  # as above
            self.told = [(command, outcome) for command, outcome in self.told if outcome.case in self.cases]
            self.issued = before

    @rule(kind=KINDS, pick=PICKS, keep=st.booleans())
    def ask_in_a_transaction_of_ones_own(self, kind: str, pick: int, *, keep: bool) -> None:
        commands = [self._new(kind), *([self._next(pick)] if self.cases else [])]
        if keep:
            with self.service.begin() as connection:
                inside = self.ledger.within(connection)
                outcomes = [inside.do(command) for command in commands]
            for command, outcome in zip(commands, outcomes, strict=True):
                self._happened(command, outcome)
        else:
            with pytest.raises(ChangedMindError):
                self._give_up(commands)

    def _give_up(self, commands: list[Command]) -> None:
        with self.service.begin() as connection:
            inside = self.ledger.within(connection)
            for command in commands:
                inside.do(command)
            raise ChangedMindError

    # Events out

    @precondition(lambda self: self.cases)
    @rule(pick=PICKS, version=st.integers(1, 6))
    def replay(self, pick: int, version: int) -> None:
        case, commands = self._case(pick)
        if version > len(commands):
            with pytest.raises(UnknownCase, match=f"1 to {len(commands)}"):
                self.ledger.replay(self.numbers[case], version=version)
            return
        shown = self.ledger.replay(self.numbers[case], version=version)
        assert (shown.case, shown.number) == (case, self.numbers[case])
        assert [record.command_id for record in shown.events] == commands[:version]

    @rule(kind=KINDS)
    def replay_a_case_that_there_is_not(self, kind: str) -> None:
        with pytest.raises(UnknownCase):
            self.ledger.replay(f"{kind}:m{self.life}-none")

    @precondition(lambda self: self.cases)
    @rule(pick=PICKS)
    def find(self, pick: int) -> None:
        case, _ = self._case(pick)
        assert [found.case for found in self.ledger.find(number=self.numbers[case])] == [case]

    @rule()
    def find_all_of_the_center(self) -> None:
        assert {found.case for found in self.ledger.find(center=self.center)} == self.cases.keys()

    @rule()
    def read_all(self) -> None:
        found = self.ledger.histories([*self.cases, f"opinion:m{self.life}-none"])
        told = {case: [record.command_id for record in records] for case, records in found.items()}
        assert told == {**self.cases, f"opinion:m{self.life}-none": []}

    def teardown(self) -> None:
        """Nothing else came of it."""
        self.read_all()

    def _id(self) -> str:
        self.commands += 1
        return f"cmd:m{self.life}-{self.commands}"

    def _new(self, kind: str) -> Command:
        name = self._id()
        case = f"{kind}:{name.removeprefix('cmd:')}"
        return (kit.accept if kind == "opinion" else kit.request)(case=case, center=self.center, command_id=name)

    def _next(self, pick: int) -> Command:
        case, _ = self._case(pick)
        if case.startswith("opinion:"):
            return of_no_center((kit.follow_up if pick % 2 else kit.comment)(case=case, command_id=self._id()))
        return of_no_center(kit.agree_price(case=case, command_id=self._id()))

    def _case(self, pick: int) -> tuple[str, list[str]]:
        return list(self.cases.items())[pick % len(self.cases)]

    def _happened(self, command: Command, outcome: Outcome) -> None:
        """Take in what came of a command, which was not asked before."""
        assert not outcome.repeated
        if outcome.case not in self.cases:
            kind = outcome.case.partition(":")[0]
            self.issued[kind] += 1
            assert (outcome.number or "").endswith(f"-{self.issued[kind]:04d}")
            self.numbers[outcome.case] = outcome.number or ""
        commands = self.cases.setdefault(outcome.case, [])
        assert [event.version for event in outcome.events] == [len(commands) + 1]
        commands.append(command.command_id or "")
        self.told.append((command, outcome))


def _places(outcome: Outcome) -> list[tuple[str, int]]:
    return [(event.stream, event.version) for event in outcome.events]
