"""The Cost drift sheet: unit costs of the day by product and storage, compared with the newest earlier report."""

from __future__ import annotations

from typing import Any

import pandas as pd

from reconcile.analysis.cost_drift import cost_drift, ratio
from reconcile.core.exact import half_even, nullable
from reconcile.language.translate import to_say
from reconcile.ledger.ledger import Workbook
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, money, number, percent, quantity
from reconcile.report.excel.sheet import Chart, Sheet, table_sheet
from reconcile.report.excel.table import Column

DRIFT = to_say("Cost drift")
PRODUCT_ID, STORAGE_ID = to_say("Product id"), to_say("Storage id")
QUANTITY, COST = to_say("Quantity written off"), to_say("Cost written off")

COLUMNS = (
    Column("Product", "product", min_width=24),
    Column("Storage", "storage"),
    Column("Operations", "operations", number),
    Column("Cost before the first", "before", money),
    Column("First unit cost", "first", money),
    Column("Last unit cost", "last", money),
    Column("Lowest unit cost", "lowest", money),
    Column("Highest unit cost", "highest", money),
    Column("Mean unit cost", "mean", money),
    Column("Drift %", "drift", percent),
    Column("Value of the drift", "value", money),
    Column(QUANTITY, "quantity", quantity),
    Column(COST, "cost", money),
    Column("Mean unit cost, earlier report", "earlier_mean", money),
    Column("Cost change since the earlier report", "change", money),
    Column("of which by price", "by_price", money),
    Column("of which by quantity", "by_quantity", money),
    Column(PRODUCT_ID, "product_id", ids),
    Column(STORAGE_ID, "storage_id", ids),
)


def against(earlier: Workbook | None, drift: pd.DataFrame) -> pd.DataFrame:
    """`drift` compared with an earlier report, by product and storage; NA where that has no such row.

    `change` of the cost is split: `by_quantity` is the change of the quantity at the earlier mean unit cost,
    `by_price` is the change of the mean unit cost at today's quantity.
    """
    costs = earlier.costs if earlier else {}
    compared: list[tuple[int | None, ...]] = []
    now = drift[["product_id", "storage_id", "quantity", "cost"]]
    for product, storage, quantity_now, cost_now in now.astype(object).to_numpy().tolist():
        before, cost = costs.get((product, storage), (0, 0))
        if before > 0 and quantity_now is not pd.NA and cost_now is not pd.NA:
            change, by_quantity = cost_now - cost, half_even((quantity_now - before) * cost, before)
            compared.append((ratio(cost, before), change, change - by_quantity, by_quantity))
        else:
            compared.append((None, None, None, None))
    names = ("earlier_mean", "change", "by_price", "by_quantity")
    return drift.assign(**{name: nullable(row[n] for row in compared) for n, name in enumerate(names)})


def drift_sheet(operations: pd.DataFrame, earlier: Workbook | None, context: WorkbookContext) -> Sheet:
    """Unit costs by product and storage, with a chart of the largest drifts."""
    table: Any = against(earlier, cost_drift(operations))
    drifted = (table["value"].fillna(0) != 0).any()
    title = context.say("Value of the drift, largest first")
    chart = Chart(title, "CostDrift", "Product", ("Value of the drift",)) if drifted else None
    note = context.say("There is no earlier report in the folder to compare with.")
    if earlier:
        note = context.say("The earlier report is {file}.", file=earlier.name)
    empty = to_say("No stock operations")
    return table_sheet(context, DRIFT, COLUMNS, table, empty=empty, note=note, chart=chart)
