"""The sheets Stock movement, Recipes and Unit costs: frames of `reconcile.analysis`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from reconcile.analysis.cost_drift import cost_drift, ratio
from reconcile.analysis.recipes_applied import recipes_applied
from reconcile.analysis.units import units_of
from reconcile.core.exact import half_even, nullable
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.ledger.ledger import Workbook
from reconcile.report.excel.chart import Chart
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, long_text, money, number, percent, quantity, unit_cost
from reconcile.report.excel.sheet import Sheet
from reconcile.report.excel.table import Column, TotalColumns
from reconcile.report.excel.table_sheet import table_sheet

DRIFT = to_say("Unit costs")
RECIPES = to_say("Recipes")
PRODUCT_ID, STORAGE_ID = to_say("Product id"), to_say("Storage id")
QUANTITY, COST = to_say("Quantity written off"), to_say("Cost written off")
RETURNED = to_say("Of it returned")
"""Workbooks without this column count returns as usage, so their costs are not read."""
_CHAIN_NOTE = to_say(
    "Opening − sold + other movements + broken = closing. Other movements: what came in or went out between two sales "
    "(purchases, transfers, stock-takes, other receipts). Broken: the amount by which single operations don't add up."
)


def _with_units(table: pd.DataFrame, units: Mapping[int, str]) -> pd.DataFrame:
    return table.assign(unit=units_of(table["product_id"], units))


_CHAIN_COLUMNS = (
    Column("Product", "product", min_width=24),
    Column("Unit", "unit"),
    Column("Storage", "storage"),
    Column("Operations", "operations", number),
    Column("Opening balance", "opening", quantity),
    Column("Sold", "sold", quantity),
    Column("Other movements", "otherwise", quantity),
    Column("Broken", "broken", quantity),
    Column("Closing balance", "closing", quantity),
    Column("Counted", "counted", quantity, min_width=12),
    Column("Last unit cost", "last_cost", unit_cost),
    Column("Value of the closing balance", "closing_value", money, total=True),
    Column("Lowest point", "lowest", quantity),
    Column("Receipt that took it below zero", "broke_zero", ids),
    Column("Sold below zero", "below_zero", quantity),
    Column("Cost of what was sold below zero", "below_zero_cost", money, total=True),
    Column("Product id", "product_id", ids),
    Column("Stock", "stock_id", ids),
)


def chain_sheet(
    chain: pd.DataFrame, operations: pd.DataFrame, units: Mapping[int, str], context: WorkbookContext
) -> Sheet:
    """Each stock record from its opening balance to its closing balance: the `chain` of the operations."""
    note = context.say(_CHAIN_NOTE)
    if without := int(operations["operated_at"].isna().sum()):
        many = context.language.many(
            "{count} operation has no time: it stands where its id does.",
            "{count} operations have no time: they stand where their ids do.",
            without,
        )
        note = f"{note} {many}"
    rows, totals = _with_units(chain, units), TotalColumns("Unit", "Closing balance")
    name, empty = to_say("Stock movement"), to_say("No stock operations")
    return table_sheet(
        context, name, _CHAIN_COLUMNS, rows, empty=empty, totals=totals, note=note, table_name="StockChain",
        freeze_to="Product", print_to="Cost of what was sold below zero",
    )  # fmt: skip


_RECIPE_COLUMNS = (
    Column("Dish", "dish", min_width=24, max_width=34),
    Column("Modifiers", "modifiers", long_text, max_width=34),
    Column("Ingredient", "product", min_width=24, max_width=34),
    Column("Unit", "unit"),
    Column("A: recipe, a portion", "due", quantity),
    Column("B: taken, a portion", "taken", quantity),
    Column("Difference", "difference", quantity),
    Column("Sale lines", "lines", number),
    Column("Value, all portions", "value", money, total=True),
    Column("Different amounts", "versions", number),
    Column("Result", "result", label),
    Column("First receipt", "first", ids),
    Column("Last receipt", "last", ids),
    Column("Dish id", "dish_id", ids),
    Column("Ingredient id", "product_id", ids),
)


def recipes_sheet(result: Result, context: WorkbookContext) -> Sheet:
    """The amounts per portion that were written off, beside those of the recipes: by dish, modifiers, ingredient."""
    rows, empty = recipes_applied(result), to_say("No dishes were written off")
    return table_sheet(
        context,
        RECIPES,
        _RECIPE_COLUMNS,
        rows,
        empty=empty,
        table_name="RecipesApplied",
        print_to="Last receipt",
    )


_DRIFT_COLUMNS = (
    Column("Product", "product", min_width=24),
    Column("Unit", "unit"),
    Column("Storage", "storage"),
    Column("Operations", "operations", number),
    Column("Cost before the first", "before", unit_cost),
    Column("First unit cost", "first", unit_cost),
    Column("Last unit cost", "last", unit_cost),
    Column("Lowest unit cost", "lowest", unit_cost),
    Column("Highest unit cost", "highest", unit_cost),
    Column("Mean unit cost", "mean", unit_cost),
    Column("Drift %", "drift", percent),
    Column("Value of the drift", "value", money, total=True),
    Column(QUANTITY, "quantity", quantity),
    Column(RETURNED, "returned", quantity),
    Column(COST, "cost", money, total=True),
    Column("Mean unit cost, earlier report", "earlier_mean", unit_cost),
    Column("Cost change since the earlier report", "change", money, total=True),
    Column("of which by price", "by_price", money, total=True),
    Column("of which by quantity", "by_quantity", money, total=True),
    Column(PRODUCT_ID, "product_id", ids),
    Column(STORAGE_ID, "storage_id", ids),
)


def against(earlier: Workbook | None, drift: pd.DataFrame) -> pd.DataFrame:
    """`drift` compared with an earlier report, by product and storage; NA where that has no such row.

    `change` of the cost is split: `by_quantity` is the change of the quantity at the earlier mean unit cost,
    `by_price` is the change of the mean unit cost at today's quantity. Where all of the earlier day was put back again
    there is no mean unit cost, and nothing is compared.
    """
    costs = earlier.costs if earlier else {}
    compared: list[tuple[int | None, ...]] = []
    now = drift[["product_id", "storage_id", "quantity", "cost"]]
    for product, storage, quantity_now, cost_now in now.astype(object).to_numpy().tolist():
        before, cost = costs.get((product, storage), (0, 0))
        if before and quantity_now is not pd.NA and cost_now is not pd.NA:
            sign = 1 if before > 0 else -1
            change, by_quantity = (
                cost_now - cost,
                half_even((quantity_now - before) * cost * sign, abs(before)),
            )
            compared.append((ratio(cost, before), change, change - by_quantity, by_quantity))
        else:
            compared.append((None, None, None, None))
    names = ("earlier_mean", "change", "by_price", "by_quantity")
    return drift.assign(**{name: nullable(row[n] for row in compared) for n, name in enumerate(names)})


def drift_sheet(
    operations: pd.DataFrame, units: Mapping[int, str], earlier: Workbook | None, context: WorkbookContext
) -> Sheet:
    """Unit costs by product and storage, compared with the newest earlier report, and a chart of the largest drifts."""
    table: Any = _with_units(against(earlier, cost_drift(operations)), units)
    drifted = (table["value"].fillna(0) != 0).any()
    title = context.say("Value of the drift, largest first")
    chart = Chart(title, "CostDrift", "Product", ("Value of the drift",))
    note = context.say("There is no earlier report in the folder to compare with.")
    if earlier:
        note = context.say("The earlier report is {file}.", file=earlier.name)
        if not earlier.costs:
            note = context.say("The earlier report, {file}, has no costs to compare with.", file=earlier.name)
    totals, empty = TotalColumns("Storage", COST), to_say("No stock operations")
    return table_sheet(
        context,
        DRIFT,
        _DRIFT_COLUMNS,
        table,
        empty=empty,
        totals=totals,
        note=note,
        charts=(chart,) if drifted else (),
        table_name="CostDrift",
        freeze_to="Storage",
        print_to="of which by quantity",
    )
