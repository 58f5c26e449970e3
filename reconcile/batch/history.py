"""The day's ledger, from what earlier workbooks and reports say: which of them count, and in what order."""

from __future__ import annotations

import dataclasses
import functools
import logging
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from reconcile.analysis.day_items import day_items
from reconcile.batch.folder import base_name, report_days, stamp_of
from reconcile.batch.intake import take_in_workbooks
from reconcile.core.input_files import read_report
from reconcile.engine.result import Result
from reconcile.evidence.day import Header
from reconcile.ledger import item_records, taken_in
from reconcile.ledger.item import Item, Response
from reconcile.ledger.items import item_id
from reconcile.ledger.ledger import Ledger, Workbook, carry
from reconcile.ledger.series import Series
from reconcile.ledger.taken_in import EDITED, UNREADABLE, Judged, TakenIn
from reconcile.model.classes import SEVERITIES
from reconcile.report.earlier import Unreadable, read
from reconcile.rulebook.amounts import class_of
from reconcile.rulebook.rule import Rule

log = logging.getLogger(__name__)

_LOOK_BACK = timedelta(days=31)
"""How long an answer to a warning that repeats stays valid if no day finds it."""


def remember(result: Result, folder: Path, connection: sqlite3.Connection) -> Ledger:
    """The ledger of a day, with the answers in the workbooks before and after it, which are taken into `connection`
    first (`reconcile.ledger.database`).

    Answers count from edited workbooks of this day and later ones, of the month before, and of the days since the
    oldest item that is still open, and from the newest workbook of an earlier day. The newest answer counts.
    """
    return _ledger(day_items(result), result.header, result.rules, folder, connection)


def ledger_alone(result: Result) -> Ledger:
    """The ledger of a day as of the first one in a folder: nothing is brought forward."""
    repeating = frozenset(name for name, rule in result.rules.items() if rule.repeats)
    return carry(day_items(result), result.header.date, repeating=repeating)


def keep_answers(
    header: Header, folder: Path, rules: Mapping[str, Rule], connection: sqlite3.Connection
) -> None:
    """Take in what people wrote in the workbooks of a series since its last run, and record what it makes of the open
    items. Any day of the series may be in the header.
    """
    series = Series.of(header)
    known = taken_in.workbooks(connection, series)
    files = take_in_workbooks(connection, folder, header)
    newest_day = item_records.newest_day(connection, series)
    edited = [file for file in files if file.state == EDITED and file != known.get(file.name)]
    if not files or (newest_day and not edited):
        return
    newest = max(newest_day or date.min, files[-1].day)
    nothing = pd.DataFrame({"id": [], "severity": []})
    next_day = dataclasses.replace(header, date=newest + timedelta(days=1))
    ledger = _ledger(nothing, next_day, rules, folder, connection)
    item_records.record(connection, series, ledger.open_items, newest)


def _ledger(
    items: pd.DataFrame,
    header: Header,
    rules: Mapping[str, Rule],
    folder: Path,
    connection: sqlite3.Connection,
) -> Ledger:
    """The ledger of a day with these items."""
    today, series = header.date, Series.of(header)
    repeating = frozenset(name for name, rule in rules.items() if rule.repeats)
    files = take_in_workbooks(connection, folder, header)
    previous, passed_over = _newest_before(folder, files, today)
    missing = _without_workbook(folder, header, previous)
    carried: list[Item] = []
    if previous is not None:
        carried = [_of_today(item, rules) for item in previous.carried]
        previous = dataclasses.replace(previous, carried=carried)
    known = {item.id for item in carried}
    open_before = item_records.open_before(connection, series, today)
    late = [
        item for item in open_before if item.id not in known
    ]  # their day was run again since, or a file is gone
    oldest = min([item.first_day for item in [*carried, *late]] + [today - _LOOK_BACK])
    reports = _Reports(folder, header, connection, repeating)
    ids = [*items["id"].tolist(), *known, *(item.id for item in late)]
    ledger = carry(
        items,
        today,
        responses=_responses(connection, series, ids, (oldest, today), previous),
        previous=previous,
        late=late,
        still_found=reports.finds,
        repeating=repeating,
        causes=taken_in.cause_answers(connection, series, today),
    )
    spoilt = [file for file in files if file.state == UNREADABLE and file.day >= oldest]
    unreadable = _named([*reversed(spoilt), *passed_over])
    _tell_missing(missing)
    cells = taken_in.unreadable_cells(connection, series, oldest)
    if previous is not None:
        cells += [f"{previous.name}, {cell}" for cell in previous.unreadable]
    return dataclasses.replace(
        ledger,
        unreadable=tuple(dict.fromkeys([*unreadable, *missing, *reports.unreadable])),
        unreadable_cells=tuple(dict.fromkeys(cells)),
    )


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


