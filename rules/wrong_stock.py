"""A product taken from the stock of another.

What it checks: All operations of a stock record carry one product and one storage that day.
Why it matters: A stock record holds one product in one storage. Where two take from it, both balances are wrong, and so
    are their costs.
Example:
    stock   product   operations
    5001    Cola      7
    5001    Fanta     1            <- flagged: taken from the stock of cola
Not flagged: A product that is taken from several stocks. Where two products have the most operations equally often, all
    operations of the stock are flagged.
What to do: Look at which product the stock record belongs to, and correct the stock of both.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, ints

RULE = Declaration(
    severity="warning",
    names="operation",
    judges="operations",
    reads="stock_id product_id storage_id q cost",
    message="taken from a stock of {expected} as {actual}",
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations of another product, or of another storage, than most of their stock."""
    found: list[tuple[int, int, int]] = []
    for rows in _mixed_stocks(operations):
        product, storage = (ints(operations, name)[rows].tolist() for name in ("product_id", "storage_id"))
        pairs = list(zip(product, storage, strict=True))
        count = Counter(pairs)
        most = [pair for pair, number in count.items() if number == max(count.values())]
        for row, pair in zip(rows.tolist(), pairs, strict=True):
            if most == [pair]:
                continue
            other = most[0] if len(most) == 1 else min(each for each in count if each != pair)
            place = 0 if other[0] != pair[0] else 1
            found.append((row, other[place], pair[place]))
    flagged, expected, actual = (
        (np.array(column, dtype=np.int64) for column in zip(*sorted(found), strict=True))
        if (found)
        else (np.empty(0, dtype=np.int64),) * 3
    )
    return Flags(
        flagged.astype(np.intp),
        expected_text=expected.astype(str),
        actual_text=actual.astype(str),
        value=multiply(ints(operations, "q")[flagged], ints(operations, "cost")[flagged]),
    )


def _mixed_stocks(operations: pd.DataFrame) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """The positions of the operations of each stock that carries more than one product or storage."""
    stock, product, storage = (ints(operations, name) for name in ("stock_id", "product_id", "storage_id"))
    order = np.lexsort([storage, product, stock])
    same = stock[order][1:] == stock[order][:-1]
    changes = same & (
        (product[order][1:] != product[order][:-1]) | (storage[order][1:] != storage[order][:-1])
    )
    mixed = np.unique(stock[order][1:][changes])
    rows = order[np.isin(stock[order], mixed)]
    return np.split(rows, np.flatnonzero(np.diff(stock[rows])) + 1) if len(rows) else []
