"""Another system's local times, read into UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict

from ...domain.center_events import ZoneName

_SAMPLE: Final = datetime(2011, 12, 31, 23, 59, 58, tzinfo=UTC)
_ISO: Final = "%Y-%m-%d %H:%M:%S"
_ISO_LENGTH: Final = 19
ISO8601: Final = "iso8601"
"""A format's name: date and time as ISO 8601 writes them, with or without fractions and offset."""
_DATE_LENGTH: Final = 10


class LocalTime(str):
    """A cell that holds a real time, as Excel's do; as text it is written out, for messages."""

    __slots__ = ("local",)
    local: datetime

    @classmethod
    def of(cls, local: datetime) -> LocalTime:
        """Keep a time without a zone; the mapping says which one it is."""
        cell = cls(local.isoformat(sep=" "))
        cell.local = local
        return cell


def _time_format(text: str) -> str:
    """Refuse a format that cannot be read, or that loses the day."""
    if text == ISO8601:
        return text
    try:
        read = datetime.strptime(_SAMPLE.strftime(text), text)  # noqa: DTZ007 - only whether the day comes back
    except ValueError:
        raise ValueError(f"{text!r} is not a time format of Python's strptime, such as '%Y-%m-%d %H:%M:%S'") from None
    if read.date() != _SAMPLE.date():
        raise ValueError(f"{text!r} does not give year, month and day; '%Y-%m-%d' would")
    return text


TimeFormat = Annotated[str, AfterValidator(_time_format)]


class TimeForm(BaseModel):
    """`[time]`: how times are written (strptime, or `iso8601`), in which zone, and which cells mean nothing is known.

    The hour that the end of summer time repeats is read the first time round. A time that the beginning of summer time
    skips did not exist and is refused. `blank` holds for every column, once the spaces around a cell are gone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: TimeFormat = _ISO
    zone: ZoneName
    blank: tuple[str, ...] = ("",)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def read(self, text: str, own_format: str | None = None) -> datetime:
        """Read a cell as a moment, in UTC.

        Args:
            text: the cell, without the spaces around it.
            own_format: the column's own format, where it has one.

        Raises:
            ValueError: not of the format, or a local time that did not exist.

        """
        local = _parsed(text, own_format or self.format)
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        there = local.replace(tzinfo=self._zone)
        offset = there.utcoffset()
        if offset is not None and offset == there.replace(fold=1).utcoffset():  # no clock was changed at this hour
            return local.replace(tzinfo=UTC) - offset
        moment = there.astimezone(UTC)
        if moment.astimezone(self._zone).replace(tzinfo=None, fold=0) != local:
            raise ValueError(f"did not exist in {self.zone}: the clocks were put forward over it")
        return moment


def _parsed(text: str, time_format: str) -> datetime:
    if isinstance(text, LocalTime):
        return text.local
    if time_format == ISO8601:
        try:
            if len(text) > _DATE_LENGTH:
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError("is not a time of the form 2011-07-01T09:30:00 or 2011-07-01T09:30:00.000+02:00")
    if time_format == _ISO and len(text) == _ISO_LENGTH and text[4] == text[7] == "-" and text[10] == " ":
        # The usual form, ten times faster than strptime; whatever is not exactly so goes the long way.
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    try:
        return datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone is the mapping's, set by the caller
    except ValueError:
        raise ValueError(f"is not a time of the form {time_format}") from None
