"""How unit costs changed over the day.

Input: `operations` (`reconcile.model.matched.MatchedOperations`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import MICRO, IntArray, half_even, nullable, total
from reconcile.core.positions import starts


def cost_drift(operations: pd.DataFrame) -> pd.DataFrame:
    """One row per `product_id` and `storage_id`, the largest |value| first.

    `product` and `storage` are names, `operations` is a number of rows. Amounts have the sign of what was taken from
    stock: what was put back is negative. In millionths: unit costs `before` (before the first operation), `first`,
    `last`, `lowest`, `highest` and `mean` (`cost` / `quantity`); `drift`, the change from `before` to `last` as a part
    of `before`; `value`, the sum of (cost − cost before) × quantity where the cost before is known; `quantity`, of it
    `returned`, and `cost`, sums of all operations. Unknown `mean`, `drift`, sums: NA.
    """
    order, firsts = _grouped(operations)
    rows = operations.iloc[order]
    ends = np.append(firsts, len(rows))[1:]
    cost, before, worth, taken = (rows[name].to_numpy() for name in ("cost", "before_cost", "worth", "q"))
    first, last, first_before = cost[firsts], cost[ends - 1], before[firsts]
    drifted = np.flatnonzero((before > 0) & (cost != before))
    value = _values(drifted, firsts, cost - before, taken)
    spans = list(zip(firsts.tolist(), ends.tolist(), strict=True))
    put_back = np.minimum(taken, 0)
    quantities, returned, sums = (
        [total(column[start:end]) for start, end in spans] for column in (taken, put_back, worth)
    )
    means = [ratio(*each) for each in zip(sums, quantities, strict=True)]
    shares = [
        ratio(b - a, a) if a > 0 else None for a, b in zip(first_before.tolist(), last.tolist(), strict=True)
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
            "mean": nullable(means),
            "drift": nullable(shares),
            "value": nullable(value),
            "quantity": nullable(quantities),
            "returned": nullable(returned),
            "cost": nullable(sums),
        }
    )
    # a stable sort: the groups are in order of product and storage
    return table.sort_values(
        "value", key=abs, ascending=False, na_position="first", kind="stable", ignore_index=True
    )


def _grouped(operations: pd.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Positions of the rows by product, storage, time and id; and where each product and storage begins."""
    times = operations["operated_at"].to_numpy("datetime64[s]")
    when = np.where(np.isnat(times), np.iinfo(np.int64).max, times.astype(np.int64))  # without a time: last
    product, storage, ids = (
        operations[name].to_numpy() for name in ("product_id", "storage_id", "operation_id")
    )
    order = np.lexsort([ids, when, storage, product])
    return order, np.flatnonzero(starts(product[order], storage[order]))


def _values(
    rows: npt.NDArray[np.intp], starts: npt.NDArray[np.intp], change: IntArray, amounts: IntArray
) -> list[int]:
    """Sums of change × amount by group, in Python integers, which don't overflow."""
    sums = [0] * len(starts)
    groups = np.searchsorted(starts, rows, side="right") - 1
    for group, a, b in zip(groups.tolist(), change[rows].tolist(), amounts[rows].tolist(), strict=True):
        sums[group] += a * b
    return [half_even(each, MICRO) for each in sums]


def ratio(numerator: int, denominator: int) -> int | None:
    """A quotient in millionths; None where the denominator is 0."""
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    return half_even(numerator * MICRO, denominator) if denominator else None
