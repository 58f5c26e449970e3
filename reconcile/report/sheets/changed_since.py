"""The Changed since sheet: what differs from the earlier evidence of the day, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconcile.analysis.changed_since import totals
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, money, text, translated
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns, frame_of
from reconcile.report.excel.table_sheet import table_sheet

CHANGED_SINCE = to_say("Changed since")
_NOTE = to_say(
    "What is otherwise than when this day was last fetched, field by field; before or after is empty where it was not "
    "known or not there. Value of a stock operation: the change of what left the stock at cost; of a receipt: the "
    "change of its sale amount. In all: stock {stock}, sales {sales}."
)
_OF_STOCK, _OF_SALES = to_say("Stock"), to_say("Sales")
FIELDS: Mapping[str, str] = {
    "receipt_class": to_say("Status of the receipt"),
    "written_off": to_say("Write-off cost"),
    "deleted_at": to_say("Deleted at"),
    "is_cancelled": to_say("Cancelled"),
    "is_return": to_say("Return"),
    "total": to_say("Total of the receipt"),
    "total_cost": to_say("Total cost"),
    "created_at": to_say("Created at"),
    "closed_at": to_say("Closed at"),
    "cid": to_say("Number given by the till"),
    "count": to_say("Count"),
    "portion_size": to_say("Portion"),
    "product_id": to_say("Product id"),
    "price": to_say("Price"),
    "subtotal": to_say("Amount before discounts"),
    "sale_amount": to_say("Sale amount"),
    "discount": to_say("Discount"),
    "is_gift": to_say("Gift"),
    "modifiers": to_say("Modifiers"),
    "quantity": to_say("Quantity"),
    "before_quantity": to_say("Quantity before"),
    "after_quantity": to_say("Quantity after"),
    "cost": to_say("Unit cost"),
    "before_cost": to_say("Cost before"),
    "receipt_id": to_say("Receipt"),
    "receipt_product_id": to_say("Line"),
    "of_document": to_say("Of another document"),
    "stock_id": to_say("Stock"),
    "storage_id": to_say("Storage id"),
    "operated_at": to_say("Operated at"),
}
"""Each field as the accountant reads it."""
_WORDS: Mapping[str, str] = {
    "true": to_say("yes"),
    "false": to_say("no"),
    "reconciled": to_say("reconciled"),
    "open": to_say("open"),
    "other_day": to_say("of another day"),
    "failed": to_say("failed"),
}
_OF_WORDS = frozenset({"receipt_class", "is_cancelled", "is_return", "is_gift", "of_document", "deleted_at"})
"""Fields whose values are words of this program; those of others come from outside."""
_COLUMNS = (
    Column("Receipt", "receipt_id", ids),
    Column("Product", "product", text, min_width=20, max_width=40),
    Column("What changed", "field", translated),
    Column("Before", "before", text, min_width=14),
    Column("After", "after", text, min_width=14),
    Column("Counts as", "counts_as", label),
    Column("Value", "value", money),
    Column("Line", "line", ids),
    Column("Operation", "operation", ids),
)


def changed_since_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """One row a field."""
    sums, language = totals(result.changed_since), context.language
    note = context.say(_NOTE, stock=language.amount(sums.stock), sales=language.amount(sums.sales))
    return table_sheet(
        context,
        CHANGED_SINCE,
        _COLUMNS,
        frame_of(_COLUMNS, _rows(result, context)),
        totals=TotalColumns("Counts as", "Value"),
        note=note,
        print_to="Value",
    )


def _rows(result: Result, context: WorkbookContext) -> Iterator[tuple[Any, ...]]:
    of_line = _products(result, "lines", "receipt_product_id")
    of_operation = _products(result, "operations", "operation_id")
    for row in result.changed_since:
        product = of_operation.get(row.operation_id) or of_line.get(row.receipt_product_id, "")
        texts = [row.before or "", row.after or ""]
        if row.field in _OF_WORDS:
            texts = [context.say(_WORDS[each]) if each in _WORDS else each for each in texts]
        counts_as = "" if row.value is None else _OF_STOCK if row.is_of_stock else _OF_SALES
        yield (
            row.receipt_id, product, FIELDS[row.field], *texts, counts_as, row.value,
            row.receipt_product_id, row.operation_id,
        )  # fmt: skip


def _products(result: Result, frame: str, key: str) -> dict[int | None, str]:
    """The product of each row of a frame, by its id."""
    rows = getattr(result, frame)
    return dict(zip(rows[key].tolist(), rows["product"].tolist(), strict=True))
