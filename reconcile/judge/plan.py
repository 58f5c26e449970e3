"""Which days there are to judge: the evidence files that were given, each day once, in batches."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import math
import zlib
from collections.abc import Generator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from reconcile.batch.earlier_stock import DAYS_BACK
from reconcile.batch.folder import evidence_before
from reconcile.core.errors import DamagedEvidence, OtherVenue
from reconcile.core.input_files import limited_lines
from reconcile.core.text import printable
from reconcile.evidence.day import Header
from reconcile.evidence.finished import missing_from, whole_records
from reconcile.evidence.records import open_evidence, read_header, read_record
from reconcile.evidence.venue import OneVenue
from reconcile.judge.job import FAILED, Batch, DayFile, Judged, Said
from reconcile.judge.places import (
    absolute,
    evidence_names,
    file_in,
    files_at,
    folder_and_name,
    is_address,
    named,
    opened,
)

MOST_DAYS = 20
"""In one batch: what is paid once a batch, imports above all, hardly counts then, and little is lost with one."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """The days to judge, and what can't be judged."""

    days: tuple[DayFile, ...]
    failed: tuple[Judged, ...]
    notes: tuple[str, ...]
    """Days that were given twice, and which of their evidence is judged."""

    def batches(self, workers: int) -> Iterator[Batch]:
        """Batches of days that follow each other, for so many workers."""
        size = max(1, min(MOST_DAYS, math.ceil(len(self.days) / max(1, workers))))
        names: dict[str, list[str]] = {}
        for start in range(0, len(self.days), size):
            some = self.days[start : start + size]
            yield Batch(some, tuple(_beside(some, names)))


def _beside(days: Sequence[DayFile], names: dict[str, list[str]]) -> Iterator[str]:
    """The evidence from which the stocks of these days may go on. `names`: by folder, those of its evidence."""
    for (folder, _, _), group in itertools.groupby(days, _series):
        some = list(group)
        if folder not in names:
            try:
                names[folder] = evidence_names(folder)
            except OSError:
                names[folder] = []
        last = some[-1].header
        back = DAYS_BACK + (last.date - some[0].header.date) // timedelta(days=1)
        yield from (file_in(folder, name) for name in evidence_before(names[folder], last, back))


def _series(day: DayFile) -> tuple[str, bool, int]:
    return folder_and_name(day.place)[0], day.header.demo, day.header.venue_id or 0


def plan(given: Sequence[str]) -> Plan:
    """The days that the arguments name. What can't be read is named, and the rest is judged."""
    failed: list[Judged] = []
    by_name: dict[str, list[DayFile]] = {}
    for place in dict.fromkeys(_all_files(given, failed)):
        try:
            day = DayFile(place, _header(place))
        except DamagedEvidence as error:
            failed.append(_failure(place, str(error)))
        else:
            by_name.setdefault(day.name, []).append(day)
    days, notes = list[DayFile](), list[str]()
    for some in by_name.values():
        if not some[1:]:
            days += some
            continue
        held = _all_held(some, failed)
        try:
            days += _chosen(held, notes)
        except DamagedEvidence as error:
            failed.append(_failure(some[0].place, str(error)))
    days.sort(key=lambda day: (*_series(day), day.header.date))
    return Plan(tuple(days), tuple(failed), tuple(notes))


def _failure(place: str, text: str, status: int = 2) -> Judged:
    return Judged("", place, FAILED, None, status, (Said(logging.ERROR, text),))


def _all_files(given: Sequence[str], failed: list[Judged]) -> Iterator[str]:
    for each in given:
        try:
            yield from map(absolute, files_at(each))
        except OSError as error:
            why = error.strerror or type(error).__name__
            text = f"{named(each)} can't be read ({why}); give evidence files, folders with some, or patterns"
            failed.append(_failure(each, text))


def _lines(place: str) -> Generator[bytes, None, None]:
    if is_address(place):
        with opened(place) as stream:
            yield from limited_lines(stream, Path(named(place)))
    else:
        with open_evidence(Path(place)) as lines:
            yield from lines


_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, MemoryError)


def _header(place: str) -> Header:
    """Raises `DamagedEvidence` where the file does not begin as evidence does."""
    lines = _lines(place)
    try:
        return read_header(read_record(next(lines, b"")))
    except _UNREADABLE as error:
        raise _damaged(place, error) from None
    finally:
        lines.close()


def _damaged(place: str, error: Exception) -> DamagedEvidence:
    why = (error.strerror if isinstance(error, OSError) else "") or printable(str(error))[:200]
    return DamagedEvidence(
        f"{named(place)} is not readable evidence ({why or type(error).__name__}); "
        "give a file ending in .evidence.jsonl.gz that this program wrote"
    )


# ------------------------------------------------------------ one day, several files


class _Held(NamedTuple):
    """How complete the evidence of a day is."""

    missing: int
    """How much of it is known to be missing."""
    answered: int
    """How many receipts it has the operations of."""
    venue: int | None
    """That its receipts name."""
    content: frozenset[int]
    """Hashes of its lines."""


def _held(place: str) -> _Held:
    """Raises `DamagedEvidence`."""
    try:
        lines = list(_lines(place))
        answered, one_venue = set(), OneVenue(None)
        for _, record in whole_records(lines):
            if record["record"] == "operations":
                answered.add(record["receipt_id"])
            elif record["record"] == "receipt":
                one_venue.check(record["receipt"])
        missing = len(missing_from(lines))
    except OtherVenue as error:
        raise DamagedEvidence(f"{named(place)}: {error}") from None
    except _UNREADABLE as error:
        raise _damaged(place, error) from None
    return _Held(missing, len(answered), one_venue.number, frozenset(map(hash, lines)))


def _all_held(days: Sequence[DayFile], failed: list[Judged]) -> list[tuple[DayFile, _Held]]:
    """How complete each file is that can be read, in the order in which their runs started."""
    found = []
    for day in sorted(days, key=lambda day: (day.header.started_at, day.place)):
        try:
            found.append((day, _held(day.place)))
        except DamagedEvidence as error:
            failed.append(_failure(day.place, str(error)))
    return found


def _chosen(held: Sequence[tuple[DayFile, _Held]], notes: list[str]) -> list[DayFile]:
    """Of evidence of one day the one to judge: the earliest, if no later one is more complete. A note says which.

    Raises `DamagedEvidence` where they are not of one venue and brand, so that none may stand for the others.
    """
    if not held[1:]:
        return [day for day, _ in held]
    first = held[0][0]
    names = " and ".join(named(day.place) for day, _ in held)
    venues = {each.venue for _, each in held} - {None}
    if len(venues) > 1 or not all(day.header.same_tenant(first.header) for day, _ in held):
        raise DamagedEvidence(
            f"{names} are of other venues or brands, but would both be written as {first.name}: neither is judged; "
            "judge them into folders of their own"
        )
    chosen, most = held[0]
    for later, theirs in held[1:]:
        if (-theirs.missing, theirs.answered) > (-most.missing, most.answered):
            chosen, most = later, theirs
    what = "the same evidence" if len({each.content for _, each in held}) == 1 else "evidence"
    why = "it is later and more complete" if chosen is not first else "no later one is more complete"
    notes.append(f"{names} are {what} of {first.name}: {named(chosen.place)} is judged, as {why}")
    return [chosen]
