"""The Stock chain sheet: each stock record from its opening balance to its closing balance."""

from __future__ import annotations

import pandas as pd

from reconcile.analysis.stock_chain import stock_chain
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, money, number, quantity
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table, TotalColumns

STOCK_CHAIN = to_say("Stock chain")
CLOSING = to_say("Closing balance")
_NOTE = to_say(
    "Opening − sold + other movements + broken = closing. Other movements: what came in or went out between two sales "
    "(purchases, transfers, stock-takes, other receipts). Broken: the amount by which single operations don't add up."
)

COLUMNS = (
    Column("Product", "product", min_width=24),
    Column("Storage", "storage"),
    Column("Operations", "operations", number),
    Column("Opening balance", "opening", quantity),
    Column("Sold", "sold", quantity),
    Column("Other movements", "otherwise", quantity),
    Column("Broken", "broken", quantity),
    Column(CLOSING, "closing", quantity),
    Column("Lowest point", "lowest", quantity),
    Column("Receipt that took it below zero", "broke_zero", ids),
    Column("Sold below zero", "below_zero", quantity),
    Column("Cost of what was sold below zero", "below_zero_cost", money),
    Column("Product id", "product_id", ids),
    Column("Stock", "stock_id", ids),
)


def chain_sheet(operations: pd.DataFrame, context: WorkbookContext) -> Sheet:
    """One row per stock record."""
    note = context.say(_NOTE)
    if without := int(operations["operated_at"].isna().sum()):
        many = context.language.many(
            "{count} operation has no time and is in no chain.",
            "{count} operations have no time and are in no chain.",
            without,
        )
        note = f"{note} {many}"
    rows, totals = stock_chain(operations), TotalColumns("Storage", CLOSING)
    table = Table(context, "StockChain", COLUMNS, rows, empty=to_say("No stock operations"), totals=totals)
    return table_sheet(context, STOCK_CHAIN, table, note)
