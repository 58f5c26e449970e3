"""An earlier workbook, read: what people said in it, what it carries forward, what goods cost on its day.

A person may have sorted, filtered and renamed; so tables are known by their headers, in any language, wherever they
stand. The file itself is never written.
"""

from __future__ import annotations

import functools
import itertools
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl

from reconcile.contracts import SEVERITIES
from reconcile.exact import micros
from reconcile.items import REPEATING
from reconcile.language import LANGUAGES, language
from reconcile.memory import BROUGHT_FORWARD, CARRIED_FORWARD, OPEN, STATUSES, Facts, Item, Said, Workbook
from reconcile.report import drift, findings, open_items

Headers: TypeAlias = tuple[str, ...]
Row: TypeAlias = dict[str, Any]
"""Values by their English headers."""

_FINDINGS = (
    findings.FINDING_ID, findings.STATUS, findings.COMMENT, findings.ANSWERED_IN, findings.SEVERITY, findings.RULE_NAME,
    findings.EXPECTED, findings.ACTUAL, findings.EXPECTED_TEXT, findings.ACTUAL_TEXT, findings.VALUE,
)  # fmt: skip
_OPEN_ITEMS = (
    *_FINDINGS, open_items.FIRST_DAY, open_items.LAST_DAY, open_items.CLOSING,
    open_items.RECEIPT, open_items.PRODUCT, open_items.STORAGE,
)  # fmt: skip
_COSTS = (drift.PRODUCT_ID, drift.STORAGE_ID, drift.QUANTITY, drift.COST)
_HEADERS = tuple(dict.fromkeys((*_OPEN_ITEMS, *_COSTS)))
_ROWS_ABOVE = 12
"""A header stands in one of the first rows."""


class Unreadable(Exception):
    """A workbook that can't be read back."""


def read(path: Path, day: date) -> Workbook:
    """What an earlier workbook says. Raises `Unreadable`."""
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # what openpyxl does not know is of no interest here
            book = openpyxl.load_workbook(stream, read_only=True)
            return _workbook([table for page in book.worksheets if (table := _table(page))], path.name, day)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, SyntaxError) as error:
        # SyntaxError: what XML parsers raise; the last three before it: parts that are no workbook's
        raise Unreadable(f"{path.name} can't be read back ({type(error).__name__})") from None


def _workbook(tables: Sequence[tuple[Headers, list[Row]]], name: str, day: date) -> Workbook:
    found, opened, costs = (
        list(itertools.chain.from_iterable(rows for known, rows in tables if known is headers))
        for headers in (_FINDINGS, _OPEN_ITEMS, _COSTS)
    )
    if {id(_FINDINGS), id(_OPEN_ITEMS)} - {id(known) for known, _ in tables}:
        raise ValueError("the sheet of findings, or of open items, is not there")
    return Workbook(name, day, _said([*found, *opened]), list(_carried(opened)), _costs(costs))


def _table(page: Any) -> tuple[Headers, list[Row]] | None:
    """One of our tables, where the sheet has one."""
    page.reset_dimensions()  # what a file says of its size need not be so
    rows = page.iter_rows(values_only=True)
    for row in itertools.islice(rows, _ROWS_ABOVE):
        if known := _header(row):
            headers, places = known
            return headers, [
                {header: _cell(each, places[header]) for header in headers}
                for each in rows
                if any(cell is not None for cell in each)
            ]
    return None


