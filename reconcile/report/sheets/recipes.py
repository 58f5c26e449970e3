"""The Recipes applied sheet: the amounts per portion that were written off that day, beside those of the recipes."""

from __future__ import annotations

from reconcile.analysis.recipes_applied import recipes_applied
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, long_text, number, quantity
from reconcile.report.excel.sheet import Sheet, table_sheet
from reconcile.report.excel.table import Column, Table

RECIPES_APPLIED = to_say("Recipes applied")

COLUMNS = (
    Column("Dish", "dish", min_width=24, max_width=34),
    Column("Modifiers", "modifiers", long_text, max_width=34),
    Column("Ingredient", "product", min_width=24, max_width=34),
    Column("Unit", "unit"),
    Column("A: recipe, a portion", "due", quantity),
    Column("B: taken, a portion", "taken", quantity),
    Column("Sale lines", "lines", number),
    Column("Different amounts", "versions", number),
    Column("Result", "result", label),
    Column("First receipt", "first", ids),
    Column("Last receipt", "last", ids),
    Column("Dish id", "dish_id", ids),
    Column("Ingredient id", "product_id", ids),
)


def recipes_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """One row per dish, modifiers and ingredient."""
    empty = to_say("No dishes were written off")
    table = Table(context, "RecipesApplied", COLUMNS, recipes_applied(result), empty=empty)
    return table_sheet(context, RECIPES_APPLIED, table)
