"""What earlier days left in the stocks of a day: from the newest evidence in the folder on which each stock moved.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

import contextlib
import logging
import zlib
from pathlib import Path
from typing import Any

from reconcile.batch.folder import earlier_evidence, evidence_files
from reconcile.core.exact import positive_int
from reconcile.engine.chain.earlier import EarlierStock, LastOperation, last_operations
from reconcile.evidence.finished import records_of
from reconcile.evidence.records import Evidence, Header, read_header
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)
DAYS_BACK = 31
"""Evidence older than this is not read."""


def earlier_stock(folder: Path, evidence: Evidence, settings: Settings) -> EarlierStock:
    """The last operations of the day's stocks on earlier days of its venue.

    A file that can't be read is logged, and nothing older is read: what it would tell is missing.
    """
    header = evidence.header
    given = [each for some in evidence.operations.values() for each in some if isinstance(each, dict)]
    left = {stock for each in given if (stock := positive_int(each.get("stock_id"))) is not None}
    known = {key for each in given if (key := positive_int(each.get("id"))) is not None}
    named_so = set(evidence_files(folder, header).values())
    found: dict[int, LastOperation | None] = {}
    for path in earlier_evidence(folder, header, DAYS_BACK):
        if not left:
            break
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
        found |= last
        left -= last.keys()
    return EarlierStock(found)


def _goes_before(theirs: Header, header: Header) -> bool:
    """Whether evidence is of an earlier day of the same venue."""
    same_venue = (theirs.venue_id, theirs.demo) == (header.venue_id, header.demo)
    return theirs.date < header.date and same_venue and theirs.same_tenant(header)
