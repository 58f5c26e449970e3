"""The Causes sheet: one row a decision, with what it is worth and the way to its findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
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
from reconcile.report.excel.table import Column, Table, TotalColumns
from rules import Rule

CAUSES = to_say("Causes")


def causes_sheet(
    causes: pd.DataFrame, rules: Mapping[str, Rule], places: Mapping[str, str], context: WorkbookContext
) -> Sheet:
    """One row a cause, errors first, then the biggest value. `places` leads from a cause to its first finding."""

    def title(rows: pd.DataFrame) -> pd.Series[Any]:
        names = rows["rule"].cat.categories
        texts = [rules[name].title for name in names]
        return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

    columns = (
        Column("Severity", lambda rows: rows["severity"].cat.rename_categories(str.capitalize), label),
        Column("Sold", "dish", long_text, max_width=30),
        Column("Written off, or due", "product", long_text, max_width=30),
        Column("What is wrong with all of them", title, long_translated, max_width=34),
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
    table = Table(
        context,
        "Causes",
        columns,
        causes,
        empty=to_say("No causes"),
        links=links,
        totals=TotalColumns("Severity", "Value"),
    )
    return table_sheet(context, CAUSES, table, print_to="First receipt")
