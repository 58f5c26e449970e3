"""Receipts that earlier evidence shows as open: one opened long ago may close today, and no list by creation has it."""

from __future__ import annotations

import contextlib
import logging
import zlib
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from reconcile.batch.folder import evidence_files
from reconcile.core.exact import positive_int
from reconcile.evidence.day import Header
from reconcile.evidence.finished import records_of
from reconcile.evidence.records import read_header
from reconcile.evidence.structs import Raw
from reconcile.frames import business_day, is_open

log = logging.getLogger(__name__)
_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError)


def open_before(folder: Path, header: Header, zone: ZoneInfo | None) -> frozenset[int]:
    """Ids of receipts created before the days that this run lists, which may be of its day.

    The newest evidence that mentions them, of this day or an earlier one, shows them as open, or of this day or a
    later one. Files that can't be read are logged and left out.
    """
    found: set[int] = set()
    for path in _to_read(folder, header):
        try:
            maybe, final = _mentioned(path, header, zone)
        except _UNREADABLE as error:
            _warn(path, error)
        else:
            found = (found - final) | maybe
    return frozenset(found)


def _to_read(folder: Path, header: Header) -> list[Path]:
    """The evidence of this tenant up to this day, the oldest first.

    The evidence of a run that asked for all open receipts has them too, so what is older than that run is left out.
    """
    paths: list[Path] = []
    known_at = 0.0
    for day, path in sorted(evidence_files(folder, header).items(), reverse=True):
        try:
            changed = path.stat().st_mtime
            if day > header.date or changed < known_at:
                continue
            with contextlib.closing(records_of(path)) as records:
                theirs = read_header(next(records, None))
        except _UNREADABLE as error:
            _warn(path, error)
            continue
        if theirs.same_tenant(header):
            paths.append(path)
            if theirs.asks_for_open and day < header.date:
                known_at = known_at or changed
    return paths[::-1]


def _warn(path: Path, error: Exception) -> None:
    log.warning("%s can't be read (%s): what it shows as open is not asked for", path, type(error).__name__)


def _mentioned(path: Path, header: Header, zone: ZoneInfo | None) -> tuple[set[int], set[int]]:
    """Ids that the file mentions: receipts that may be of the day of `header` or a later one, and those that are not.

    A receipt that was asked for and not had may be, too.
    """
    listed_from = (header.date - timedelta(days=header.window_days)).isoformat()
    maybe, final, failed = set[int](), set[int](), set[int]()
    for record in records_of(path):
        key = positive_int(record.get("receipt_id"))
        if record["record"] == "receipt" and isinstance(receipt := record["receipt"], dict):
            key = positive_int(receipt.get("id"))
            created_earlier = str(receipt.get("created_at") or "") < listed_from
            if key is not None:
                may_be = created_earlier and (is_open(receipt) or _is_due_yet(receipt, header, zone))
                (maybe if may_be else final).add(key)
                (final if may_be else maybe).discard(key)
        elif record["record"] == "opened_earlier":
            final |= set(record["gone"])
            maybe -= final
        elif key is not None and record["record"] == "failure":
            failed.add(key)
    return maybe | (failed - final), final


def _is_due_yet(receipt: Raw, header: Header, zone: ZoneInfo | None) -> bool:
    """Whether the receipt is of this day or a later one, whose run goes by the evidence of this one."""
    latest = max(str(receipt.get(name) or "")[:10] for name in ("shift_date", "closed_at"))
    if (
        latest < (header.date - timedelta(days=1)).isoformat()
    ):  # in any time zone: the exact question takes long
        return False
    day = business_day(receipt, zone)
    return day is not None and day >= header.date
