"""Product never written off.

What it checks: Of a product that is itself kept in stock, three or more live lines of the day were sold, and an
    operation of the day takes it from stock.
Why it matters: It is a setting, no slip: the product is not tracked in the storage that it is sold from, and every sale
    of it leaves stock and cost wrong. It is said once, and is in no total of goods over or under.
Example:
    product   lines   sold   written off
    Bread     5       9      0           <- flagged once
    Cola      4       4      3           (one missing-write-off)
Not flagged: Fewer than three lines. Lines on receipts that took nothing at all, where they sold other goods too
    (receipt-not-posted). A product that some operation of the day takes.
What to do: Look at the stock settings of the product, and of the storage of that terminal. If it is not meant to be
    tracked, name it under `[untracked]` in reconcile.toml.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable, sum_of_known
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, at_unit_cost, grouped_by_product, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="product",
    judges="lines",
    reads="product_id claim due unit_cost_total unit_cost_quantity",
    message="sold {expected} today, and no operation of the day takes it from stock",
    amounts="apart",
)


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag products whose lines the match found to be never written off."""
    groups = grouped_by_product(
        ints(lines, "product_id"), (lines["claim"] == "goods-never-written-off").to_numpy()
    )
    due = ints(lines, "due")
    values = [sum_of_known(at_unit_cost(lines, rows, -due[rows]).tolist()) for rows in groups]
    sold = np.array([due[rows].sum() for rows in groups], dtype=np.int64)
    first = np.array([rows[0] for rows in groups], dtype=np.intp)
    return Flags(first, expected=sold, actual=sold * 0, value=nullable(values))
