"""Stock moved between two sales.

What it checks: In one stock record, ordered by time and then id, each operation begins where the one before it
    ended.
Why it matters: Between the two, goods came or went by another way: a delivery, a count, a transfer, or a
    write-off that no receipt of the day explains. Most gaps are good deliveries; read them, don't fix them.
Example:
    time    before   after
    12:10   50       48
    12:40   98       97     <- info: 50 came in between
Not flagged: The first operation of the day. Operations without a time.
What to do: Match the gap with a delivery, a transfer or a count; a gap that nothing explains is worth asking
    about.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from reconcile.exact import products
from reconcile.settings import Thresholds
from rules.flags import Flags, Rows, ints

SEVERITY: Final = "info"
NAMES: Final = "operation"
READS = ("operation_id", "stock_id", "operated_at", "before_quantity", "after_quantity", "cost")
MESSAGE = "the operation before left {expected}, this one begins at {actual} (moved {difference} in between)"


def judge(operations: pd.DataFrame, thresholds: Thresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that do not begin where the one before ended."""
    order = _by_stock_and_time(operations)
    stock = ints(operations, "stock_id")[order]
    before, after = ints(operations, "before_quantity")[order], ints(operations, "after_quantity")[order]
    gaps = np.flatnonzero((stock[1:] == stock[:-1]) & (before[1:] != after[:-1]))
    rows = np.sort(order[gaps + 1])
    place = np.empty(len(operations), dtype=np.intp)
    place[order] = np.arange(len(order))
    expected, actual = after[place[rows] - 1], before[place[rows]]
    value = products(actual - expected, ints(operations, "cost")[rows])
    return Flags(rows, expected=expected, actual=actual, value=value)


def _by_stock_and_time(operations: pd.DataFrame) -> Rows:
    """Positions of the operations that have a time, by stock record, then time, then id."""
    time, number = operations["operated_at"].to_numpy(), ints(operations, "operation_id")
    in_time = bool((np.diff(number) > 0).all() and (np.diff(time) >= np.timedelta64(0, "s")).all())
    order = np.arange(len(time)) if in_time else np.lexsort((number, time))
    order = order[~np.isnat(time[order])]
    codes, stocks = pd.factorize(ints(operations, "stock_id"))
    narrow = codes.astype(np.uint16) if len(stocks) < 2**16 else codes  # 16 bits are sorted in linear time
    return np.asarray(order[np.argsort(narrow[order], kind="stable")], dtype=np.intp)
