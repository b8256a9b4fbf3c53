"""Following the ledger as it grows."""

from collections.abc import Sequence
from typing import ClassVar

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription

from .bell import Bell


class SqlSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Woken at once by commits of this process, and by a look at the table every so often by those of others."""

    seconds_between_looks: ClassVar[float] = 0.05

    def __init__(
        self, recorder: ApplicationRecorder, bell: Bell, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder=recorder, gt=gt, topics=topics)
        self._bell = bell
        self._bell.listen(self._has_been_notified)
        # What was committed between the library's first look and this line rang for nobody.
        self._has_been_notified.set()

    def stop(self) -> None:
        """End the iteration and let the thread that reads ahead finish."""
        super().stop()
        self._bell.unlisten(self._has_been_notified)

    def _loop_on_pull(self) -> None:
        try:
            self._pull()
            while not self._has_been_stopped:
                self._has_been_notified.wait(self.seconds_between_looks)
                self._pull()
        except BaseException as error:  # noqa: BLE001  # as in the library: the reader's thread is told, not this one
            self._thread_error = self._thread_error or error
            self.stop()