def _newest_before(
    folder: Path, files: Sequence[TakenIn], today: date
) -> tuple[Workbook | None, list[TakenIn]]:
    """The newest workbook of an earlier day that can be read, and those that can't and are newer."""
    passed_over: list[TakenIn] = []
    for file in reversed(files):
        if file.day < today:
            try:
                if file.state != UNREADABLE:
                    return read(folder / file.name, file.day), passed_over
            except Unreadable as error:
                file = file._replace(why=str(error))  # noqa: PLW2901  it was replaced since it was taken in
            passed_over.append(file)
    return None, passed_over


def _named(files: Sequence[TakenIn]) -> list[str]:
    """The names of workbooks that can't be read, each logged once."""
    named = {file.name: file for file in files}
    for file in named.values():
        log.warning(
            "%s: its answers are not carried over; repair it, or remove it and run its day again", file.why
        )
    return list(named)


def _tell_missing(names: Sequence[str]) -> None:
    for name in names:
        log.warning(
            "%s is missing, but its report is there: what was written in it since the last run is lost; "
            "put it back, or run its day again",
            name,
        )


def _responses(
    connection: sqlite3.Connection,
    series: Series,
    items: Collection[str],
    days: tuple[date, date],
    previous: Workbook | None,
) -> Mapping[str, list[tuple[str, Response]]]:
    """The responses to each item from the first of two days on, the newest first, with the names of their workbooks.
    Those in `previous`, which are carried over, come between those before the second of the days and the others.
    """
    oldest, today = days
    later = taken_in.responses(connection, series, items, today, date.max)
    earlier = taken_in.responses(connection, series, items, oldest, today - timedelta(days=1))
    carried = (
        {} if previous is None else {key: [(previous.name, each)] for key, each in previous.responses.items()}
    )
    return {key: [each for part in (later, carried, earlier) for each in part.get(key, ())] for key in items}


class _Reports:
    """The JSON reports of a folder, each taken into the ledger once as long as it is the same."""

    def __init__(
        self, folder: Path, header: Header, connection: sqlite3.Connection, repeating: Collection[str]
    ) -> None:
        self._folder, self._header, self._connection, self._repeating = folder, header, connection, repeating
        self.unreadable: list[str] = []
        self._of = functools.cache(self._taken_in)

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

    def _taken_in(self, day: date) -> Judged | None:
        series = Series.of(self._header)
        path = self._folder / f"{base_name(dataclasses.replace(self._header, date=day))}.json"
        stamp, known = taken_in.report(self._connection, series, day)
        if stamp == (now := stamp_of(path)):
            return known
        try:
            judged = self._read(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            log.warning("%s can't be read (%s): what it found is not known; run its day again", path, why)
            self.unreadable.append(path.name)
            return None
        taken_in.take_in_report(self._connection, series, day, now, judged)
        return judged

    def _read(self, path: Path) -> Judged | None:
        report = read_report(path)
        if report["complete"] is not True:
            return None
        found = frozenset(key for each in report["findings"] for key in self._item_ids(each))
        not_judged = report["not_judged"]
        return Judged(found, frozenset(not_judged["rules"]), frozenset(not_judged["receipts"]))

    def _item_ids(self, finding: Mapping[str, object]) -> Iterator[str]:
        """The ids of the items that a finding may belong to; for a rule that repeats, at each severity."""
        rule = str(finding["rule"])
        yield str(finding["id"])
        if rule in self._repeating:
            for severity in SEVERITIES:
                yield item_id(rule, severity, finding["product_id"], finding["stock_id"])
