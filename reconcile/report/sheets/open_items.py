"""The Open items sheet: the work list. Items brought forward, new, cleared and carried forward, with their answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable
from reconcile.language.translate import Language, to_say
from reconcile.ledger.item import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    CORRECTED,
    EXPLAINED,
    LEFT_OUT,
    NEW,
    REASONS,
    STATUSES,
    Item,
)
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    day,
    ids,
    label,
    long_text,
    long_translated,
    minute,
    money,
    number,
    quantity,
    translated,
    unit_cost,
)
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.excel.table_sheet import table_sheet
from reconcile.report.item_texts import correction, reopened_because, unit_cost_of, what_happened
from reconcile.rulebook.amounts import CLASSES, IN_TOTALS
from reconcile.rulebook.rule import Rule

OPEN_ITEMS = to_say("Open items")
PRIORITIES = {"error": to_say("High"), "warning": to_say("Normal")}
"""Labels by severity. A note is no open item."""
PRIORITY, RECEIPT, SOLD_AT, PRODUCT = (
    to_say("Priority"),
    to_say("Receipt"),
    to_say("Sold at"),
    to_say("Product"),
)
SALE_TYPE, TERMINAL, SOURCE = to_say("Sale type"), to_say("Terminal"), to_say("Source")
DISH, STORAGE, UNIT = to_say("Dish"), to_say("Storage"), to_say("Unit")
EXPECTED, ACTUAL, DIFFERENCE = to_say("A: expected"), to_say("B: written off"), to_say("Difference")
VALUE, WHAT_HAPPENED = to_say("Value"), to_say("What happened")
STATUS, REASON, OWNER, DUE = to_say("Status"), to_say("Reason"), to_say("Owner"), to_say("Due")
COMMENT, FIRST_DAY = to_say("Comment"), to_say("First day")
ANSWERED_IN, LAST_DAY = to_say("Answered in"), to_say("Last found on")
CLOSING, COUNTS_AS, AMOUNT = to_say("At closing"), to_say("Counts as"), to_say("Amount concerned")
OTHER_EXPECTED, OTHER_ACTUAL = to_say("Expected, no quantity"), to_say("Found, no quantity")
EXPECTED_TEXT, ACTUAL_TEXT = to_say("Expected, no number"), to_say("Found, no number")
PRODUCT_ID, STOCK, LINE, OPERATION = (
    to_say("Product id"),
    to_say("Stock"),
    to_say("Line"),
    to_say("Operation"),
)
NO_CORRECTION = to_say("No correction because")
RULE_NAME, CAUSE, FINDING_ID = to_say("Rule name"), to_say("Cause id"), to_say("Finding id")
_MOST_NAMED = 20
"""Workbooks, and cells, that could not be read and are named."""
_BECAUSE = {
    EXPLAINED: to_say("a person explained it"),
    CORRECTED: to_say("a person corrected it"),
}
_GONE = to_say("its own day, run again, no longer finds it")

_COLUMNS = (
    Column("No.", "no", number, min_width=11),
    Column(PRIORITY, "priority", label),
    Column(RECEIPT, "receipt_id", ids),
    Column(SOLD_AT, "sold_at", minute),
    Column(PRODUCT, "product", long_text, min_width=16, max_width=20),
    Column(DISH, "dish", long_text, max_width=16),
    Column(STORAGE, "storage", long_text, max_width=14),
    Column(UNIT, "unit"),
    Column(EXPECTED, "quantity_expected", quantity),
    Column(ACTUAL, "quantity_actual", quantity),
    Column(DIFFERENCE, "difference", quantity),
    Column("Unit cost", "unit_cost", unit_cost),
    Column(VALUE, "value", money, total=True),
    Column(WHAT_HAPPENED, "what_happened", long_text, min_width=42, max_width=42),
    Column("Correction proposed", "correction", long_text, max_width=16),
    Column(STATUS, "status", translated, min_width=11),
    Column(REASON, "reason", translated, min_width=13),
    Column(OWNER, "owner", long_text, min_width=10, max_width=10),
    Column(DUE, "due", day),
    Column(COMMENT, "comment", long_text, min_width=20, max_width=20),
    Column(FIRST_DAY, "first_day", day),
    Column("Days open", "age", number),
    Column(SALE_TYPE, "sale_type_id", ids),
    Column(TERMINAL, "terminal_id", ids),
    Column(SOURCE, "source"),
    Column("Changed since the answer", "since", long_text, max_width=36),
    Column(ANSWERED_IN, "answered_in", long_text, max_width=24),
    Column(NO_CORRECTION, "left_out", long_translated, max_width=30),
    Column("Rule", "title", long_translated, max_width=30),
    Column("At opening", "opening", translated),
    Column(CLOSING, "closing", label),
    Column("Because", "because", long_translated, max_width=30),
    Column(LAST_DAY, "last_day", day),
    Column(AMOUNT, "amount", money),
    Column(COUNTS_AS, "counts_as", label),
    Column(OTHER_EXPECTED, "other_expected", quantity),
    Column(OTHER_ACTUAL, "other_actual", quantity),
    Column(EXPECTED_TEXT, "expected_text"),
    Column(ACTUAL_TEXT, "actual_text"),
    Column(PRODUCT_ID, "product_id", ids),
    Column(STOCK, "stock_id", ids),
    Column(LINE, "receipt_product_id", ids),
    Column(OPERATION, "operation_id", ids),
    Column(RULE_NAME, "rule"),
    Column(CAUSE, "cause"),
    Column(FINDING_ID, "id"),
)


def open_items_sheet(
    ledger: Ledger, rules: Mapping[str, Rule], today: date, context: WorkbookContext
) -> Sheet:
    """One row per item: what is still open first, the largest value first."""
    return table_sheet(
        context,
        OPEN_ITEMS,
        _COLUMNS,
        _frame(ledger, rules, today, context.language),
        empty=to_say("No open items"),
        totals=TotalColumns(CLOSING, VALUE),
        note=roll_forward(ledger, context.language),
        choices={STATUS: tuple(STATUSES.values()), REASON: tuple(REASONS.values())},
        date_inputs=(DUE,),
        freeze_to=PRODUCT,
        print_to=COMMENT,
    )


def roll_forward(ledger: Ledger, language: Language) -> str:
    """The day's movement, the workbook it starts from, and what could not be read."""
    before = [] if ledger.unreadable else [language.say("There is no earlier workbook in the folder.")]
    if ledger.previous is not None:
        before = [language.say("Brought forward from {file}.", file=ledger.previous.name)]
    return " ".join([movement(ledger, language), *before, *unread(ledger, language)])


