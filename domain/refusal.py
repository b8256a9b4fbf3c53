"""Refusals: what was asked, why it cannot be, by which rule, and what would be right."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Refused(Exception):  # noqa: N818 - a refusal is an answer of the domain, not a malfunction
    """The domain says no; nothing was recorded.

    `rule` is a rulebook id (`OP-10`) or a design topic (`ids`, `time`); `what` says what was refused and holds no
    personal data; `right` says what would be accepted; `where` names the field, where there is one.
    """

    def __init__(self, what: str, *, rule: str, right: str, where: str | None = None) -> None:
        self.what = what
        self.rule = rule
        self.right = right
        self.where = where
        place = f"{where}: " if where else ""
        super().__init__(f"{place}{what} (rule {rule}). Right would be: {right}.")

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with all that it says, so that a refusal crosses processes whole."""
        return _restore, (type(self), str(self)), self.__dict__


def _restore(kind: type[Refused], message: str) -> Refused:
    refusal = kind.__new__(kind)
    Exception.__init__(refusal, message)
    return refusal


class InvalidCommand(Refused):
    """The command's fields are not of their form: wrong type, unknown code, missing or unknown field."""

    def __init__(self, command: str, problems: Iterable[tuple[str, str]]) -> None:
        """Join the problems, each a field and what is wrong with it."""
        self.problems = tuple(problems)
        listed = "; ".join(f"{field or command}: {what}" for field, what in self.problems)
        super().__init__(f"{command} has {listed}", rule="form", right=f"see `caseledger do {command} --schema`")


class UnknownCommand(Refused):
    """There is no command of that name."""


class UnknownCode(Refused):
    """A word that is not on the policy's list (OP-4)."""


class UnknownCase(Refused):
    """No case, center or survey of that id is in the ledger."""


class AlreadyExists(Refused):
    """The id is taken."""


class WrongState(Refused):
    """The case is not at the step that the command needs."""


class WrongTime(Refused):
    """The time given cannot be: in the future, before the step it follows, or late without a reason."""


class NotAuthorised(Refused):
    """The actor's role may not do this under the policy."""


class MissingDetail(Refused):
    """The rule asks for something that the command leaves out."""


class NoPolicy(Refused):
    """The center has adopted no policy that was in force at the time."""


class CommandReused(Refused):
    """The command id was used before, with other content."""
