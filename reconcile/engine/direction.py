"""Which way goods moved: what each line sold, and what each operation took from stock.

The sign of returns and put-backs is not documented, so the movement of the stock decides it. Source: rules/README.md,
"Terms", return and q.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, multiply, sum_by
from reconcile.core.positions import Positions, take_or

_MOST_SUMS = 4096
"""With more sums than this, no correction is recognised on a line."""


def sales(lines: pd.DataFrame, receipts: pd.DataFrame, receipt: Positions) -> dict[str, Any]:
    """For each line `is_dead`, `is_label` (dead by the label alone), `is_return` and `sold`, in millionths.

    `receipt` is the position of each line's receipt.
    """
    deleted = lines["is_deleted"].to_numpy() | receipts["is_deleted"].to_numpy()[receipt]
    is_dead = deleted | receipts["is_dead"].to_numpy()[receipt]
    amount = multiply(lines["count"].to_numpy(), lines["portion_size"].to_numpy()).to_numpy(np.int64)
    is_return = receipts["is_return"].to_numpy()[receipt] | (amount < 0)
    signed = np.where(is_return, -np.abs(amount), amount)
    return {
        "is_dead": is_dead,
        "is_label": is_dead & ~deleted & (amount != 0),
        "is_return": is_return,
        "sold": np.where(is_dead, 0, signed),
    }


def taken(
    operations: pd.DataFrame,
    line: Positions,
    is_own: BoolArray,
    *,
    is_return: BoolArray,
    on_sale: BoolArray,
    sold: IntArray,
) -> tuple[IntArray, BoolArray]:
    """What each operation took from stock (`q`), and whether its quantity may stand without a sign.

    `line` is the position of each operation's line (-1: none), `is_return` and `on_sale` (of a live sale)
    those of its line or receipt, `sold` of each line.
    """
    quantity, before, after = (
        operations[name].to_numpy() for name in ("quantity", "before_quantity", "after_quantity")
    )
    fell, size = np.sign(before - after), np.abs(quantity)
    unmoved = np.where((quantity < 0) | is_return, -size, size)
    q = np.where(on_sale, quantity, np.where(fell == 0, unmoved, fell * size))
    either_sign = ~on_sale
    corrections = _unsigned_corrections(operations, line, is_own & on_sale, sold)
    q[corrections] = -quantity[corrections]
    either_sign[corrections] = True
    return q, either_sign


def _unsigned_corrections(
    operations: pd.DataFrame, line: Positions, own: BoolArray, sold: IntArray
) -> Positions:
    """Own operations of live sales that put back without a sign: the fewest with which the line sums to what it sold.

    Such an operation raised the stock by its quantity and is not the first of its line.
    """
    quantity, before, after = (
        operations[name].to_numpy() for name in ("quantity", "before_quantity", "after_quantity")
    )
    raised = own & (quantity != 0) & (before + quantity == after)
    none = np.empty(0, dtype=np.intp)
    if not raised.any():
        return none
    surplus = sum_by(line[own], quantity[own], len(sold)) - sold
    rows = np.flatnonzero(raised & (take_or(surplus, line, 0) != 0))
    number, time = operations["operation_id"].to_numpy(), operations["operated_at"].to_numpy()
    of_line = np.flatnonzero(np.isin(line, line[rows]))
    in_time = of_line[np.lexsort([number[of_line], time[of_line], line[of_line]])]
    is_first = np.zeros(len(line), dtype=np.bool_)
    is_first[in_time[np.unique(line[in_time], return_index=True)[1]]] = True
    rows = rows[~is_first[rows]]
    rows = rows[np.lexsort([number[rows], line[rows]])]
    found = [none]
    for group in np.split(rows, np.flatnonzero(np.diff(line[rows])) + 1):
        if len(group):
            half, odd = divmod(int(surplus[line[group[0]]]), 2)
            chosen = None if odd else _fewest_with_sum(quantity[group].tolist(), half)
            found.append(group[list(chosen or ())])
    return np.concatenate(found)


def _fewest_with_sum(amounts: list[int], wanted: int) -> tuple[int, ...] | None:
    """Positions of the fewest amounts that sum to `wanted`, of equals the first ones; None where there are none."""
    best: dict[int, tuple[int, ...]] = {0: ()}
    for place in reversed(range(len(amounts))):
        for total, chosen in list(best.items()):
            longer = (place, *chosen)
            known = best.get(total + amounts[place])
            if known is None or (len(longer), longer) < (len(known), known):
                best[total + amounts[place]] = longer
        if len(best) > _MOST_SUMS:
            return None
    return best.get(wanted)
