"""The Causes sheet: one row per cause, with its value and a link to its findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    NumberFormat,
    ids,
    label,
    long_text,
    long_translated,
    money,
    number,
    quantity,
)
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.sheets.findings import rule_texts, severity_words
from rules import Rule

CAUSES = to_say("Causes")


def causes_sheet(
    causes: pd.DataFrame, rules: Mapping[str, Rule], places: Mapping[str, str], context: WorkbookContext
) -> Sheet:
    """The causes in their order. `places` has the link to the first finding of each cause, by its id."""
    columns = (
        Column("Severity", severity_words, label),
        Column("Sold", "dish", long_text, max_width=30),
        Column("Written off, or due", "product", long_text, max_width=30),
        Column("What is wrong with all of them", rule_texts(rules, "title"), long_translated, max_width=34),
        Column("In words", "words", long_translated, min_width=30, max_width=40),
        Column("B ÷ A: ratio", "ratio", partial(NumberFormat, decimals=(0, 1, 3))),
        Column("Findings", "findings", number),
        Column("A: expected", "expected", quantity),
        Column("B: found", "actual", quantity),
        Column("Value", "value", money, min_width=14),
        Column("First receipt", "receipt_id", ids),
        Column("Sold: id", "dish_id", ids),
        Column("Written off: id", "product_id", ids),
        Column("Rule name", "rule"),
        Column("Cause id", "id"),
    )
    links = {row: places[key] for row, key in enumerate(causes["id"].tolist())}
    totals, empty = TotalColumns("Severity", "Value"), to_say("No causes")
    print_to = "First receipt"
    return table_sheet(
        context, CAUSES, columns, causes, empty=empty, links=links, totals=totals, print_to=print_to
    )
