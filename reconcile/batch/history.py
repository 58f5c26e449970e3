"""The day's ledger, from the workbooks in the output folder: which of them are read, and in what order."""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from reconcile.analysis.day_items import day_items
from reconcile.batch.folder import base_name, report_days, workbooks
from reconcile.core.input_files import read_report
from reconcile.engine.result import Result
from reconcile.evidence.records import Header
from reconcile.ledger.item import Item
from reconcile.ledger.items import item_id
from reconcile.ledger.ledger import Ledger, Workbook, carry
from reconcile.model.judged import SEVERITIES
from reconcile.report.earlier import Unreadable, read
from reconcile.report.excel.package import is_untouched
from reconcile.rulebook.amounts import class_of
from reconcile.rulebook.rule import Rule

log = logging.getLogger(__name__)

_LOOK_BACK = timedelta(days=31)
"""How long an answer to a warning that repeats stays valid if no day finds it."""


def remember(result: Result, folder: Path) -> Ledger:
    """The ledger of a day, with the answers in the workbooks before and after it.

    It reads the newest workbook of an earlier day, and every workbook that was edited: of this day and later ones, of
    the month before, and of the days since the oldest item that is still open. The newest answer counts.
    """
    header = result.header
    today = header.date
    repeating = frozenset(name for name, rule in result.rules.items() if rule.repeats)
    index = _WorkbookIndex(workbooks(folder, header))
    reviewed = list(index.edited(today, date.max))
    previous = index.newest_before(today)
    index.report_missing(_without_workbook(folder, header, previous))
    if previous is not None:
        carried = [_of_today(item, result.rules) for item in previous.carried]
        previous = dataclasses.replace(previous, carried=carried)
        oldest = min([item.first_day for item in previous.carried] + [today - _LOOK_BACK])
        reviewed += [previous, *index.edited(oldest, today - timedelta(days=1))]
    reports = _Reports(folder, header, repeating)
    ledger = carry(
        day_items(result),
        today,
        reviewed=reviewed,
        previous=previous,
        still_found=reports.finds,
        repeating=repeating,
    )
    return dataclasses.replace(ledger, unreadable=(*index.unreadable, *reports.unreadable))


def _of_today(item: Item, rules: Mapping[str, Rule]) -> Item:
    """An item with what workbooks of the first layout don't say: what its value is, and whether it is of quantities."""
    rule = rules.get(item.rule)
    if item.counts_as or rule is None:
        return item
    numbers = [each for each in (item.expected, item.actual) if isinstance(each, int)]
    is_quantity = rule.compares == "quantity" and bool(numbers)
    difference = numbers[1] - numbers[0] if is_quantity and len(numbers) == 2 else item.difference
    counts_as = class_of(rule, item.value)
    return item._replace(counts_as=counts_as, is_quantity=is_quantity, difference=difference)


def _without_workbook(folder: Path, header: Header, previous: Workbook | None) -> list[str]:
    """Workbooks that were renamed or removed: their days have a JSON report newer than the newest workbook."""
    last = date.min if previous is None else previous.day
    days = sorted(day for day in report_days(folder, header) if last < day < header.date)
    return [f"{base_name(dataclasses.replace(header, date=day))}.xlsx" for day in days]


class _WorkbookIndex:
    """The workbooks of a folder by day, the newest of each day last. Each is read once."""

    def __init__(self, paths: Mapping[date, list[Path]]) -> None:
        self._newest_first = [
            (path, day) for day in sorted(paths, reverse=True) for path in reversed(paths[day])
        ]
        self._read: dict[Path, Workbook | None] = {}
        self.unreadable: list[str] = []

    def newest_before(self, today: date) -> Workbook | None:
        """The last workbook of the latest earlier day."""
        books = (self._of(path, day) for path, day in self._newest_first if day < today)
        return next(filter(None, books), None)

    def edited(self, first: date, last: date) -> Iterator[Workbook]:
        """The workbooks of these days that a person has edited, the newest first."""
        for path, day in self._newest_first:
            if first <= day <= last and not is_untouched(path) and (book := self._of(path, day)):
                yield book

    def report_missing(self, names: Iterable[str]) -> None:
        """Log workbooks that should be in the folder and are not, and count them as unreadable."""
        for name in names:
            if name not in self.unreadable:
                log.warning(
                    "%s is missing, but its report is there: open items are lost; put it back, or run its day again",
                    name,
                )
                self.unreadable.append(name)

    def _of(self, path: Path, day: date) -> Workbook | None:
        if path not in self._read:
            try:
                self._read[path] = read(path, day)
            except Unreadable as error:
                log.warning(
                    "%s: its answers are not carried over; repair it, or remove it and run its day again",
                    error,
                )
                self._read[path] = None
                self.unreadable.append(path.name)
        return self._read[path]


class _Judged(NamedTuple):
    """The ids of the items in a day's last report, and the rules and receipts that it did not judge."""

    found: frozenset[str]
    rules: frozenset[str]
    receipts: frozenset[int]


class _Reports:
    """The JSON reports of a folder, each read once."""

    def __init__(self, folder: Path, header: Header, repeating: Collection[str]) -> None:
        self._folder, self._header, self._repeating = folder, header, repeating
        self.unreadable: list[str] = []
        self._of = functools.cache(self._read)

    def finds(self, item: Item) -> bool | None:
        """Whether the newest report of a day that had the item still finds it; None where that is not known."""
        answers = [self._finds(item, day) for day in (item.first_day, item.last_day)]
        return True if True in answers else None if None in answers else False

    def _finds(self, item: Item, day: date) -> bool | None:
        judged = self._of(day)
        if judged is not None and item.id in judged.found:
            return True
        if judged is None or item.rule in judged.rules or item.receipt_id in judged.receipts:
            return None
        if item.repeats and judged.receipts:  # any of them may have been part of it
            return None
        return False

    def _read(self, day: date) -> _Judged | None:
        path = self._folder / f"{base_name(dataclasses.replace(self._header, date=day))}.json"
        try:
            report = read_report(path)
            if report["complete"] is not True:
                return None
            found = frozenset(key for each in report["findings"] for key in self._item_ids(each))
            not_judged = report["not_judged"]
            return _Judged(found, frozenset(not_judged["rules"]), frozenset(not_judged["receipts"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            log.warning("%s can't be read (%s): what it found is not known; run its day again", path, why)
            self.unreadable.append(path.name)
            return None

    def _item_ids(self, finding: Mapping[str, object]) -> Iterator[str]:
        """The ids of the items that a finding may belong to; for a rule that repeats, at each severity."""
        rule = str(finding["rule"])
        yield str(finding["id"])
        if rule in self._repeating:
            for severity in SEVERITIES:
                yield item_id(rule, severity, finding["product_id"], finding["stock_id"])
