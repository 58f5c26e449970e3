"""Which operations' costs agree with themselves, and whether the venue rounds them to whole money.

Source: rules/README.md, `total-cost-mismatch` and "Rounding".
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, IntArray, multiply, rows_where, total
from reconcile.model.classes import Tally
from reconcile.settings.thresholds import DayThresholds

_FEWEST = 10
"""So many operations without whole cost × quantity, and no total that is not whole, show that the venue rounds."""
HALF = MICRO // 2


@dataclasses.dataclass(frozen=True)
class TotalCosts:
    """By operation, and for the day."""

    is_total_off: BoolArray
    """cost × quantity and total_cost differ by more than rounding."""
    is_costed: BoolArray
    """Its cost can be relied on for unit costs."""
    rounds: bool
    """The venue rounds to whole money."""
    rounded: Tally
    """Operations that agree only because it does, and their differences, in magnitude."""


def total_costs(operations: pd.DataFrame, on_sale: BoolArray, thresholds: DayThresholds) -> TotalCosts:
    """`on_sale`: operations of live sales, where signs are compared too; elsewhere magnitudes are."""
    quantity, cost, given = (operations[name].to_numpy() for name in ("quantity", "cost", "total_cost"))
    rounds = not (given % MICRO).any() and int((~_is_whole(cost, quantity)).sum()) >= _FEWEST
    of_product = operations["product_id"].to_numpy()
    steps = (thresholds.money_step(of_product), thresholds.cost_step(of_product))
    is_off = _beyond(on_sale, (cost, quantity, given), steps, 0)
    rounded = Tally(0, 0)
    if rounds:
        beyond = _beyond(on_sale, (cost, quantity, given), steps, HALF)
        rows = np.flatnonzero(is_off & ~beyond)
        gaps = np.abs(given[rows]) - np.abs(multiply(cost[rows], quantity[rows]).to_numpy(np.int64))
        rounded, is_off = Tally(len(rows), total(np.abs(gaps))), beyond
    return TotalCosts(
        is_total_off=is_off,
        is_costed=~(is_off | ((cost <= 0) & ((quantity != 0) | (cost < 0)))),
        rounds=rounds,
        rounded=rounded,
    )


def _is_whole(cost: IntArray, quantity: IntArray) -> BoolArray:
    """Where cost × quantity is whole money; both are split so that no product overflows."""
    (cost_whole, cost_rest), (whole, rest) = np.divmod(cost, MICRO), np.divmod(quantity, MICRO)
    middle = (cost_whole * rest + cost_rest * whole) % MICRO
    return np.asarray((middle * MICRO + cost_rest * rest) % (MICRO * MICRO) == 0, dtype=np.bool_)


def _beyond(
    on_sale: BoolArray,
    numbers: tuple[IntArray, IntArray, IntArray],
    steps: tuple[IntArray, IntArray],
    extra: int,
) -> BoolArray:
    """Operations whose total differs by more than the steps and `extra`."""
    cost, quantity, given = numbers
    money_step, cost_step = steps

    def off(cost: Any, quantity: Any, given: Any, money_step: Any, cost_step: Any) -> Any:
        """In millionths of millionths, doubled, so that half a step is a whole number."""
        gap = abs(cost * quantity - given * MICRO)
        return 2 * gap > 2 * (money_step + extra) * MICRO + abs(quantity) * cost_step

    if not on_sale.all():  # elsewhere only magnitudes are compared
        cost, quantity, given = (np.where(on_sale, each, np.abs(each)) for each in numbers)

    def bound(cost: Any, quantity: Any, given: Any, money_step: Any, cost_step: Any) -> Any:
        return 2 * (cost * quantity + (given + money_step + extra) * MICRO) + quantity * cost_step

    return rows_where(off, (cost, quantity, given, money_step, cost_step), bound)
