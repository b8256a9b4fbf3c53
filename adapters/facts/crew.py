"""Threads that work through the stretches of a ledger, for all facts that a rebuild or a check is about."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .reach import Reach, Stretch

T = TypeVar("T")


class Crew:
    """Works on several stretches at once.

    Args:
        pool: the threads; none where the database has workers of its own.
        size: how many.

    """

    def __init__(self, pool: ThreadPoolExecutor | None, size: int) -> None:
        self._pool: Final = pool
        self._size: Final = size

    def side_by_side(self, work: Callable[[Stretch], T], stretches: Iterable[Stretch]) -> Iterator[tuple[Stretch, T]]:
        """Work on stretches; results in their order, few waiting. What a stretch raises ends the whole crew's work."""
        if self._pool is None:
            yield from ((stretch, work(stretch)) for stretch in stretches)
            return
        waiting: deque[tuple[Stretch, Future[T]]] = deque()
        for stretch in stretches:
            waiting.append((stretch, self._pool.submit(work, stretch)))
            if len(waiting) > self._size:
                first, done = waiting.popleft()
                yield first, done.result()
        yield from ((stretch, done.result()) for stretch, done in waiting)


@contextmanager
def crew_of(reach: Reach) -> Iterator[Crew]:
    """Give a crew; its threads and their connections are gone at the end.

    Threads and connections stay together, and stay for all facts: what one thread gives back of its memory is not at
    hand for another, so that connections passed from thread to thread, or threads made anew, grew with the ledger.
    """
    if reach.workers == 1:
        yield Crew(None, 1)
        return
    with reach.kept_by_thread() as keep, ThreadPoolExecutor(reach.workers, "facts", initializer=keep) as pool:
        try:
            yield Crew(pool, reach.workers)
        finally:
            pool.shutdown(cancel_futures=True)
