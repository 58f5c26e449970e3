"""The Recipes applied sheet: the amounts for a portion that were in force that day, beside the recipes' own."""

from __future__ import annotations

from reconcile.analysis.recipes_applied import (
    recipes_applied,
)
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.cells import ids, label, long_text, number, quantity
from reconcile.report.excel.edition import Edition
from reconcile.report.excel.sheet import Sheet, detail
from reconcile.report.excel.table import Column, Table

RECIPES_APPLIED = to_say("Recipes applied")

COLUMNS = (
    Column("Dish", "dish", narrowest=24, widest=34),
    Column("Modifiers", "modifiers", long_text, widest=34),
    Column("Ingredient", "product", narrowest=24, widest=34),
    Column("Unit", "unit"),
    Column("A: recipe, a portion", "due", quantity),
    Column("B: taken, a portion", "taken", quantity),
    Column("Sale lines", "lines", number),
    Column("Amounts seen", "versions", number),
    Column("Result", "result", label),
    Column("First receipt", "first", ids),
    Column("Last receipt", "last", ids),
    Column("Dish id", "dish_id", ids),
    Column("Ingredient id", "product_id", ids),
)


def recipes_sheet(result: Result, edition: Edition) -> Sheet:
    """The amounts for a portion that were seen that day, beside the recipe's own."""
    table = Table(
        edition,
        "RecipesApplied",
        COLUMNS,
        recipes_applied(result),
        empty=to_say("No dishes were written off"),
    )
    return detail(edition, RECIPES_APPLIED, table)
