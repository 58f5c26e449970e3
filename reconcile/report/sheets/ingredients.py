"""The Ingredients sheet: theoretical and actual usage, by ingredient and storage."""

from __future__ import annotations

from reconcile.analysis.ingredients import by_ingredient
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, money, number, quantity
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table, TotalColumns

INGREDIENTS = to_say("Ingredients")

COLUMNS = (
    Column("Ingredient", "product", min_width=24),
    Column("Product id", "product_id", ids),
    Column("Unit", "unit"),
    Column("Storage", "storage"),
    Column("Sale lines", "lines", number),
    Column("A: due by the recipes", "due", quantity),
    Column("B: written off", "q", quantity),
    Column("B − A: net difference", "net", quantity),
    Column("Gross difference", "gross", quantity),
    Column("Value, net", "value", money),
    Column("Value, gross", "gross_value", money),
)


def ingredients_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """Due and written off, by ingredient and storage."""
    totals, empty = TotalColumns("Storage", "B: written off"), to_say("No dishes with a known recipe")
    table = Table(context, "Ingredients", COLUMNS, by_ingredient(result), empty=empty, totals=totals)
    return table_sheet(context, INGREDIENTS, table)
