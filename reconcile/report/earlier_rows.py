"""One row of an earlier workbook's open items: the item, and the answer that a person wrote beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from openpyxl.utils.escape import unescape

from reconcile.core.exact import LARGEST_SUM, micros
from reconcile.ledger.item import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    LEFT_OUT,
    OPEN,
    REASONS,
    STATUSES,
    Answer,
    Facts,
    Item,
    Response,
)
from reconcile.report.read_back import Row, in_english
from reconcile.report.sheets import open_items
from reconcile.rulebook.amounts import CLASSES

_ID = re.compile(r"[0-9a-f]{16}")
_SHOWN_LENGTH = 40
"""Characters of a cell that an error message shows."""
_SEVERITIES = {label: severity for severity, label in open_items.PRIORITIES.items()} | {
    severity.capitalize(): severity for severity in ("error", "warning", "info")
}
"""By priority; by severity in workbooks of the first layout."""


class Spoilt(Exception):
    """A cell that can't be read: its sheet and address, its header, and what stands in it."""

    def __init__(self, row: Row, header: str, wanted: str = "") -> None:
        text = cell_text(row[header])[:_SHOWN_LENGTH]
        super().__init__(f"{row.place(header)}: {header} is '{text}'{wanted and f', not {wanted}'}")


def is_blank(row: Row) -> bool:
    """Whether it is a row that a person added."""
    headers = (open_items.FINDING_ID, open_items.RULE_NAME, open_items.CLOSING)
    return not any(cell_text(row[header]) for header in headers)


def is_id(text: str) -> bool:
    """Whether it is the id of a finding or a cause."""
    return _ID.fullmatch(text) is not None


def has_answer(row: Row) -> bool:
    """Whether a person answered in the row, or an answer was carried over into it."""
    answer = written_answer(row)
    return answer.status != OPEN or bool(answer.reason or cell_text(row[open_items.ANSWERED_IN]))


def response_of(row: Row) -> Response:
    """The answer in the row. Raises `Spoilt` where the facts can't be read."""
    answer, facts = written_answer(row), _facts(row)
    was_carried = bool(cell_text(row[open_items.ANSWERED_IN]))
    is_today = open_items.REASON in row  # workbooks of the first layout have no reasons
    return Response(answer, facts, answer.status == OPEN and was_carried, answer.is_supported or not is_today)


def written_answer(row: Row) -> Answer:
    """What a person wrote into the row. A status, reason or date that is none becomes part of the comment."""
    comments = [cell_text(row[open_items.COMMENT])]
    status, reason = (
        _code(row, header, labels, comments)
        for header, labels in ((open_items.STATUS, STATUSES), (open_items.REASON, REASONS))
    )
    due = _date(row[open_items.DUE])
    if due is None and (text := cell_text(row[open_items.DUE])):
        comments.append(text)
    comment = " ".join(filter(None, comments))
    return Answer(status or OPEN, reason, cell_text(row[open_items.OWNER]), due, comment)


def _code(row: Row, header: str, labels: Mapping[str, str], comments: list[str]) -> str:
    """The code of the label in a cell; a text that is none goes before the comments."""
    shown = cell_text(row[header])
    label = in_english(shown, tuple(labels.values())) if shown else None
    if shown and label is None:
        comments.insert(0, shown)
    return next((code for code, each in labels.items() if each == label), "")


def _facts(row: Row) -> Facts:
    def fact(header: str, other: str, text: str) -> int | str | None:
        amounts = [_amount(row, each) for each in (header, other)]
        return cell_text(row[text]) or next((each for each in amounts if each is not None), None)

    value = _amount(row, open_items.VALUE)
    return Facts(
        _severity(row),
        fact(open_items.EXPECTED, open_items.OTHER_EXPECTED, open_items.EXPECTED_TEXT),
        fact(open_items.ACTUAL, open_items.OTHER_ACTUAL, open_items.ACTUAL_TEXT),
        value if value is not None else _amount(row, open_items.AMOUNT),
    )


def _severity(row: Row) -> str:
    label = in_english(cell_text(row[open_items.PRIORITY]), tuple(_SEVERITIES))
    if label is None:
        raise Spoilt(row, open_items.PRIORITY)
    return _SEVERITIES[label]


