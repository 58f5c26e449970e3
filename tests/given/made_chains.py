"""A chain of venues, made fast: the books of a few judged days stand at every day and venue."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

from reconcile.books.folder import day_folder
from reconcile.books.names import OF_FRAMES
from reconcile.books.write import write_books
from reconcile.engine.result import Result
from reconcile.model.classes import Failure
from tests.given.answered_days import FIRST, judged_day

_DATE = re.compile(rb"(?<=reconcile\.date\x18\x0a)\d{4}-\d\d-\d\d")
_VENUE = re.compile(rb"(?<=reconcile\.venue\x18)(.)(\d+)", re.DOTALL)
_MOST_LINKS = 20_000
"""To one file: file systems allow 65,000 or less."""


class Stamp:
    """The books of one judged day, to be placed at other days and venues."""

    def __init__(self, result: Result, folder: Path) -> None:
        self._result, self._folder = result, folder
        self._written: dict[int, Path] = {}
        self._placed = 0

    def place(self, out: Path, day: date, venue: int, tables: Iterable[str] = OF_FRAMES) -> Path:
        """Its books as those of a day and venue; the folder. Its tables but `control` are links to the same files."""
        digits = len(str(venue))
        self._placed += 1
        if self._placed % _MOST_LINKS == 0:
            self._written.clear()
        written = self._written.get(digits) or self._write(digits)
        folder = day_folder(out, day, venue or None)
        folder.mkdir(parents=True)
        control = (written / "control.parquet").read_bytes()
        control, dates = _DATE.subn(str(day).encode(), control)
        control, venues = _VENUE.subn(lambda found: found[1] + str(venue).encode(), control)
        assert (dates, venues) == (1, 1)
        (folder / "control.parquet").write_bytes(control)
        for name in tables:
            os.link(written / f"{name}.parquet", folder / f"{name}.parquet")
        return folder

    def _write(self, digits: int) -> Path:
        """The books of a venue whose number has so many digits: the text in the file keeps its length."""
        header = dataclasses.replace(self._result.header, source="clopos", venue_id=int("9" * digits))
        out = self._folder / f"{digits}-{self._placed}"
        self._written[digits] = write_books(dataclasses.replace(self._result, header=header), out)
        return self._written[digits]


class Stamps:
    """Days by letter: R agrees; D is under by 8000; O over by 8000; B both; I incomplete, and over by 8000."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _of(self) -> Mapping[str, Stamp]:
        over = judged_day(FIRST, "twice")
        incomplete = dataclasses.replace(over, failures=(Failure(7, "404 not_found"),))
        results = {
            "R": judged_day(FIRST),
            "D": judged_day(FIRST, "missing"),
            "O": over,
            "B": judged_day(FIRST, "missing", "twice"),
            "I": incomplete,
        }
        return {letter: Stamp(result, self._folder / letter) for letter, result in results.items()}

    def make(self, out: Path, venues: Mapping[int, str], first: date = FIRST) -> Path:
        """Books of each venue (0: none was asked for) from a first day on: a letter a day, a dot for a day without."""
        for venue, days in venues.items():
            for number, letter in enumerate(days):
                if letter != ".":
                    self._of[letter].place(out, first + timedelta(number), venue)
        return out
