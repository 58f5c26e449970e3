"""What earlier days left in the stocks of a day: from the newest evidence on which each stock moved.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from reconcile.batch.folder import base_name, earlier_evidence, stamp_of
from reconcile.core.exact import positive_int
from reconcile.engine.chain.earlier import EarlierStock, LastOperation, last_operations
from reconcile.evidence.day import Evidence, Header, ReadEvidence
from reconcile.evidence.finished import lines_of
from reconcile.evidence.records import add_line, read_header, read_record
from reconcile.evidence.typed import GivenOperations
from reconcile.ledger.database import in_ledger
from reconcile.ledger.taken_in import stocks_in, take_in_stocks
from reconcile.settings.model import Settings

log = logging.getLogger(__name__)
DAYS_BACK = 31
"""Evidence older than this is not read."""


@dataclasses.dataclass(frozen=True)
class DayEnd:
    """What the evidence of a day says of its stocks."""

    header: Header
    last: Mapping[int, LastOperation | None]
    """As `last_operations`."""
    stocks: frozenset[int]
    """Those that its operations name, also operations that can't be read otherwise."""
    ids: frozenset[int]
    """Of its operations."""


class EarlierDays:
    """Reads the ends of earlier days, for a day whose operations are known."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone

    def stocks_of(self, path: Path) -> Collection[int] | None:  # noqa: ARG002  the classes derived from it know some
        """The stocks that the operations in a file name, where that is known without reading it."""
        return None

    def end_of(self, path: Path, header: Header, not_these: Collection[int]) -> DayEnd | None:
        """How the day in a file ended, without the operations of these ids; None where it is not an earlier day of the
        venue in `header`. Raises OSError, EOFError, zlib.error, ValueError, KeyError or TypeError where it can't be
        read, `NoHeader` where not even whose it is.
        """
        evidence = self._read(path, header)
        if evidence is None:
            return None
        operations = evidence.given().operations
        last = last_operations(operations, not_these, evidence.header.date, self._zone)
        return DayEnd(evidence.header, last, *_ids(operations))

    def _read(self, path: Path, header: Header) -> Evidence | None:
        with contextlib.closing(lines_of(path)) as lines:
            try:
                evidence = ReadEvidence.begun(read_header(read_record(next(lines, b""))))
            except _UNREADABLE as error:
                raise NoHeader(type(error).__name__) from None
            if not _goes_before(evidence.header, header):
                return None
            for line in lines:
                add_line(evidence, line)
        return evidence


class NoHeader(ValueError):
    """A file does not say of which day and venue it is."""


_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError)


class _OfLedger(EarlierDays):
    """The ledger keeps which stocks each file names: one without any of the day's is not read again."""

    def __init__(self, zone: ZoneInfo | None, connection: sqlite3.Connection) -> None:
        super().__init__(zone)
        self._connection = connection

    def stocks_of(self, path: Path) -> Collection[int] | None:
        return stocks_in(self._connection, path.name, stamp_of(path))

    def end_of(self, path: Path, header: Header, not_these: Collection[int]) -> DayEnd | None:
        stamp = stamp_of(path)
        end = super().end_of(path, header, not_these)
        if end is not None:
            take_in_stocks(self._connection, path.name, stamp, end.stocks)
        return end


class Remembered(EarlierDays):
    """Keeps the ends of the days that it read, so that no file is read twice for days that follow each other."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        super().__init__(zone)
        self._ends: dict[Path, DayEnd] = {}
        self._newest: tuple[Path, Evidence] | None = None

    def keep(self, path: Path, evidence: Evidence) -> None:
        """Take the evidence that was read from a file, in place of the one taken before."""
        self._newest = path, evidence

    def stocks_of(self, path: Path) -> Collection[int] | None:
        return self._ends[path].stocks if path in self._ends else None

    def end_of(self, path: Path, header: Header, not_these: Collection[int]) -> DayEnd | None:
        end = self._ends.get(path)
        if end is not None and not _goes_before(end.header, header):
            return None
        if end is None or not end.ids.isdisjoint(not_these):
            end = super().end_of(path, header, not_these)
        if end is not None and end.ids.isdisjoint(not_these):
            self._ends[path] = end
        return end

    def _read(self, path: Path, header: Header) -> Evidence | None:
        if self._newest and self._newest[0] == path and _goes_before(self._newest[1].header, header):
            return self._newest[1]
        return super()._read(path, header)


def earlier_stock(folders: Sequence[Path], evidence: Evidence, settings: Settings) -> EarlierStock:
    """The last operations of the day's stocks on earlier days of its venue, from the evidence in the folders.

    A file that can't be read is logged, and nothing older is read: what it would tell is missing. The first folder is
    that of the output; the caller holds its lock.
    """
    paths = earlier_evidence(folders, evidence.header, DAYS_BACK)

    def found(connection: sqlite3.Connection) -> EarlierStock:
        return stock_before(paths, evidence, _OfLedger(settings.zone, connection))

    return in_ledger(folders[0], found) if paths else EarlierStock()


def stock_before(paths: Iterable[Path], evidence: Evidence, days: EarlierDays) -> EarlierStock:
    """As `earlier_stock`, from these files, the newest first."""
    header = evidence.header
    stocks, known = _ids(evidence.given().operations)
    left = set(stocks)
    found: dict[int, LastOperation | None] = {}
    for path in paths:
        if not left:
            break
        there = days.stocks_of(path)
        if there is not None and left.isdisjoint(there):
            continue
        try:
            end = days.end_of(path, header, known)
        except _UNREADABLE as error:
            if isinstance(error, NoHeader) and not _is_named_after(path, header):
                continue  # of another venue, as its name says
            why = str(error) if isinstance(error, NoHeader) else type(error).__name__
            log.warning("%s can't be read (%s): stocks go on from later days alone", path, why)
            break
        if end is not None:
            found |= {stock: end.last[stock] for stock in left & end.last.keys()}
            left -= found.keys()
    return EarlierStock(found)


def _is_named_after(path: Path, header: Header) -> bool:
    """Whether a file has the name of evidence of that venue."""
    prefix, suffix = base_name(header).split(header.date.isoformat())
    name = path.name.removesuffix(".evidence.jsonl.gz")
    return name.startswith(prefix) and name.removeprefix(prefix)[10:] == suffix


def _ids(operations: Mapping[int, GivenOperations]) -> tuple[frozenset[int], frozenset[int]]:
    """The ids of the stocks, and of the operations themselves, as far as they can be read."""
    all_of_them = [each for given in operations.values() for each in given.operations]
    stocks = (positive_int(each.stock_id) for each in all_of_them)
    ids = (positive_int(each.id) for each in all_of_them)
    return frozenset(filter(None, stocks)), frozenset(filter(None, ids))


def _goes_before(theirs: Header, header: Header) -> bool:
    """Whether evidence is of an earlier day of the same venue."""
    same_venue = (theirs.venue_id, theirs.demo) == (header.venue_id, header.demo)
    return theirs.date < header.date and same_venue and theirs.same_tenant(header)
