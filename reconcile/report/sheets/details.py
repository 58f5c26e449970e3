"""The sheets of details: every sale line, every stock operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, IntArray, multiply_ratio
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, money, quantity, time, translated
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table, TotalColumns

LINES = to_say("Sale lines")
OPERATIONS = to_say("Stock operations")


def _written_off(lines: pd.DataFrame) -> IntArray:
    """Of a line whose product is itself in stock: that product; of any other: all its operations."""
    direct = (lines["kind"] == "direct").to_numpy()
    return np.where(direct, lines["own_written_off"].to_numpy(), lines["written_off"].to_numpy())


def _all_written_off(lines: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(_written_off(lines))


def _difference(lines: pd.DataFrame) -> pd.Series[Any]:
    """Empty where portions are not comparable with what was taken: dishes, and what is not in stock."""
    difference = _written_off(lines) - lines["sold"].to_numpy()
    return pd.Series(pd.array(difference, dtype="Int64")).mask((lines["kind"] != "direct").to_numpy())


def _unit_cost(lines: pd.DataFrame) -> pd.Series[Any]:
    ones = np.full(len(lines), MICRO)
    total, amount = (lines[f"unit_cost_{part}"].to_numpy() for part in ("total", "quantity"))
    return pd.Series(multiply_ratio(ones, total, amount))


LINE_COLUMNS = (
    Column("Receipt", "receipt_id", ids),
    Column("Line", "receipt_product_id", ids),
    Column("Product id", "product_id", ids),
    Column("Product", "product", max_width=40),
    Column("Unit", "unit"),
    Column("Type", "type"),
    Column("Kind", "kind", translated),
    Column("Count", "count", quantity),
    Column("Portion", "portion_size", quantity),
    Column("A: sold", "sold", quantity),
    Column("B: written off", _all_written_off, quantity),
    Column("B − A: difference", _difference, quantity),
    Column("Unit cost", _unit_cost, money),
    Column("Write-off cost", "written_off_cost", money),
    Column("Status", "status", label),
)


def lines_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """Every sale line."""
    lines = result.lines
    totals = TotalColumns("Status", "Write-off cost")
    table = Table(context, "SaleLines", LINE_COLUMNS, lines, empty=to_say("No sale lines"), totals=totals)
    return table_sheet(context, LINES, table)


def _value_written_off(operations: pd.DataFrame) -> pd.Series[Any]:
    """What each operation adds to the day's control total: its magnitude, with the sign of the movement."""
    cost = np.abs(operations["total_cost"].to_numpy())
    if "q" not in operations:  # a repeat adds nothing
        return pd.Series(pd.array([pd.NA] * len(operations), dtype="Int64"))
    return pd.Series(np.sign(operations["q"].to_numpy()) * cost)


OPERATION_COLUMNS = (
    Column("Receipt", "asked_receipt_id", ids),
    Column("Line", "receipt_product_id", ids),
    Column("Operation", "operation_id", ids),
    Column("Product id", "product_id", ids),
    Column("Product", "product", max_width=40),
    Column("Stock", "stock_id", ids),
    Column("Storage", "storage", max_width=24),
    Column("Quantity", "quantity", quantity),
    Column("Quantity before", "before_quantity", quantity),
    Column("Quantity after", "after_quantity", quantity),
    Column("Cost before", "before_cost", money),
    Column("Cost", "cost", money),
    Column("Total cost", "total_cost", money),
    Column("Value written off", _value_written_off, money),
    Column("Operated at", "operated_at", time),
    Column("Status", "status", label),
)


def operations_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """Every stock operation that the API gave, repeats at the end."""
    operations = result.operations
    repeated = result.repeated.assign(status="repeated")
    totals = TotalColumns("Status", "Value written off")
    table = Table(
        context,
        "StockOperations",
        OPERATION_COLUMNS,
        operations,
        repeated,
        empty=to_say("No stock operations"),
        totals=totals,
    )
    return table_sheet(context, OPERATIONS, table)
