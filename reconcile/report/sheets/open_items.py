"""The Open items sheet: items brought forward, new, cleared and carried forward, each with its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

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
from reconcile.report.excel.table import Column, TotalColumns, frame_of
from reconcile.report.sheets import findings
from reconcile.rulebook.rule import Rule

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
        choices={findings.STATUS: STATUSES},
        freeze_to=RECEIPT,
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
    rows = []
    for place, item in enumerate(ledger.open_items, 1):
        row = item._asdict() | {
            "no": place,
            "severity": item.severity.capitalize(),
            "title": rules[item.rule].title if item.rule in rules else item.rule,
            "age": (today - item.first_day).days,
            "because": _GONE if item.gone else _BECAUSE.get(item.status, ""),
        }
        for name, fact in (("expected", item.expected), ("actual", item.actual)):
            row[name], row[f"{name}_text"] = (None, fact) if isinstance(fact, str) else (fact, "")
        rows.append([row[str(column.source)] for column in COLUMNS])
    return frame_of(COLUMNS, rows)
