"""The day's ledger, from the workbooks that stand in the folder: which of them are read, and in what order."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from reconcile.evidence import Header
from reconcile.items import REPEATING, item_id, reconciling_items
from reconcile.memory import Ledger, Workbook, carry
from reconcile.output import base_name, workbooks
from reconcile.report.earlier import Unreadable, read
from reconcile.report.package import is_untouched
from reconcile.result import Result

log = logging.getLogger(__name__)


def remember(result: Result, folder: Path) -> Ledger:
    """The ledger of a day, with what people said in the workbooks of this day and of earlier ones.

    Read are the newest workbook of an earlier day, and each into which a person has written: of this day, and of
    the days since the oldest item that is still open. The newest word counts.
    """
    header = result.header
    today = header.date
    shelf = _Shelf(workbooks(folder, header))
    previous = shelf.newest_before(today)
    spoken = list(shelf.written_into(today, today))
    if previous is not None:
        oldest = min((item.first_day for item in previous.carried), default=previous.day)
        spoken += [previous, *shelf.written_into(oldest, previous.day)]
    return carry(
        reconciling_items(result.findings, result.causes),
        today,
        spoken=spoken,
        previous=previous,
        still_found=lambda day: found_on(folder, header, day),
        unreadable=tuple(shelf.unreadable),
    )


class _Shelf:
    """The workbooks of a folder, by day, the newest of each day last. None is read twice."""

    def __init__(self, paths: Mapping[date, list[Path]]) -> None:
        self._paths = paths
        self._read: dict[Path, Workbook | None] = {}
        self.unreadable: list[str] = []

    def newest_before(self, today: date) -> Workbook | None:
        """The workbook of the latest earlier day: the last that a person wrote into, else the last."""
        for day in sorted((day for day in self._paths if day < today), reverse=True):
            newest_first = self._paths[day][::-1]
            written = [path for path in newest_first if not is_untouched(path)]
            for path in dict.fromkeys([*written, *newest_first]):
                if book := self._of(path, day):
                    return book
        return None

    def written_into(self, first: date, last: date) -> Iterator[Workbook]:
        """Those of these days into which a person has written, the newest first."""
        for day in sorted((day for day in self._paths if first <= day <= last), reverse=True):
            for path in reversed(self._paths[day]):
                if not is_untouched(path) and (book := self._of(path, day)):
                    yield book

    def _of(self, path: Path, day: date) -> Workbook | None:
        if path not in self._read:
            try:
                self._read[path] = read(path, day)
            except Unreadable as error:
                log.warning("%s: what was said in it is not carried over; mend it and run again", error)
                self._read[path] = None
                self.unreadable.append(path.name)
        return self._read[path]


def found_on(folder: Path, header: Header, day: date) -> set[str] | None:
    """The ids of the items that a day's last report finds; None where it is not whole, or can't be read."""
    try:
        report = json.loads(
            (folder / f"{base_name(dataclasses.replace(header, date=day))}.json").read_bytes()
        )
        if report["complete"] is not True:
            return None
        return {_item_id(finding) for finding in report["findings"]}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _item_id(finding: Mapping[str, object]) -> str:
    rule = str(finding["rule"])
    if rule not in REPEATING:
        return str(finding["id"])
    return item_id(rule, str(finding["severity"]), finding["product_id"], finding["stock_id"])
