"""The Open items sheet: items brought forward, new, cleared and carried forward, each with its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable
from reconcile.language.translate import Language, to_say
from reconcile.ledger.ledger import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    CORRECTED,
    EXPLAINED,
    NEW,
    STATUSES,
    Ledger,
)
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    day,
    ids,
    label,
    long_text,
    long_translated,
    money,
    number,
    quantity,
    translated,
)
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.sheets import findings
from rules import Rule

OPEN_ITEMS = to_say("Open items")
RECEIPT, PRODUCT, STORAGE = to_say("Receipt"), to_say("Product"), to_say("Storage")
FIRST_DAY, LAST_DAY = to_say("First day"), to_say("Last found on")
CLOSING = to_say("Left as")
"""The closing status. Earlier workbooks are read by this header, so it stays."""
_BECAUSE = {
    EXPLAINED: to_say("a person explained it"),
    CORRECTED: to_say("a person corrected it"),
}
_GONE = to_say("its own day, run again, no longer finds it")

COLUMNS = (
    Column("No.", "no", number, min_width=11),
    Column(findings.SEVERITY, "severity", label),
    Column("Rule", "title", long_translated, max_width=30),
    Column(RECEIPT, "receipt_id", ids),
    Column(PRODUCT, "product", long_text, max_width=26),
    Column(STORAGE, "storage", long_text, max_width=18),
    Column(findings.EXPECTED, "expected", quantity),
    Column(findings.ACTUAL, "actual", quantity),
    Column(findings.VALUE, "value", money),
    Column(FIRST_DAY, "first_day", day),
    Column("Age, days", "age", number),
    Column("Opening status", "opening", long_translated, max_width=16),
    Column(CLOSING, "closing", label),
    Column("Because", "because", long_translated, max_width=30),
    Column(findings.STATUS, "status", translated, min_width=12),
    Column(findings.COMMENT, "comment", long_text, min_width=30),
    Column(findings.ANSWERED_IN, "answered_in", long_text, max_width=24),
    Column(LAST_DAY, "last_day", day),
    Column(findings.EXPECTED_TEXT, "expected_text"),
    Column(findings.ACTUAL_TEXT, "actual_text"),
    Column(findings.RULE_NAME, "rule"),
    Column(findings.FINDING_ID, "id"),
)


def open_items_sheet(
    ledger: Ledger, rules: Mapping[str, Rule], today: date, context: WorkbookContext
) -> Sheet:
    """One row per item, the oldest first."""
    return table_sheet(
        context,
        OPEN_ITEMS,
        COLUMNS,
        _frame(ledger, rules, today),
        empty=to_say("No open items"),
        totals=TotalColumns(CLOSING, findings.VALUE),
        note=roll_forward(ledger, context.language),
        choices=(findings.STATUS, STATUSES),
        print_to=findings.COMMENT,
    )


def roll_forward(ledger: Ledger, language: Language) -> str:
    """The day's movement, the workbook it starts from, and workbooks that could not be read."""
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
    """A sentence for each workbook that should have been read, and could not be."""
    text = to_say("{file} could not be read: the answers in it are not here.")
    return [language.say(text, file=name) for name in ledger.unreadable]


def _frame(ledger: Ledger, rules: Mapping[str, Rule], today: date) -> pd.DataFrame:
    items = ledger.open_items

    def texts(values: list[str]) -> pd.Series[str]:
        return pd.Series(values, dtype="str")

    def days(values: list[date]) -> pd.Series[pd.Timestamp]:
        return pd.Series(np.array(values, dtype="datetime64[s]"))

    unchanged = "product", "storage", "opening", "closing", "status", "comment", "answered_in", "rule", "id"
    return pd.DataFrame(
        {
            "no": range(1, len(items) + 1),
            "severity": texts([item.severity.capitalize() for item in items]),
            "title": texts([rules[i.rule].title if i.rule in rules else i.rule for i in items]),
            "receipt_id": nullable(item.receipt_id for item in items),
            "expected": nullable(_number(item.expected) for item in items),
            "actual": nullable(_number(item.actual) for item in items),
            "value": nullable(item.value for item in items),
            "first_day": days([item.first_day for item in items]),
            "age": nullable((today - item.first_day).days for item in items),
            "because": texts([_GONE if item.gone else _BECAUSE.get(item.status, "") for item in items]),
            "last_day": days([item.last_day for item in items]),
            "expected_text": texts([_text(item.expected) for item in items]),
            "actual_text": texts([_text(item.actual) for item in items]),
            **{name: texts([getattr(item, name) for item in items]) for name in unchanged},
        }
    )


def _number(fact: int | str | None) -> int | None:
    return None if isinstance(fact, str) else fact


def _text(fact: int | str | None) -> str:
    return fact if isinstance(fact, str) else ""
