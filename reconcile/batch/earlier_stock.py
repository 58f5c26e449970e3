"""What earlier days left in the stocks of a day: from the newest evidence in the folder on which each stock moved.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from reconcile.batch.folder import earlier_evidence, evidence_files, stamp_of
from reconcile.core.exact import positive_int
from reconcile.engine.chain.earlier import EarlierStock, LastOperation, last_operations
from reconcile.evidence.day import Evidence, Header
from reconcile.evidence.finished import records_of
from reconcile.evidence.records import read_header
from reconcile.ledger.database import in_ledger
from reconcile.ledger.taken_in import stocks_in, take_in_stocks
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)
DAYS_BACK = 31
"""Evidence older than this is not read."""


def earlier_stock(folder: Path, evidence: Evidence, settings: Settings) -> EarlierStock:
    """The last operations of the day's stocks on earlier days of its venue.

    A file that can't be read is logged, and nothing older is read: what it would tell is missing. The ledger keeps
    which stocks each file names: one without any of the day's is not read again. The caller holds the folder's lock.
    """
    paths = earlier_evidence(folder, evidence.header, DAYS_BACK)
    return in_ledger(folder, partial(_found, paths, folder, evidence, settings)) if paths else EarlierStock()


def _found(
    paths: Sequence[Path],
    folder: Path,
    evidence: Evidence,
    settings: Settings,
    connection: sqlite3.Connection,
) -> EarlierStock:
    header = evidence.header
    given = [each for some in evidence.operations.values() for each in some if isinstance(each, dict)]
    left = _stocks(given)
    known = {key for each in given if (key := positive_int(each.get("id"))) is not None}
    named_so = set(evidence_files(folder, header).values())
    found: dict[int, LastOperation | None] = {}
    for path in paths:
        if not left:
            break
        stamp = stamp_of(path)
        there = stocks_in(connection, path.name, stamp)
        if there is not None and left.isdisjoint(there):
            continue
        theirs = None
        try:
            with contextlib.closing(records_of(path)) as records:
                theirs = read_header(next(records, None))
                if not _goes_before(theirs, header):
                    continue
                operations: dict[int, list[Any]] = {
                    each["receipt_id"]: each["operations"]
                    for each in records
                    if each["record"] == "operations"
                }
            last = last_operations(operations, left, known, theirs.date, settings.zone)
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
            if theirs is None and path not in named_so:
                continue  # of another venue, as its name says
            log.warning(
                "%s can't be read (%s): stocks go on from later days alone", path, type(error).__name__
            )
            break
        if there is None:
            take_in_stocks(connection, path.name, stamp, _stocks(itertools.chain(*operations.values())))
        found |= last
        left -= last.keys()
    return EarlierStock(found)


def _stocks(operations: Iterable[Any]) -> set[int]:
    """The stocks that operations name, also those that can't be read otherwise."""
    ids = (positive_int(each.get("stock_id")) for each in operations if isinstance(each, dict))
    return {key for key in ids if key is not None}


def _goes_before(theirs: Header, header: Header) -> bool:
    """Whether evidence is of an earlier day of the same venue."""
    same_venue = (theirs.venue_id, theirs.demo) == (header.venue_id, header.demo)
    return theirs.date < header.date and same_venue and theirs.same_tenant(header)
