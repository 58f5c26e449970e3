"""The names of books in an output folder: `books/date=2026-01-19/venue=3/lines.parquet`, as Hive partitions."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from pathlib import Path

DAY_AND_VENUE = "date=([0-9]{4}-[0-9]{2}-[0-9]{2})[/\\\\]venue=(0|[1-9][0-9]{0,18})[/\\\\][a-z]+[.]parquet$"
"""The end of the path of a file of the books, as a regular expression: its date and its venue."""


def books_folder(out: Path, *, demo: bool = False) -> Path:
    """The folder of all books in an output folder; those of demos have their own."""
    return out / ("demo-books" if demo else "books")


def day_folder(out: Path, day: date, venue: int | None, *, demo: bool = False) -> Path:
    """The folder of a day's books; venue 0 where no venue was asked for."""
    return books_folder(out, demo=demo) / f"date={day.isoformat()}" / f"venue={venue or 0}"


def held(out: Path, *, demo: bool = False) -> list[tuple[date, int | None]]:
    """The days and venues (None: none was asked for) that have a folder of books, in order, whatever it holds."""
    found = []
    for path in books_folder(out, demo=demo).glob("date=*/venue=*"):
        named = re.search(DAY_AND_VENUE, str(path / "lines.parquet"))
        if named:
            with contextlib.suppress(ValueError):  # 2026-02-31 is not a calendar date
                found.append((date.fromisoformat(named[1]), int(named[2]) or None))
    return sorted(found, key=lambda each: (each[0], each[1] or 0))
