"""The sheets Sale lines and Stock operations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.analysis.receipt_facts import receipt_facts
from reconcile.analysis.sales import line_amounts, share
from reconcile.analysis.units import units_of
from reconcile.core.exact import MICRO, multiply_ratio, nullable
from reconcile.engine.result import Result
from reconcile.engine.zones import given_times
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import (
    ids,
    label,
    minute,
    money,
    percent,
    quantity,
    time,
    translated,
    unit_cost,
)
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.excel.table_sheet import table_sheet

LINES = to_say("Sale lines")
SALE_AMOUNT = to_say("Sale amount")
OPERATIONS = to_say("Stock operations")
PRODUCT, STATUS = to_say("Product"), to_say("Status")


def _written_off(lines: pd.DataFrame) -> pd.Series[Any]:
    """What was written off of the line's own product, in its unit; NA where a dish took other products."""
    own = lines["own_written_off"].astype("Int64").reset_index(drop=True)
    took_others = (lines["kind"] != "direct") & (lines["operations"] > lines["own_operations"])
    return own.mask(took_others.to_numpy())


def _difference(lines: pd.DataFrame) -> pd.Series[Any]:
    """Written off less sold; NA where they are not comparable: dishes, and products not kept in stock."""
    difference: pd.Series[Any] = _written_off(lines) - lines["sold"].to_numpy()
    return difference.mask((lines["kind"] != "direct").to_numpy())


def _unit_cost(lines: pd.DataFrame) -> pd.Series[Any]:
    ones = np.full(len(lines), MICRO)
    total, amount = (lines[f"unit_cost_{part}"].to_numpy() for part in ("total", "quantity"))
    return pd.Series(multiply_ratio(ones, total, amount))


LINE_COLUMNS = (
    Column("Receipt", "receipt_id", ids),
    Column(PRODUCT, "product", max_width=40),
    Column("Sold at", "sold_at", minute),
    Column("Unit", "unit"),
    Column("Kind", "kind", translated),
    Column("Count", "count", quantity),
    Column("Portion", "portion_size", quantity),
    Column("A: sold", "sold", quantity),
    Column("B: written off", _written_off, quantity),
    Column("B − A: difference", _difference, quantity),
    Column("Unit cost", _unit_cost, unit_cost),
    Column("Write-off cost", "written_off_cost", money, total=True),
    Column("Price", "price", money),
    Column("Discount", "discount", money, total=True),
    Column(SALE_AMOUNT, "amount", money, total=True),
    Column("Cost %", "cost_share", percent),
    Column(STATUS, "status", label),
    Column("Type", "type"),
    Column("Sale type", "sale_type_id", ids),
    Column("Terminal", "terminal_id", ids),
    Column("Source", "source"),
    Column("Line", "receipt_product_id", ids),
    Column("Product id", "product_id", ids),
)


def lines_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """Every sale line."""
    totals = TotalColumns("Status", "Write-off cost", second_amount=SALE_AMOUNT)
    empty = to_say("No sale lines")
    lines = result.lines
    amounts = line_amounts(lines)
    rows = lines.assign(
        **receipt_facts(lines["receipt_id"], result.receipts),
        amount=amounts,
        cost_share=nullable(map(share, lines["written_off_cost"].tolist(), amounts.fillna(0).tolist())),
    )
    return table_sheet(
        context,
        LINES,
        LINE_COLUMNS,
        rows,
        empty=empty,
        totals=totals,
        freeze_to=PRODUCT,
        print_to=STATUS,
    )


def _value_written_off(operations: pd.DataFrame) -> pd.Series[Any]:
    """What each operation adds to the control total `written_off`: its total cost, with the sign of `q`."""
    if "worth" not in operations:  # a repeat adds nothing
        return pd.Series(pd.array([pd.NA] * len(operations), dtype="Int64"))
    return operations["worth"].reset_index(drop=True)


def _operated_at(operations: pd.DataFrame) -> pd.Series[Any]:
    """As the API gave it; repeats of an operation are not judged, so nothing was taken off them."""
    return pd.Series(given_times(operations)) if "zone_minutes" in operations else operations["operated_at"]


OPERATION_COLUMNS = (
    Column("Receipt", "asked_receipt_id", ids),
    Column(PRODUCT, "product", max_width=40),
    Column("Unit", "unit"),
    Column("Storage", "storage", max_width=24),
    Column("Quantity", "quantity", quantity),
    Column("Quantity before", "before_quantity", quantity),
    Column("Quantity after", "after_quantity", quantity),
    Column("Cost before", "before_cost", unit_cost),
    Column("Cost", "cost", unit_cost),
    Column("Total cost", "total_cost", money),
    Column("Value written off", _value_written_off, money, total=True),
    Column("Operated at", _operated_at, time),
    Column(STATUS, "status", label),
    Column("Line", "receipt_product_id", ids),
    Column("Operation", "operation_id", ids),
    Column("Product id", "product_id", ids),
    Column("Stock", "stock_id", ids),
)


def operations_sheet(result: Result, units: Mapping[int, str], context: WorkbookContext) -> Sheet:
    """Every stock operation, repeated ones at the end."""
    totals = TotalColumns("Status", "Value written off")
    given = result.operations, result.repeated.assign(status="repeated")
    frames = [frame.assign(unit=units_of(frame["product_id"], units).astype("category")) for frame in given]
    empty = to_say("No stock operations")
    return table_sheet(
        context,
        OPERATIONS,
        OPERATION_COLUMNS,
        *frames,
        empty=empty,
        totals=totals,
        freeze_to=PRODUCT,
        print_to=STATUS,
    )
