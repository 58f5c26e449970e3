"""Opening balance, movements and closing balance of each stock record.

Input: `operations` (`reconcile.model.matched.MatchedOperations`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray, multiply, nullable
from reconcile.core.positions import starts


def stock_chain(operations: pd.DataFrame) -> pd.DataFrame:
    """One row per stock record (`stock_id`); the largest cost of what was sold below zero first.

    `product`, `product_id` and `storage` describe it, `operations` is a number of rows. In millionths of the unit:
    `opening` (before the first operation), `sold`, `otherwise` (gaps between operations), `broken` (after − before +
    sold), `closing` (after the last), `lowest`, and `below_zero`, what was sold while the balance was below zero.
    opening − sold + otherwise + broken = closing. `below_zero_cost` is in millionths of money. `broke_zero` is the
    first receipt that took the balance below zero; 0 where none did.
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


def _first(flags: np.ndarray, values: IntArray, firsts: np.ndarray) -> object:
    """In each run, the value where the flag is first set; 0 where it is never set."""
    found = [
        int(some[np.argmax(flag)]) if flag.any() else 0
        for flag, some in zip(np.split(flags, firsts[1:]), np.split(values, firsts[1:]), strict=True)
        if len(flag)
    ]
    return np.array(found, dtype=np.int64)