def _cell(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


@functools.cache
def _english(texts: tuple[str, ...]) -> Mapping[str, str]:
    """From what a cell says, in any language, to our own word."""
    return {language(code).say(text).casefold(): text for code in LANGUAGES for text in texts}


def _header(row: Sequence[Any]) -> tuple[Headers, dict[str, int]] | None:
    """Which table a row is the header of, and where its columns are."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row):
        if isinstance(cell, str) and (header := _english(_HEADERS).get(" ".join(cell.split()).casefold())):
            places.setdefault(header, place)
    for headers in (_OPEN_ITEMS, _FINDINGS, _COSTS):  # the findings' headers are among the open items'
        if all(header in places for header in headers):
            return headers, places
    return None


_SEVERITIES = tuple(severity.capitalize() for severity in SEVERITIES)


def _said(rows: Sequence[Row]) -> dict[str, Said]:
    """What is said of each item. Where it stands twice, as in both sheets, what a person changed counts, then what
    settles it, then the first.
    """
    said: dict[str, Said] = {}
    weights: dict[str, int] = {}
    for row in rows:
        key = _text(row[findings.FINDING_ID])
        if not key:
            continue
        here, was_carried = _said_in(row), bool(_text(row[findings.ANSWERED_IN]))
        settled = here.status != OPEN
        weight = 2 if settled != was_carried else 1 if settled else 0
        before = said.get(key, here)
        first, other = (here, before) if weight > weights.get(key, -1) else (before, here)
        said[key] = first._replace(comment=first.comment or other.comment)
        weights[key] = max(weight, weights.get(key, -1))
    return said


def _said_in(row: Row) -> Said:
    told, comment = _text(row[findings.STATUS]), _text(row[findings.COMMENT])
    status = _english(STATUSES).get(told.casefold())
    if status is None:  # a word of his own: kept beside the comment, and settled it is not
        status, comment = OPEN, " ".join(filter(None, (told, comment)))
    return Said(status, comment, _facts(row), status == OPEN and bool(_text(row[findings.ANSWERED_IN])))


def _facts(row: Row) -> Facts:
    severity = _english(_SEVERITIES).get(_text(row[findings.SEVERITY]).casefold(), "")
    return Facts(
        severity.lower(),
        _fact(row, findings.EXPECTED, findings.EXPECTED_TEXT),
        _fact(row, findings.ACTUAL, findings.ACTUAL_TEXT),
        None if row[findings.RULE_NAME] in REPEATING else _number(row[findings.VALUE]),
    )


def _fact(row: Row, number: str, text: str) -> int | str | None:
    return _text(row[text]) or _number(row[number])


def _carried(rows: Sequence[Row]) -> Iterator[Item]:
    """The items that are carried forward, those among them whose answer was taken back since.

    A row that can't be read stops the reading: none is lost in silence.
    """
    for row in rows:
        is_left = _text(row[open_items.CLOSING]).casefold() in _english((CARRIED_FORWARD,))
        if not is_left and not _said_in(row).withdrawn:
            continue
        facts, receipt = _facts(row), _text(row[open_items.RECEIPT])
        yield Item(
            id=_text(row[findings.FINDING_ID]),
            rule=_text(row[findings.RULE_NAME]),
            severity=facts.severity,
            receipt_id=int(receipt) if receipt else None,
            product=_text(row[open_items.PRODUCT]),
            storage=_text(row[open_items.STORAGE]),
            expected=facts.expected,
            actual=facts.actual,
            value=_number(row[findings.VALUE]),
            first_day=_day(row[open_items.FIRST_DAY]),
            last_day=_day(row[open_items.LAST_DAY]),
            opening=BROUGHT_FORWARD,
        )


def _costs(rows: Sequence[Row]) -> dict[tuple[int, int], tuple[int, int]]:
    """Quantity and cost by product and storage; rows that a person made unreadable are left out."""
    costs = {}
    for row in rows:
        ids = (_text(row[drift.PRODUCT_ID]), _text(row[drift.STORAGE_ID]) or "0")
        quantity, cost = _number(row[drift.QUANTITY]), _number(row[drift.COST])
        if all(key.isdecimal() for key in ids) and quantity is not None and cost is not None:
            costs[int(ids[0]), int(ids[1])] = quantity, cost
    return costs


def _text(cell: Any) -> str:
    """A cell as text; an id that a person's program made a number of is whole."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else str(cell).strip()


def _number(cell: Any) -> int | None:
    """Millionths; None where there is no number."""
    return None if cell is None or isinstance(cell, bool) else micros(cell)


def _day(cell: Any) -> date:
    """A day, as a date or as a text. Raises ValueError."""
    return cell.date() if isinstance(cell, datetime) else date.fromisoformat(_text(cell)[:10])
