"""The Stock chain sheet: each stock record from its opening balance to its closing one, as the day's sales saw it."""

from __future__ import annotations

import pandas as pd

from reconcile.analysis.stock_chain import stock_chain
from reconcile.language.translate import to_say
from reconcile.report.excel.cells import ids, money, number, quantity
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.sheet import Sheet, detail
from reconcile.report.excel.table import Column, Table, Tally

STOCK_CHAIN = to_say("Stock chain")
CLOSING = to_say("Closing balance")
_TOLD = to_say(
    "Opening − sold + otherwise + broken = closing. Otherwise: what came in or left between two sales (purchases, "
    "transfers, stock-takes, other receipts); broken: what single operations don't add up by."
)

COLUMNS = (
    Column("Product", "product", narrowest=24),
    Column("Storage", "storage"),
    Column("Operations", "operations", number),
    Column("Opening balance", "opening", quantity),
    Column("Sold", "sold", quantity),
    Column("In or out otherwise", "otherwise", quantity),
    Column("Broken", "broken", quantity),
    Column(CLOSING, "closing", quantity),
    Column("Lowest point", "lowest", quantity),
    Column("Receipt that broke zero", "broke_zero", ids),
    Column("Sold below zero", "below_zero", quantity),
    Column("Cost of what was sold below zero", "below_zero_cost", money),
    Column("Product id", "product_id", ids),
    Column("Stock", "stock_id", ids),
)


def chain_sheet(operations: pd.DataFrame, edition: Edition) -> Sheet:
    """Stock by stock."""
    rows = stock_chain(operations)
    told = edition.say(_TOLD)
    if without := int(operations["operated_at"].isna().sum()):
        many = edition.language.many(
            "{count} operation has no time and is in no chain.",
            "{count} operations have no time and are in no chain.",
            without,
        )
        told = f"{told} {many}"
    table = Table(
        edition,
        "StockChain",
        COLUMNS,
        rows,
        empty=to_say("No stock operations"),
        tally=Tally("Storage", CLOSING),
    )
    return detail(edition, STOCK_CHAIN, table, told)
