"""Whether a ledger still has the history that its facts elsewhere were read off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import HistoryChangedError
from .reading import digest_at

if TYPE_CHECKING:
    from .carrying import Ends
    from .place import Place


def check_history(ends: Ends, place: Place) -> None:
    """Make sure that the event at the follower's place is the one that it saw there.

    Raises:
        HistoryChangedError: there is another, or none.

    """
    if place.position is None or place.event is None:
        return
    with ends.source.reading() as source:
        found = digest_at(source, place.position)
    if found != place.event:
        raise HistoryChangedError(
            f"{ends.target.where} followed the ledger up to position {place.position}, and the ledger in "
            f"{ends.source.where} has {'another' if found else 'no'} event there: was it restored from a backup? "
            "Right would be to gather all facts anew: rebuild, or `caseledger follow --rebuild`."
        )
