"""The Causes sheet: one row a decision, with what it is worth and the way to its findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.report.excel.cells import (
    NumberCells,
    ids,
    label,
    long_ours,
    long_text,
    money,
    number,
    quantity,
)
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.sheet import Sheet, detail
from reconcile.report.excel.table import Column, Table, Tally
from rules import Rule

CAUSES = to_say("Causes")


def causes_sheet(
    causes: pd.DataFrame, rules: Mapping[str, Rule], places: Mapping[str, str], edition: Edition
) -> Sheet:
    """One row a cause, errors first, then the biggest value. `places` leads from a cause to its first finding."""

    def title(rows: pd.DataFrame) -> pd.Series[Any]:
        names = rows["rule"].cat.categories
        texts = [rules[name].title for name in names]
        return pd.Series(np.array([*texts, ""], dtype=object)[rows["rule"].cat.codes])

    columns = (
        Column("Severity", lambda rows: rows["severity"].cat.rename_categories(str.capitalize), label),
        Column("Sold", "dish", long_text, widest=30),
        Column("Written off, or due", "product", long_text, widest=30),
        Column("What is wrong with all of them", title, long_ours, widest=34),
        Column("In words", "words", long_ours, narrowest=30, widest=40),
        Column("B ÷ A: ratio", "ratio", lambda _: NumberCells(0, 1, 3)),
        Column("Findings", "findings", number),
        Column("A: expected", "expected", quantity),
        Column("B: found", "actual", quantity),
        Column("Value", "value", money, narrowest=14),
        Column("First receipt", "receipt_id", ids),
        Column("Sold: id", "dish_id", ids),
        Column("Written off: id", "product_id", ids),
        Column("Rule name", "rule"),
        Column("Cause id", "id"),
    )
    links = {row: places[key] for row, key in enumerate(causes["id"].tolist())}
    table = Table(
        edition,
        "Causes",
        columns,
        causes,
        empty=to_say("No causes"),
        links=links,
        tally=Tally("Severity", "Value"),
    )
    return detail(edition, CAUSES, table, printed="First receipt")
