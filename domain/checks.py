"""The checks that all deciders share: times, roles, words of the policy's lists, places."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from .policy import Unit
from .refusal import NotAuthorised, UnknownCode, WrongTime
from .values import utc_text

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from .command import Command
    from .policy import Limit, Policy
    from .terms import Terms


def aware(moment: datetime | None, *, where: str) -> datetime | None:
    """Refuse a time that does not say which zone it is of: the machine's own would be taken, and that may be any.

    Raises:
        WrongTime: names the parameter.

    """
    if moment is not None and moment.utcoffset() is None:
        raise WrongTime("has no time zone", rule="time", right="an aware datetime", where=where)
    return moment


def moment_of(command: Command, terms: Terms, *, since: datetime | None = None, step: str = "acceptance") -> datetime:
    """When the thing happened: the command's time, or now; checked against now, the step it follows, and WL-5.

    Raises:
        WrongTime: in the future, before `since`, or recorded later than the policy allows without a reason.

    """
    moment = command.occurred_at or terms.now
    if moment > terms.now:
        raise WrongTime(
            f"{utc_text(moment)} lies in the future",
            rule="time",
            right=f"a time not after {utc_text(terms.now)}",
            where="occurred_at",
        )
    if since is not None and moment < since:
        raise WrongTime(
            f"{utc_text(moment)} lies before the {step} at {utc_text(since)}",
            rule="time",
            right=f"a time from {utc_text(since)} on",
            where="occurred_at",
        )
    limit = terms.policy.late_record if terms.policy else None
    if limit is not None and command.late_reason is None and terms.now - moment > _span(limit):
        raise WrongTime(
            f"happened more than {limit.amount} {limit.unit} before it is recorded, and gives no reason",
            rule=limit.rule,
            right="the same command with a late_reason",
            where="late_reason",
        )
    return moment


def _span(limit: Limit) -> timedelta:
    return timedelta(minutes=limit.amount) if limit.unit is Unit.MINUTES else timedelta(hours=limit.amount)


def authorise(command: Command, policy: Policy, center: str) -> None:
    """Refuse a command whose actor's role the policy does not list for it, or whose actor is of another center.

    A center handles what its own area brings up; what it cannot solve goes up, never to another center (W08-01 三 4.1,
    4.3.1.6). To take something in is every employee's duty (4.2.1.1). Who names no center is not asked for one.

    Raises:
        NotAuthorised: names the role and those that may, or the two centers.

    """
    actor = command.actor
    allowed = () if command.only_follows else policy.authority.get(command.name)
    if allowed is not None and actor.role not in allowed:
        raise not_authorised(command, policy, allowed)
    elsewhere = actor.center is not None and actor.center != center
    if elsewhere and actor.role in (policy.own_center or ()) and not command.creates:
        raise NotAuthorised(
            f"{actor.role.en} of {actor.center} may not {command.name.replace('_', ' ')} of {center}",
            rule=f"own center, policy {policy.name}, W08-01 三 4.1",
            right=f"someone of {center}, or of the company",
            where="actor.center",
        )


def not_authorised(command: Command, policy: Policy, allowed: Collection[str], *, because: str = "") -> NotAuthorised:
    """The refusal of a command to a role, with those that may give it; `because` is what about the case makes it so."""
    right = f"one of the roles {', '.join(allowed)}" if allowed else "nobody; it is no part of this policy"
    if command.only_follows:
        right = "the command on the other case, from which it follows"
    return NotAuthorised(
        f"{command.actor.role.en} may not {command.name.replace('_', ' ')}{because}",
        rule=f"authority, policy {policy.name}",
        right=right,
        where="actor.role",
    )


def known(word: str | None, words: Collection[str], *, where: str, rule: str) -> None:
    """Refuse a word that is not on the policy's list; an absent one is unknown, which is allowed.

    Raises:
        UnknownCode: lists what is known.

    """
    if word is not None and word not in words:
        listed = ", ".join(sorted(words)) or "none, the list is empty"
        raise UnknownCode(f"{word!r} is not on the list", rule=rule, right=f"one of {listed}", where=where)


def known_place(terms: Terms, estate: str | None, area: str | None, *, rule: str) -> None:
    """Refuse a place the center does not run; where no estate is given, the area may be any of the center's.

    Raises:
        UnknownCode: lists what the center runs.

    """
    estates = {place.id: set(place.areas) for place in terms.home.estates}
    known(estate, estates, where="estate", rule=rule)
    known(area, estates[estate] if estate else set[str]().union(*estates.values()), where="area", rule=rule)


def not_early(agreed: datetime | None, moment: datetime, terms: Terms, *, where: str, rule: str) -> bool:
    """Refuse an agreed time that lies before the moment at which it was agreed; where the policy keeps such, flag it.

    Returns:
        Whether it lies before that moment.

    Raises:
        WrongTime: it does, and the policy does not take it.

    """
    early = agreed is not None and agreed < moment
    if agreed is not None and early and terms.rules.refuse_early_agreement:
        raise WrongTime(
            f"{utc_text(agreed)} lies before {utc_text(moment)}, when it was agreed",
            rule=rule,
            right="a later time",
            where=where,
        )
    return early
