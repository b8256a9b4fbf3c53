"""The Boston file from its archive, and a file of any size in its form, for the memory that an import takes."""

from __future__ import annotations

import csv
import random
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

EVENTS_A_ROW: Final = 1.94
"""Nearly every case of the file was closed: an acceptance and an ending."""

_COLUMNS: Final = (
    "case_enquiry_id", "open_dt", "target_dt", "closed_dt", "case_status", "closure_reason", "case_title", "reason",
    "department", "location", "source",
)  # fmt: skip
_REASONS: Final = ("Sanitation", "Street Lights", "Graffiti", "Trees", "Highway Maintenance", "Housing")


def extracted(file: Path, folder: Path) -> Path:
    """The CSV itself, taken out of its archive where it is in one."""
    if file.suffix != ".zip":
        return file
    with zipfile.ZipFile(file) as archive:
        (name,) = archive.namelist()
        return Path(archive.extract(name, folder))


def write(path: Path, *, events: int, seed: int = 5) -> Path:
    """Write a CSV that becomes about so many events when it is imported."""
    draw = random.Random(seed)
    opened = datetime(2011, 7, 1, 1, 0)  # noqa: DTZ001 - the file gives local times without a zone
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number in range(round(events / EVENTS_A_ROW)):
            opened = _clear_of_the_change(opened + timedelta(seconds=draw.randrange(60, 500)))
            is_closed = draw.random() < 0.94
            closed = _clear_of_the_change(opened + timedelta(minutes=draw.randrange(60, 90_000)))
            writer.writerow(
                [
                    101_000_000_000 + number,
                    opened,
                    opened + timedelta(days=draw.randrange(1, 30)),
                    closed if is_closed else "",
                    "Closed" if is_closed else "Open",
                    "Case Closed Case Resolved at the place" if is_closed else "",
                    "Requests for something to be mended",
                    draw.choice(_REASONS),
                    "PWDx",
                    f"{draw.randrange(1, 900)} Some Street  Roxbury  MA  02119",
                    draw.choice(("Constituent Call", "Self Service", "Citizens Connect App")),
                ]
            )
    return path


def _clear_of_the_change(local: datetime) -> datetime:
    """Leave out the hours in which clocks are put back or on: an import refuses local times that are two or none."""
    return local + timedelta(hours=2) if local.hour in {1, 2} else local
