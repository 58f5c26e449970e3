"""An earlier workbook, read: what people said in it, what it carries forward, what goods cost on its day."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl.utils.escape import unescape

from reconcile.core.exact import micros
from reconcile.ledger.ledger import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    OPEN,
    STATUSES,
    Facts,
    Item,
    Said,
    Workbook,
)
from reconcile.model.contracts import SEVERITIES
from reconcile.report.excel.sheet import SUMMARY
from reconcile.report.read_back import Row, Unreadable, in_english, number_in_row, open_workbook, table_rows
from reconcile.report.sheets import drift, findings, open_items
from reconcile.report.sheets.summary_tables import CARRIED

__all__ = ["Unreadable", "read"]

_FINDINGS = (
    findings.FINDING_ID, findings.STATUS, findings.COMMENT, findings.ANSWERED_IN, findings.SEVERITY, findings.RULE_NAME,
    findings.EXPECTED, findings.ACTUAL, findings.EXPECTED_TEXT, findings.ACTUAL_TEXT, findings.VALUE,
)  # fmt: skip
_OPEN_ITEMS = (
    *_FINDINGS, open_items.FIRST_DAY, open_items.LAST_DAY, open_items.CLOSING,
    open_items.RECEIPT, open_items.PRODUCT, open_items.STORAGE,
)  # fmt: skip
_COSTS = (drift.PRODUCT_ID, drift.STORAGE_ID, drift.QUANTITY, drift.COST)
_SHEETS = {_OPEN_ITEMS: open_items.OPEN_ITEMS, _FINDINGS: findings.FINDINGS, _COSTS: drift.DRIFT}
"""The tables that are read, by their headers, and the sheets that they are put on. The findings' headers are among the
open items', which are looked for first.
"""


def read(path: Path, day: date) -> Workbook:
    """What an earlier workbook says. Raises `Unreadable`."""
    with open_workbook(path) as book:
        rows = table_rows(book, _SHEETS)
        if _FINDINGS not in rows or _OPEN_ITEMS not in rows:
            raise Unreadable("its sheet of findings, or of open items, is not there, or has lost a column")
        said = _said([*rows[_FINDINGS], *rows[_OPEN_ITEMS]])
        carried = list(_carried(rows[_OPEN_ITEMS], said))
        stated = number_in_row(book, SUMMARY, CARRIED)
        taken_back = sum(item.closing != CARRIED_FORWARD for item in carried)
        return Workbook(
            path.name,
            day,
            said,
            [item._replace(closing=CARRIED_FORWARD) for item in carried],
            None if stated is None else stated + taken_back,
            _costs(rows.get(_COSTS, ())),
        )


_SEVERITIES = tuple(severity.capitalize() for severity in SEVERITIES)
_ID = re.compile(r"[0-9a-f]{16}")
_SHOWN = 40
"""Letters of what was found, in a message."""


def _said(rows: Sequence[Row]) -> dict[str, Said]:
    """What is said of each item. Where it stands twice, as in both sheets, what a person changed counts, then what
    settles it, then the first.
    """
    found: dict[str, list[tuple[int, Said]]] = {}
    for row in rows:
        said = _said_in(row)
        settled, was_carried = said.status != OPEN, _was_carried(row)
        weight = _AS_CARRIED + 1 if settled != was_carried else _AS_CARRIED if settled else 0
        found.setdefault(_text(row[findings.FINDING_ID]), []).append((weight, said))
    return {key: _weighed(each) for key, each in found.items()}


_AS_CARRIED = 1
"""The weight of an answer that is as it was carried over."""


def _weighed(given: Sequence[tuple[int, Said]]) -> Said:
    """The weightiest word, with all comments: beside another word they are no less said. But one that was carried
    over gives way to what a person changed.
    """
    weights = {weight for weight, _ in given}
    stale = _AS_CARRIED if max(weights) > _AS_CARRIED else None
    first, *others = (said for weight, said in sorted(given, key=lambda each: -each[0]) if weight != stale)
    comment = functools.reduce(_both, (said.comment for said in others), first.comment)
    return first._replace(comment=comment or next((said.comment for _, said in given if said.comment), ""))


def _was_carried(row: Row) -> bool:
    """Whether its answer came from another workbook."""
    return bool(_text(row[findings.ANSWERED_IN]))


def _said_in(row: Row) -> Said:
    told, comment = _text(row[findings.STATUS]), _text(row[findings.COMMENT])
    status = in_english(told, STATUSES)
    if status is None:  # a word of his own: kept beside the comment, and settled it is not
        status, comment = OPEN, " ".join(filter(None, (told, comment)))
    return Said(status, comment, _facts(row), status == OPEN and _was_carried(row))


def _both(comment: str, other: str) -> str:
    """One comment of two, of which nothing is lost."""
    if other in comment:
        return comment
    return other if comment in other else f"{comment}; {other}"


def _facts(row: Row) -> Facts:
    return Facts(
        (in_english(_text(row[findings.SEVERITY]), _SEVERITIES) or "").lower(),
        _fact(row, findings.EXPECTED, findings.EXPECTED_TEXT),
        _fact(row, findings.ACTUAL, findings.ACTUAL_TEXT),
        _number(row[findings.VALUE]),
    )


def _fact(row: Row, number: str, text: str) -> int | str | None:
    return _text(row[text]) or _number(row[number])


def _carried(rows: Sequence[Row], said: Mapping[str, Said]) -> Iterator[Item]:
    """The items that are carried forward, and those whose answer was taken back since, on whichever sheet: these say
    that they are cleared.

    A row that can't be read stops the reading: none is lost in silence.
    """
    ids: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not any(
            _text(row[header]) for header in (findings.FINDING_ID, findings.RULE_NAME, open_items.CLOSING)
        ):
            continue  # a row of his own
        try:
            item = _open_item(row)
        except ValueError as error:
            raise Unreadable(f"line {number} of its open items: {error}") from None
        if item.id in ids:
            raise Unreadable(f"line {number} of its open items: the finding id {item.id} is there twice")
        ids.add(item.id)
        if item.closing == CARRIED_FORWARD or said[item.id].withdrawn:
            yield item


def _open_item(row: Row) -> Item:
    """A row as an item. Raises ValueError, with what is wrong."""
    facts, receipt, id_ = _facts(row), _text(row[open_items.RECEIPT]), _text(row[findings.FINDING_ID])
    closing = in_english(_text(row[open_items.CLOSING]), (CARRIED_FORWARD, CLEARED))
    for header, holds in (
        (findings.FINDING_ID, _ID.fullmatch(id_)),
        (findings.SEVERITY, facts.severity in SEVERITIES),
        (findings.RULE_NAME, _text(row[findings.RULE_NAME])),
        (open_items.CLOSING, closing),
        (open_items.RECEIPT, not receipt or (receipt.isdecimal() and int(receipt[:20]) < 2**63)),
        *(
            (header, _number(row[header]) is not None or not _text(row[header]))
            for header in (findings.EXPECTED, findings.ACTUAL, findings.VALUE)
        ),
    ):
        if not holds:
            raise ValueError(f"{header} is '{_text(row[header])[:_SHOWN]}'")
    return Item(
        id=id_,
        rule=_text(row[findings.RULE_NAME]),
        severity=facts.severity,
        receipt_id=int(receipt) if receipt else None,
        product=_text(row[open_items.PRODUCT]),
        storage=_text(row[open_items.STORAGE]),
        expected=facts.expected,
        actual=facts.actual,
        value=_number(row[findings.VALUE]),
        first_day=_day(row, open_items.FIRST_DAY),
        last_day=_day(row, open_items.LAST_DAY),
        opening=BROUGHT_FORWARD,
        closing=closing or CLEARED,
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
    """A cell as text, its escapes undone; an id that a person's program made a number of is whole."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else unescape(str(cell)).replace("\r\n", "\n").replace("\r", "\n").strip()


def _number(cell: Any) -> int | None:
    """Millionths; None where there is no number."""
    return None if cell is None else micros(cell)


def _day(row: Row, header: str) -> date:
    """A day, as a date or as a text. Raises ValueError."""
    cell = row[header]
    try:
        return cell.date() if isinstance(cell, datetime) else date.fromisoformat(_text(cell)[:10])
    except ValueError:
        raise ValueError(f"{header} is '{_text(cell)[:_SHOWN]}', no date such as 2026-01-19") from None
