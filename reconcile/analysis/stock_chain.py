"""Opening balance, movements and closing balance of each stock record.

Input: `operations` (`reconcile.model.matched.MatchedOperations`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import IntArray, multiply, nullable
from reconcile.core.positions import starts


def stock_chain(operations: pd.DataFrame) -> pd.DataFrame:
    """One row per stock record (`stock_id`); the largest cost of what was sold below zero first.

    `product`, `product_id` and `storage` describe it, `operations` is a number of rows. In millionths of the unit:
    `opening` (before the first operation), `sold`, `otherwise` (gaps between operations), `broken` (after − before +
    sold), `closing` (after the last), `lowest`, and `below_zero`, what was sold while the balance was below zero.
    opening − sold + otherwise + broken = closing. `last_cost` is the unit cost of the last operation whose cost can be
    relied on, `closing_value` what the closing balance is worth at it, NA where there is none; these and
    `below_zero_cost` are in millionths of money. `broke_zero` is the first receipt that took the balance below zero; 0
    where none did. `counted` is NA: it is for the stock-take.
    """
    rows = operations.iloc[np.argsort(operations["chain_position"].to_numpy())]
    stock, receipt = rows["stock_id"].to_numpy(), rows["asked_receipt_id"].to_numpy()
    before, after = rows["before_quantity"].to_numpy(), rows["after_quantity"].to_numpy()
    first = starts(stock)
    firsts = np.flatnonzero(first)
    lasts = np.append(firsts, len(rows))[1:] - 1
    sold = _sold(rows)
    gaps = np.where(first, 0, before - np.roll(after, 1))
    below = np.maximum(np.minimum(sold, -after), 0)
    cost = multiply(below, rows["cost"].to_numpy())

    def sums(column: IntArray) -> object:
        return nullable(int(part.sum()) for part in np.split(column.astype(object), firsts[1:]) if len(part))

    last_cost = _last_costs(rows, firsts, lasts)
    known = last_cost.fillna(0).to_numpy(np.int64)
    closing_value = multiply(after[lasts], known)
    closing_value[last_cost.isna().to_numpy()] = pd.NA
    lowest = np.minimum.reduceat(np.minimum(before, after), firsts) if len(rows) else before
    broke = (after < 0) & (before >= 0)
    table = pd.DataFrame(
        {
            "product": rows["product"].iloc[firsts].array,
            "product_id": rows["product_id"].to_numpy()[firsts],
            "storage": rows["storage"].iloc[firsts].array,
            "stock_id": stock[firsts],
            "operations": lasts - firsts + 1,
            "opening": before[firsts],
            "sold": sums(sold),
            "otherwise": sums(gaps),
            "broken": sums(after - before + sold),
            "closing": after[lasts],
            "counted": nullable([None] * len(firsts)),
            "last_cost": last_cost,
            "closing_value": closing_value,
            "lowest": lowest,
            "broke_zero": _first(broke, receipt, firsts),
            "below_zero": sums(below),
            "below_zero_cost": sums(cost.fillna(0).to_numpy(np.int64)),
        }
    )
    by = ["below_zero_cost", "below_zero", "operations"]
    return table.sort_values(by, key=lambda each: each.fillna(0), ascending=False, ignore_index=True)


def _sold(rows: pd.DataFrame) -> IntArray:
    """What each operation took from stock; negative for a return that was put back."""
    quantities = rows["quantity"].to_numpy()
    put_back = -np.abs(quantities)
    after = rows["before_quantity"].to_numpy() - put_back
    is_put_back = rows["is_return"].to_numpy() & (after == rows["after_quantity"].to_numpy())
    return np.where(is_put_back, put_back, quantities)


def _last_costs(rows: pd.DataFrame, firsts: npt.NDArray[np.intp], lasts: npt.NDArray[np.intp]) -> Any:
    """Of each run, the cost of its last operation whose cost can be relied on; NA where there is none."""
    cost = rows["cost"].to_numpy()
    relied_on = rows["is_costed"].to_numpy() & (cost > 0)
    last = np.maximum.accumulate(np.where(relied_on, np.arange(len(rows)), -1))[lasts]
    return pd.Series(np.where(last >= firsts, cost[last], 0), dtype="Int64").mask(last < firsts)


def _first(flags: np.ndarray, values: IntArray, firsts: np.ndarray) -> object:
    """In each run, the value where the flag is first set; 0 where it is never set."""
    found = [
        int(some[np.argmax(flag)]) if flag.any() else 0
        for flag, some in zip(np.split(flags, firsts[1:]), np.split(values, firsts[1:]), strict=True)
        if len(flag)
    ]
    return np.array(found, dtype=np.int64)
