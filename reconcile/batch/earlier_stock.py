"""What earlier days left in the stocks of a day: from the newest evidence in the folder on which each stock moved.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

import contextlib
import logging
import zlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from reconcile.batch.folder import evidence_files
from reconcile.core.exact import positive_int
from reconcile.engine.chain.earlier import EarlierStock, LastOperation, last_operations
from reconcile.evidence.log import records_of
from reconcile.evidence.records import Evidence, Header, read_header
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)
DAYS_BACK = 31
"""Evidence older than this is not read."""


def earlier_stock(folder: Path, evidence: Evidence, settings: Settings) -> EarlierStock:
    """The last operations of the day's stocks on earlier days. A file that can't be read is logged and left out."""
    header = evidence.header
    given = [each for some in evidence.operations.values() for each in some if isinstance(each, dict)]
    left = {stock for each in given if (stock := positive_int(each.get("stock_id"))) is not None}
    known = {key for each in given if (key := positive_int(each.get("id"))) is not None}
    found: dict[int, LastOperation | None] = {}
    days: list[date] = []
    files = {day: path for day, path in evidence_files(folder, header).items() if _is_earlier(day, header)}
    for day, path in sorted(files.items(), reverse=True):
        if not left:
            break
        try:
            operations = _operations(path, header)
        except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
            log.warning("%s can't be read (%s): no stock goes on from that day", path, type(error).__name__)
            continue
        if operations is not None:
            found |= last_operations(operations, left, known, day, settings.zone)
            left -= found.keys()
            days.append(day)
    return EarlierStock(found, tuple(days))


def _is_earlier(day: date, header: Header) -> bool:
    return header.date - timedelta(days=DAYS_BACK) <= day < header.date


def _operations(path: Path, header: Header) -> dict[int, list[Any]] | None:
    """The raw stock operations of a file, by receipt; None where it is another tenant's."""
    with contextlib.closing(records_of(path)) as records:
        if not read_header(next(records, None)).same_tenant(header):
            return None
        return {
            record["receipt_id"]: record["operations"]
            for record in records
            if record["record"] == "operations"
        }
