"""The Cost drift sheet: unit costs of the day by product and storage, and against the newest earlier report."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.exact import MICRO, IntArray, half_even, known, total
from reconcile.language import to_say
from reconcile.memory import Workbook
from reconcile.positions import starts
from reconcile.report.cells import ids, money, number, percent, quantity
from reconcile.report.edition import Edition
from reconcile.report.sheet import Chart, Sheet, detail
from reconcile.report.table import Column, Table

DRIFT = to_say("Cost drift")
PRODUCT_ID, STORAGE_ID = to_say("Product id"), to_say("Storage id")
QUANTITY, COST = to_say("Quantity written off"), to_say("Cost written off")

COLUMNS = (
    Column("Product", "product", narrowest=24),
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
    Column("Cost against the earlier report", "change", money),
    Column("of it by price", "by_price", money),
    Column("of it by quantity", "by_quantity", money),
    Column(PRODUCT_ID, "product_id", ids),
    Column(STORAGE_ID, "storage_id", ids),
)


def cost_drift(operations: pd.DataFrame) -> pd.DataFrame:
    """One row a product and storage, the biggest value of drift first.

    `mean` is weighted by quantity; `drift` is the last unit cost against the cost before the first operation;
    `value` is the sum of (cost − cost before) × |quantity| wherever a cost before is known.
    """
    order, firsts = _grouped(operations)
    rows = operations.iloc[order]
    ends = np.append(firsts, len(rows))[1:]
    cost, before, costs = (rows[name].to_numpy() for name in ("cost", "before_cost", "total_cost"))
    amounts = np.abs(rows["quantity"].to_numpy())
    first, last, first_before = cost[firsts], cost[ends - 1], before[firsts]
    drifted = np.flatnonzero((before > 0) & (cost != before))
    value = _values(drifted, firsts, cost - before, amounts)
    spans = list(zip(firsts.tolist(), ends.tolist(), strict=True))
    quantities = [total(amounts[start:end]) for start, end in spans]
    sums = [total(np.abs(costs[start:end])) for start, end in spans]
    means = [_ratio(*each) for each in zip(sums, quantities, strict=True)]
    shares = [
        _ratio(100 * (b - a), a) if a > 0 else None
        for a, b in zip(first_before.tolist(), last.tolist(), strict=True)
    ]
    table = pd.DataFrame(
        {
            "product": rows["product"].iloc[firsts].array,
            "product_id": rows["product_id"].to_numpy()[firsts],
            "storage_id": rows["storage_id"].to_numpy()[firsts],
            "storage": rows["storage"].iloc[firsts].array,
            "operations": ends - firsts,
            "before": first_before,
            "first": first,
            "last": last,
            "lowest": np.minimum.reduceat(cost, firsts) if len(rows) else cost,
            "highest": np.maximum.reduceat(cost, firsts) if len(rows) else cost,
            "mean": known(means),
            "drift": known(shares),
            "value": known(value),
            "quantity": known(quantities),
            "cost": known(sums),
        }
    )
    size = table["value"].abs().fillna(2**62).to_numpy(np.int64)
    # lexsort is stable, and the groups are in order of product and storage
    return table.iloc[np.lexsort([-size])].reset_index(drop=True)


def _grouped(operations: pd.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The rows ordered by product, storage, time and id; and where each product and storage begins."""
    times = operations["operated_at"].to_numpy("datetime64[s]")
    when = np.where(np.isnat(times), np.iinfo(np.int64).max, times.astype(np.int64))  # no time: at the end
    product, storage, ids = (
        operations[name].to_numpy() for name in ("product_id", "storage_id", "operation_id")
    )
    order = np.lexsort([ids, when, storage, product])
    return order, np.flatnonzero(starts(product[order], storage[order]))


def _values(
    rows: npt.NDArray[np.intp], starts: npt.NDArray[np.intp], change: IntArray, amounts: IntArray
) -> list[int]:
    """Sums of change × amount by group, in Python integers: no product is too large."""
    sums = [0] * len(starts)
    groups = np.searchsorted(starts, rows, side="right") - 1
    for group, a, b in zip(groups.tolist(), change[rows].tolist(), amounts[rows].tolist(), strict=True):
        sums[group] += a * b
    return [half_even(each, MICRO) for each in sums]


def _ratio(numerator: int, denominator: int) -> int | None:
    """A quotient in millionths; unknown where it divides by 0."""
    return half_even(numerator * MICRO, denominator) if denominator else None


def against(earlier: Workbook | None, drift: pd.DataFrame) -> pd.DataFrame:
    """`drift` with what an earlier report says of the same product and storage; unknown where it says nothing.

    The change of the cost is split: `by_quantity` is the change of the quantity at the earlier mean unit cost,
    `by_price` the rest: the change of the mean unit cost, at today's quantity.
    """
    costs = earlier.costs if earlier else {}
    means, changes, by_quantity = [], [], []
    now = drift[["product_id", "storage_id", "quantity", "cost"]]
    for product, storage, quantity_now, cost_now in now.astype(object).to_numpy().tolist():
        before, cost = costs.get((product, storage), (0, 0))
        is_known = before > 0 and quantity_now is not pd.NA and cost_now is not pd.NA
        means.append(_ratio(cost, before) if is_known else None)
        changes.append(cost_now - cost if is_known else None)
        by_quantity.append(half_even((quantity_now - before) * cost, before) if is_known else None)
    by_price = [
        None if change is None or part is None else change - part
        for change, part in zip(changes, by_quantity, strict=True)
    ]
    return drift.assign(
        earlier_mean=known(means),
        change=known(changes),
        by_price=known(by_price),
        by_quantity=known(by_quantity),
    )


def drift_sheet(operations: pd.DataFrame, earlier: Workbook | None, edition: Edition) -> Sheet:
    """Unit costs by product and storage, with a picture of the biggest drifts."""
    table: Any = against(earlier, cost_drift(operations))
    drifted = (table["value"].fillna(0) != 0).any()
    title = edition.say("Value of the drift, the biggest")
    chart = Chart(title, "CostDrift", "Product", ("Value of the drift",)) if drifted else None
    rows = Table(edition, "CostDrift", COLUMNS, table, empty=to_say("No stock operations"))
    told = edition.say("There is no earlier report in the folder to compare with.")
    if earlier:
        told = edition.say("The earlier report is {file}.", file=earlier.name)
    return detail(edition, DRIFT, rows, told, chart=chart)
