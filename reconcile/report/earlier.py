"""Reads an earlier workbook: the answers in it, the items it carries forward, and the unit costs of its day."""

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
    Response,
    Workbook,
)
from reconcile.model.judged import SEVERITIES
from reconcile.report.excel.sheet import SUMMARY
from reconcile.report.read_back import Row, Unreadable, in_english, number_in_row, open_workbook, table_rows
from reconcile.report.sheets import analyses, findings, open_items
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
_COSTS = (
    analyses.PRODUCT_ID, analyses.STORAGE_ID, analyses.QUANTITY, analyses.RETURNED, analyses.COST,
)  # fmt: skip
_SHEETS = {_OPEN_ITEMS: open_items.OPEN_ITEMS, _FINDINGS: findings.FINDINGS, _COSTS: analyses.DRIFT}
"""The sheets of the tables that are read, by headers. Open items come first: they have all headers of the findings."""


def read(path: Path, day: date) -> Workbook:
    """The earlier workbook of a day. Raises `Unreadable`."""
    with open_workbook(path) as book:
        rows = table_rows(book, _SHEETS)
        if _FINDINGS not in rows or _OPEN_ITEMS not in rows:
            raise Unreadable("the sheet Findings or Open items is missing, or a column of it is")
        responses = _responses([*rows[_FINDINGS], *rows[_OPEN_ITEMS]])
        carried = list(_carried(rows[_OPEN_ITEMS], responses))
        stated = number_in_row(book, SUMMARY, CARRIED)
        withdrawn = sum(item.closing != CARRIED_FORWARD for item in carried)
        return Workbook(
            path.name,
            day,
            responses,
            [item._replace(closing=CARRIED_FORWARD) for item in carried],
            None if stated is None else stated + withdrawn,
            _costs(rows.get(_COSTS, ())),
        )


_SEVERITIES = tuple(severity.capitalize() for severity in SEVERITIES)
_ID = re.compile(r"[0-9a-f]{16}")
_SHOWN_LENGTH = 40
"""Characters of a cell that an error message shows."""
_NO_ANSWER, _AS_CARRIED, _CHANGED = range(3)
"""Ranks of a response: none; as it was carried over; given or withdrawn in this workbook."""


def _responses(rows: Sequence[Row]) -> dict[str, Response]:
    """The response to each item, by id. An item on both sheets has two, which are merged."""
    found: dict[str, list[tuple[int, Response]]] = {}
    for row in rows:
        response = _response(row)
        is_answered = response.status != OPEN
        rank = _CHANGED if is_answered != _was_carried(row) else _AS_CARRIED if is_answered else _NO_ANSWER
        found.setdefault(_text(row[findings.FINDING_ID]), []).append((rank, response))
    return {key: _merged(each) for key, each in found.items()}


def _merged(ranked: Sequence[tuple[int, Response]]) -> Response:
    """The first response of the highest rank, with the comments of all. Comments that were carried over are dropped
    if another response was changed.
    """
    highest = max(rank for rank, _ in ranked)
    stale = _AS_CARRIED if highest == _CHANGED else None
    first, *others = (each for rank, each in sorted(ranked, key=lambda each: -each[0]) if rank != stale)
    comment = functools.reduce(_both, (each.comment for each in others), first.comment)
    return first._replace(comment=comment or next((each.comment for _, each in ranked if each.comment), ""))


def _was_carried(row: Row) -> bool:
    """Whether its answer was carried over from another workbook."""
    return bool(_text(row[findings.ANSWERED_IN]))


def _response(row: Row) -> Response:
    shown, comment = _text(row[findings.STATUS]), _text(row[findings.COMMENT])
    status = in_english(shown, STATUSES)
    if status is None:  # not one of the choices: it becomes part of the comment, and the item stays open
        status, comment = OPEN, " ".join(filter(None, (shown, comment)))
    return Response(status, comment, _facts(row), status == OPEN and _was_carried(row))


def _both(comment: str, other: str) -> str:
    """Two comments as one, each once."""
    if other in comment:
        return comment
    return other if comment in other else f"{comment}; {other}"


def _facts(row: Row) -> Facts:
    return Facts(
        (in_english(_text(row[findings.SEVERITY]), _SEVERITIES) or "").lower(),
        _text(row[findings.EXPECTED_TEXT]) or micros(row[findings.EXPECTED]),
        _text(row[findings.ACTUAL_TEXT]) or micros(row[findings.ACTUAL]),
        micros(row[findings.VALUE]),
    )


def _carried(rows: Sequence[Row], responses: Mapping[str, Response]) -> Iterator[Item]:
    """The items that are carried forward, and those whose answer was withdrawn since, whose closing status is still
    cleared. Raises `Unreadable` for a row that can't be read, so that no item is lost unnoticed.
    """
    ids: set[str] = set()
    for number, row in enumerate(rows, 1):
        if not any(
            _text(row[header]) for header in (findings.FINDING_ID, findings.RULE_NAME, open_items.CLOSING)
        ):
            continue  # a row that the user added
        try:
            item = _open_item(row)
        except ValueError as error:
            raise Unreadable(f"line {number} of its open items: {error}") from None
        if item.id in ids:
            raise Unreadable(f"line {number} of its open items: the finding id {item.id} is there twice")
        ids.add(item.id)
        if item.closing == CARRIED_FORWARD or responses[item.id].withdrawn:
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
            (header, micros(row[header]) is not None or not _text(row[header]))
            for header in (findings.EXPECTED, findings.ACTUAL, findings.VALUE)
        ),
    ):
        if not holds:
            raise ValueError(f"{header} is '{_text(row[header])[:_SHOWN_LENGTH]}'")
    return Item(
        id=id_,
        rule=_text(row[findings.RULE_NAME]),
        severity=facts.severity,
        receipt_id=int(receipt) if receipt else None,
        product=_text(row[open_items.PRODUCT]),
        storage=_text(row[open_items.STORAGE]),
        expected=facts.expected,
        actual=facts.actual,
        value=micros(row[findings.VALUE]),
        first_day=_day(row, open_items.FIRST_DAY),
        last_day=_day(row, open_items.LAST_DAY),
        opening=BROUGHT_FORWARD,
        closing=closing or CLEARED,
    )


def _costs(rows: Sequence[Row]) -> dict[tuple[int, int], tuple[int, int]]:
    """Quantity and cost by product and storage; without rows that a manual edit made unreadable."""
    costs = {}
    for row in rows:
        ids = (_text(row[analyses.PRODUCT_ID]), _text(row[analyses.STORAGE_ID]) or "0")
        quantity, cost = micros(row[analyses.QUANTITY]), micros(row[analyses.COST])
        if all(key.isdecimal() for key in ids) and quantity is not None and cost is not None:
            costs[int(ids[0]), int(ids[1])] = quantity, cost
    return costs


def _text(cell: Any) -> str:
    """A cell as text, unescaped; an id that a spreadsheet program saved as a float has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else unescape(str(cell)).replace("\r\n", "\n").replace("\r", "\n").strip()


def _day(row: Row, header: str) -> date:
    """A date cell, or a text such as 2026-01-19. Raises ValueError."""
    cell = row[header]
    try:
        return cell.date() if isinstance(cell, datetime) else date.fromisoformat(_text(cell)[:10])
    except ValueError:
        raise ValueError(
            f"{header} is '{_text(cell)[:_SHOWN_LENGTH]}', not a date such as 2026-01-19"
        ) from None