def movement(ledger: Ledger, language: Language) -> str:
    """The numbers of items brought forward, new, cleared and carried forward, in a sentence."""
    return language.say(
        "{before} brought forward + {new} new − {cleared} cleared = {left} carried forward.",
        before=language.number(len(ledger.selected(opening=BROUGHT_FORWARD))),
        new=language.number(len(ledger.selected(opening=NEW))),
        cleared=language.number(len(ledger.selected(closing=CLEARED))),
        left=language.number(len(ledger.selected(closing=CARRIED_FORWARD))),
    )


def unread(ledger: Ledger, language: Language) -> list[str]:
    """A sentence for each workbook that should have been read and could not be, and for each cell. Of many, the first
    are named and the others counted: the table below has to stand where the next day looks for it.
    """
    workbook, cell, more = (
        to_say("{name} could not be read: the answers in it are not here."),
        to_say("Could not be read: {name}."),
        to_say("Others that could not be read: {count}."),
    )
    sentences = []
    for text, names in ((workbook, ledger.unreadable), (cell, ledger.unreadable_cells)):
        sentences += [language.say(text, name=name) for name in names[:_MOST_NAMED]]
        if (others := len(names) - _MOST_NAMED) > 0:
            sentences.append(language.say(more, count=language.number(others)))
    return sentences


def _frame(ledger: Ledger, rules: Mapping[str, Rule], today: date, language: Language) -> pd.DataFrame:
    texts = what_happened(ledger.items, rules, language)
    happened = dict(zip(ledger.items["id"].tolist(), texts, strict=True))
    rows = [
        _row(item, rules, today, language)
        | {"no": place, "what_happened": happened.get(item.id, item.what_happened)}
        for place, item in enumerate(ledger.open_items, 1)
    ]
    return pd.DataFrame({str(column.source): _series(column, rows) for column in _COLUMNS})


def _series(column: Column, rows: list[dict[str, Any]]) -> Any:
    values = [row[str(column.source)] for row in rows]
    if column.format in (day, minute):
        return pd.Series(np.array(values, dtype="datetime64[s]"))
    if column.format in (ids, money, number, quantity, unit_cost):
        return nullable(values)
    return pd.Series(values, dtype="str")


def _row(item: Item, rules: Mapping[str, Rule], today: date, language: Language) -> dict[str, Any]:
    """The values of the columns that do not come from the frame of the day."""
    answer = item.answer
    counted = not item.counts_as or item.counts_as in IN_TOTALS
    expected, actual = (None if isinstance(each, str) else each for each in (item.expected, item.actual))
    return item._asdict() | answer._asdict() | {
        "priority": PRIORITIES[item.severity],
        "quantity_expected": expected if item.is_quantity else None,
        "quantity_actual": actual if item.is_quantity else None,
        "difference": item.difference if item.is_quantity else None,
        "unit_cost": unit_cost_of(item),
        "value": item.value if counted else None,
        "amount": None if counted else item.value,
        "correction": correction(item, language),
        "left_out": LEFT_OUT.get(item.left_out, ""),
        "status": STATUSES[answer.status],
        "reason": REASONS.get(answer.reason, ""),
        "age": (today - item.first_day).days,
        "since": reopened_because(item, language),
        "title": rules[item.rule].title if item.rule in rules else item.rule,
        "because": _GONE if item.gone else _BECAUSE.get(answer.status, ""),
        "counts_as": CLASSES.get(item.counts_as, ""),
        "other_expected": None if item.is_quantity else expected,
        "other_actual": None if item.is_quantity else actual,
        "expected_text": item.expected if isinstance(item.expected, str) else "",
        "actual_text": item.actual if isinstance(item.actual, str) else "",
    }  # fmt: skip
