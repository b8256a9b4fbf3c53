"""Whether two ledgers hold the same events: both read to their end, side by side."""

from __future__ import annotations

from hashlib import sha256
from itertools import zip_longest
from typing import TYPE_CHECKING

from .errors import CopyDiffersError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eventsourcing.persistence import ApplicationRecorder, Notification


class Running:
    """A digest that grows with every event, which anybody can compute again from the table.

    For each event, in the order of positions, SHA-256 takes in position, stream, version, name and the length of the
    state in bytes, each as text and ended by a line feed, and then the bytes of the state.
    """

    def __init__(self) -> None:
        self.events = 0
        self.last_position = 0
        self._sha = sha256()

    def add(self, event: Notification) -> None:
        """Take in one event."""
        head = (event.id, event.originator_id, event.originator_version, event.topic, len(event.state))
        self._sha.update("".join(f"{part}\n" for part in head).encode() + event.state)
        self.events += 1
        self.last_position = event.id

    @property
    def digest(self) -> str:
        """The digest of all events so far."""
        return f"sha256:{self._sha.hexdigest()}"


def compare(
    source: ApplicationRecorder, target: ApplicationRecorder, page: int, progress: Callable[[str, int, int], None]
) -> Running:
    """Read both to their end, and give the digest that both have.

    Raises:
        CopyDiffersError: they differ; the message names the first position, and no content.
    """
    ours, theirs = Running(), Running()
    end = target.max_notification_id() or 0
    for number, (one, other) in enumerate(zip_longest(_all(source, page), _all(target, page)), start=1):
        if one is None or other is None or not _same(one, other):
            raise CopyDiffersError(_difference(one, other))
        ours.add(one)
        theirs.add(other)
        if number % page == 0:
            progress("verify", one.id, end)
    if ours.digest != theirs.digest:
        raise CopyDiffersError("the digests of source and target differ, though no event does")
    return ours


def _all(recorder: ApplicationRecorder, page: int) -> Iterator[Notification]:
    after = 0
    while events := recorder.select_notifications(after, page, inclusive_of_start=False):
        yield from events
        after = events[-1].id


def _same(one: Notification, other: Notification) -> bool:
    return (one.id, str(one.originator_id), one.originator_version, one.topic, one.state) == (
        other.id,
        str(other.originator_id),
        other.originator_version,
        other.topic,
        other.state,
    )


def _difference(one: Notification | None, other: Notification | None) -> str:
    if one is None and other is not None:
        where = f"the target has an event at position {other.id} that the source has not"
    elif one is not None and (other is None or one.id < other.id):
        where = (
            f"the target lacks the event at position {one.id} ({one.originator_id} version {one.originator_version})"
        )
    elif one is not None and other is not None and one.id > other.id:
        where = f"the target has an event at position {other.id} that the source has not"
    else:
        where = f"the event at position {one.id if one else 0} is not the same on both sides"
    return (
        f"{where}. The target stays closed. Right would be to make sure that nothing writes to either, to remove the "
        "target, and to copy again"
    )