def item_of(row: Row) -> Item:
    """The item in the row, brought forward. Raises `Spoilt`."""
    facts = _facts(row)
    for header, holds in (
        (open_items.PRIORITY, facts.severity in open_items.PRIORITIES),
        (open_items.FINDING_ID, is_id(cell_text(row[open_items.FINDING_ID]))),
        (open_items.RULE_NAME, cell_text(row[open_items.RULE_NAME])),
    ):
        if not holds:
            raise Spoilt(row, header)
    closing = in_english(cell_text(row[open_items.CLOSING]), (CARRIED_FORWARD, CLEARED))
    if closing is None:
        raise Spoilt(row, open_items.CLOSING)
    counts_as = in_english(cell_text(row[open_items.COUNTS_AS]), tuple(CLASSES.values()))
    left_out = in_english(cell_text(row[open_items.NO_CORRECTION]), tuple(LEFT_OUT.values()))
    return Item(
        id=cell_text(row[open_items.FINDING_ID]),
        rule=cell_text(row[open_items.RULE_NAME]),
        severity=facts.severity,
        receipt_id=_id(row, open_items.RECEIPT),
        product=cell_text(row[open_items.PRODUCT]),
        storage=cell_text(row[open_items.STORAGE]),
        expected=facts.expected,
        actual=facts.actual,
        value=facts.value,
        first_day=_day(row, open_items.FIRST_DAY),
        last_day=_day(row, open_items.LAST_DAY),
        counts_as=next((code for code, each in CLASSES.items() if each == counts_as), ""),
        is_quantity=_is_quantity(row),
        difference=_amount(row, open_items.DIFFERENCE),
        unit=cell_text(row[open_items.UNIT]),
        left_out=next((code for code, each in LEFT_OUT.items() if each == left_out), ""),
        dish=cell_text(row[open_items.DISH]),
        sold_at=_time(row[open_items.SOLD_AT]),
        sale_type_id=_id(row, open_items.SALE_TYPE),
        terminal_id=_id(row, open_items.TERMINAL),
        source=cell_text(row[open_items.SOURCE]),
        what_happened=cell_text(row[open_items.WHAT_HAPPENED]),
        product_id=_id(row, open_items.PRODUCT_ID),
        stock_id=_id(row, open_items.STOCK),
        receipt_product_id=_id(row, open_items.LINE),
        operation_id=_id(row, open_items.OPERATION),
        cause=cell_text(row[open_items.CAUSE]),
        opening=BROUGHT_FORWARD,
        closing=closing,
    )


def _is_quantity(row: Row) -> bool:
    """Whether quantities stand there; in the first layout the same columns held money and minutes too."""
    headers = (open_items.EXPECTED, open_items.ACTUAL, open_items.DIFFERENCE)
    return open_items.OTHER_EXPECTED in row and any(row[header] is not None for header in headers)


def _amount(row: Row, header: str) -> int | None:
    found = micros(row[header], LARGEST_SUM)
    if found is None and cell_text(row[header]):
        raise Spoilt(row, header, "a number")
    return found


def _id(row: Row, header: str) -> int | None:
    text = cell_text(row[header])
    if not text:
        return None
    if not text.isdecimal() or int(text[:20]) >= 2**63:
        raise Spoilt(row, header, "a number of a record")
    return int(text)


def _day(row: Row, header: str) -> date:
    found = _date(row[header])
    if found is None:
        raise Spoilt(row, header, "a date such as 2026-01-19")
    return found


def _date(cell: Any) -> date | None:
    """A date cell, or a text such as 2026-01-19."""
    found = _time(cell)
    return None if found is None else found.date()


def _time(cell: Any) -> datetime | None:
    """A cell of a date or a time, or such a text; one without a zone."""
    if isinstance(cell, datetime):
        return cell
    try:
        return datetime.fromisoformat(cell_text(cell)[:19]).replace(tzinfo=None)
    except ValueError:
        return None


def cell_text(cell: Any) -> str:
    """A cell as text, unescaped; an id that a spreadsheet program saved as a float has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None else unescape(str(cell)).replace("\r\n", "\n").replace("\r", "\n").strip()
