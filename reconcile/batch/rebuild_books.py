"""Makes the books of days again, where they are missing, damaged, or of another version or evidence."""

from __future__ import annotations

import dataclasses
import logging
import zlib
from datetime import date
from pathlib import Path

from reconcile.batch.folder import base_name, evidence_files, report_days
from reconcile.books.folder import held
from reconcile.books.read import stored_days
from reconcile.books.stored import Stored
from reconcile.core.errors import DamagedEvidence, DayUnavailable
from reconcile.core.logs import about
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.demo import DEMO_DAY, demo_path
from reconcile.evidence.finished import digest_of_file
from reconcile.evidence.records import read_evidence
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)


def rebuild_books(
    out: Path, venue: int | None, first: date, last: date, settings: Settings, *, demo: bool = False
) -> dict[date, Stored]:
    """Make the books of each day from first to last whole, from its evidence in the folder. The caller holds the lock.

    Returns the state of each day that has evidence, a report or books, in order: a day that could not be made again is
    not whole, says why, and is named in the log. What is whole stays, whatever settings it was made by. Raises
    `NotWritable`.
    """
    of_venue = Header(first, "demo" if demo else "", venue)
    evidence = evidence_files(out, of_venue)
    days = report_days(out, of_venue) | {day for day, of in held(out, demo=demo) if of == venue}
    if demo and DEMO_DAY in days:
        evidence.setdefault(DEMO_DAY, demo_path(DEMO_DAY))
    days = {day for day in days | evidence.keys() if first <= day <= last}
    expected = {day: _digest(evidence.get(day)) for day in days}
    found = stored_days(out, venue, first, last, demo=demo, expected=expected)
    for day, stored in found.items():
        if not stored.is_whole:
            with about(day, venue):
                header = dataclasses.replace(of_venue, date=day)
                found[day] = _rebuilt(stored, header, evidence.get(day), out, settings)
    return found


def _digest(path: Path | None) -> str:
    """SHA-256 of evidence; empty where there is none, or it can't be read."""
    if path is None:
        return ""
    try:
        return digest_of_file(path)
    except (OSError, EOFError, zlib.error) as error:
        log.warning("%s can't be read (%s): books are not compared with it", path, type(error).__name__)
        return ""


def _rebuilt(stored: Stored, header: Header, path: Path | None, out: Path, settings: Settings) -> Stored:
    name = f"the books of {base_name(header)}"
    if path is None:
        why = f"{stored.problem}, and {base_name(header)}.evidence.jsonl.gz is not there to make them from"
        log.warning("%s are not whole: %s; put it back, or run the day again", name, why)
        return dataclasses.replace(stored, problem=why)
    from reconcile.batch.write import judge
    from reconcile.books.write import write_books

    try:
        result = judge(_read(path, header), settings, [out])
    except (DamagedEvidence, DayUnavailable) as error:
        log.warning("%s are not whole: %s. They were not made again: %s", name, stored.problem, error)
        return dataclasses.replace(stored, problem=f"{stored.problem}; {error}")
    write_books(result, out)
    log.info("%s were made again from %s: %s", name, path.name, stored.problem)
    return stored_days(out, header.venue_id, header.date, header.date, demo=header.demo)[header.date]


def _read(path: Path, header: Header) -> Evidence:
    """The evidence of a day. Raises `DamagedEvidence`, also where the file is of another day or venue than its name."""
    evidence = read_evidence(path)
    theirs = evidence.header
    if (theirs.date, theirs.venue_id, theirs.demo) != (header.date, header.venue_id, header.demo):
        raise DamagedEvidence(f"{path} is evidence of {base_name(theirs)}; give it the name of its own day")
    return evidence
