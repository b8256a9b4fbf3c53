"""Anything that can be asked of a store, in any order, beside a model of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent, Tracking
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from caseledger.adapters.store import SqlFactory
from caseledger.adapters.store.tracking import SqlProcessRecorder
from tests.proofs.model import Model

STREAMS = st.sampled_from("abcd")
NAMES = st.sampled_from(("opinion.accepted.v1", "opinion.ended.v1", "order.requested.v1"))
STATES = st.binary(max_size=12)
PARTS = st.lists(st.tuples(STREAMS, NAMES, STATES), min_size=1, max_size=6)
FOLLOWERS = st.sampled_from(("first", "second"))
VERSIONS = st.none() | st.integers(-1, 9)
PLACES = st.integers(0, 30)


class ChangedMindError(Exception):
    """Raised in the middle of a transaction by who began it."""


class StoreMachine(RuleBasedStateMachine):
    """One life of a store. All lives share a database, each with streams and followers of its own names."""

    url: ClassVar[str]
    lives: ClassVar[count[int]]
    store: ClassVar[SqlFactory | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.life = next(self.lives)
        self.recorder: SqlProcessRecorder = self._open()
        self.model = Model(self.recorder.max_notification_id() or 0)

    @classmethod
    def _open(cls) -> SqlProcessRecorder:
        if cls.store is None:
            cls.store = SqlFactory({"CASELEDGER_URL": cls.url})
        return cls.store.process_recorder()

    @rule()
    def reopen(self) -> None:
        self.close()
        self.recorder = self._open()

    @classmethod
    def close(cls) -> None:
        if cls.store is not None:
            cls.store.close()
            cls.store = None

    # Writing

    @rule(parts=PARTS)
    def append(self, parts: list[tuple[str, str, bytes]]) -> None:
        events = self._next(parts)
        self.model.append(events, self.recorder.insert_events(events))

    @rule()
    def append_nothing(self) -> None:
        assert list(self.recorder.insert_events([])) == []

    @rule(parts=PARTS, place=PLACES)
    def append_with_a_version_that_is_taken(self, parts: list[tuple[str, str, bytes]], place: int) -> None:
        events = self._next(parts)
        # Taken before, or by an earlier event of the same append.
        taken = [*self.model.log, *events]
        again = taken[place % len(taken)]
        events.append(StoredEvent(again.originator_id, again.originator_version, "opinion.ended.v1", b""))
        with pytest.raises(IntegrityError):
            self.recorder.insert_events(events)

    @rule(parts=PARTS, more=PARTS)
    def append_twice_in_a_transaction(self, parts: list[Any], more: list[Any]) -> None:
        with self.recorder.transaction() as connection:
            for each in (parts, more):
                events = self._next(each)
                self.model.append(events, self.recorder.insert_within(connection, events))

    @rule(parts=PARTS, follower=st.none() | FOLLOWERS)
    def append_in_a_transaction_that_is_given_up(self, parts: list[Any], follower: str | None) -> None:
        def change_mind() -> None:
            with self.recorder.transaction() as connection:
                self.recorder.insert_within(connection, self._next(parts))
                if follower is not None:
                    self.recorder.track_within(connection, Tracking(self._own(follower), 2**40))
                raise ChangedMindError

        with pytest.raises(ChangedMindError):
            change_mind()

    @rule(follower=FOLLOWERS, position=PLACES)
    def track(self, follower: str, position: int) -> None:
        tracking = Tracking(self._own(follower), position)
        if self.model.may_track(tracking.application_name, position):
            self.recorder.insert_tracking(tracking)
            self.model.tracked[tracking.application_name] = position
        else:
            with pytest.raises(IntegrityError):
                self.recorder.insert_tracking(tracking)

    @rule(parts=PARTS, follower=FOLLOWERS, position=PLACES)
    def append_and_track(self, parts: list[tuple[str, str, bytes]], follower: str, position: int) -> None:
        events, tracking = self._next(parts), Tracking(self._own(follower), position)
        if self.model.may_track(tracking.application_name, position):
            self.model.append(events, self.recorder.insert_events(events, tracking=tracking))
            self.model.tracked[tracking.application_name] = position
        else:
            with pytest.raises(IntegrityError):
                self.recorder.insert_events(events, tracking=tracking)

    # Reading

    @rule(stream=STREAMS, gt=VERSIONS, lte=VERSIONS, desc=st.booleans(), limit=st.none() | st.integers(0, 9))
    def read_a_stream(self, stream: str, gt: int | None, lte: int | None, *, desc: bool, limit: int | None) -> None:
        found = self.recorder.select_events(self._own(stream), gt=gt, lte=lte, desc=desc, limit=limit)
        assert list(found) == self.model.stream(self._own(stream), gt=gt, lte=lte, desc=desc, limit=limit)

    @rule(streams=st.lists(STREAMS, max_size=6))
    def read_several_streams(self, streams: list[str]) -> None:
        own = [self._own(stream) for stream in streams]
        assert self.recorder.select_streams(own) == {stream: self.model.stream(stream) for stream in own}
        assert self.recorder.stream_versions(own) == {stream: self.model.version(stream) for stream in own}

    @rule(
        start=PLACES,
        limit=st.integers(0, 20),
        stop=st.none() | PLACES,
        topics=st.lists(NAMES, max_size=3),
        inclusive=st.booleans(),
    )
    def read_in_order(self, start: int, limit: int, stop: int | None, topics: list[str], *, inclusive: bool) -> None:
        begin, end = self._place(start), None if stop is None else self._place(stop)
        if inclusive and begin == self.model.base:
            begin += 1  # what lies at the base is of another life
        found = self.recorder.select_notifications(begin, limit, end, topics, inclusive_of_start=inclusive)
        assert _plain(found) == _plain(self.model.notifications(begin, limit, end, topics, inclusive=inclusive))

    @rule(limit=st.integers(0, 9))
    def read_in_order_from_the_beginning(self, limit: int) -> None:
        assert self.recorder.select_notifications(None, limit) == self.recorder.select_notifications(1, limit)

    @rule(after=PLACES, page=st.integers(1, 5))
    def read_on_in_pages(self, after: int, page: int) -> None:
        place = self._place(after)
        expected = self.model.notifications(place, 10**6, None, (), inclusive=False)
        assert _plain(list(self.recorder.iterate(place, page))) == _plain(expected)

    @rule()
    def read_the_last_position(self) -> None:
        # Numbers may have been given out and taken back since, but nothing lies there.
        assert (self.recorder.max_notification_id() or 0) == self.model.last

    @rule(follower=FOLLOWERS)
    def read_how_far_a_follower_is(self, follower: str) -> None:
        name = self._own(follower)
        position = self.model.tracked.get(name)
        assert self.recorder.max_tracking_id(name) == position
        assert self.recorder.has_tracking_id(name, (position or 0) + 1) is False

    @precondition(lambda self: self.model.log)
    @rule(topics=st.lists(NAMES, max_size=2))
    def follow(self, topics: list[str]) -> None:
        expected = self.model.notifications(self.model.base, 10**6, None, topics, inclusive=False)
        with self.recorder.subscribe(gt=self.model.base, topics=topics) as subscription:
            assert _plain([next(subscription) for _ in expected]) == _plain(expected)

    def teardown(self) -> None:
        """Nothing but the model's events came after its beginning."""
        assert _plain(list(self.recorder.iterate(self.model.base))) == _plain(self.model.log)

    def _own(self, name: str) -> str:
        return f"{name}:{self.life}"

    def _next(self, parts: list[tuple[str, str, bytes]]) -> list[StoredEvent]:
        return self.model.next_of([(self._own(stream), name, state) for stream, name, state in parts])

    def _place(self, number: int) -> int:
        """A position of the model, or one shortly before or behind it."""
        places = [self.model.base, *(event.id for event in self.model.log), self.model.last + 1]
        return places[number % len(places)]


def _plain(events: Sequence[Notification]) -> list[tuple[object, ...]]:
    return [(each.originator_id, each.originator_version, each.topic, each.state, each.id) for each in events]
