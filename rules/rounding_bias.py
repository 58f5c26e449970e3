"""One-sided rounding.

What it checks: Of an ingredient's sale lines of the day that agree with the recipe within the quantity step, 0.001,
    the small differences fall to both sides, or stay small together: at most a tenth of what was due.
Why it matters: No single line is wrong, but what is rounded up, or down, at every sale adds up, and the shelf and the
    books drift apart day after day.
Example:
    dish           ingredient   due      written off
    Half a latte   Cinnamon     0.0005   0.001
    Half a latte   Cinnamon     0.0005   0.001       <- flagged once for the day, if five lines or more are so
Not flagged: Fewer than five such lines. Differences to both sides: they cancel. Together no more than the quantity
    step, or than a tenth of what was due. Returns. Lines that differ by more (recipe-mismatch).
What to do: Give the ingredient a smaller unit, or a recipe for a larger batch (a preparation), so that a portion is
    no fraction of the smallest amount that the point of sale writes off.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply_ratio
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, has_operations, ints, is_unclaimed
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="product",
    judges="ingredients",
    reads="product_id line sold is_due due written_off operations claim day_cost_total day_cost_quantity",
    message=(
        "rounded to the same side on every line that is not exact: {expected} is due, written off {actual} "
        "(difference {difference})"
    ),
    needs_catalogue=True,
    amounts="apart",
)
_FEWEST = 5
"""Lines to one side; fewer may be chance."""
_PARTS = 10
"""One part of so many of what is due is still small."""


def judge(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag, at its first row, each ingredient whose differences within the step all fall to one side and add up."""
    due, written_off, product = (ints(ingredients, name) for name in ("due", "written_off", "product_id"))
    step, difference = thresholds.quantity_step(product), written_off - due
    is_sale = bools(ingredients, "is_due") & (ints(ingredients, "sold") > 0) & is_unclaimed(ingredients)
    rows = np.flatnonzero(is_sale & has_operations(ingredients) & (np.abs(difference) <= step))
    products, of_row = np.unique(product[rows], return_inverse=True)
    up, down = (
        np.bincount(of_row, weights=side, minlength=len(products))
        for side in (difference[rows] > 0, difference[rows] < 0)
    )
    found = []
    for place in np.flatnonzero((up + down >= _FEWEST) & ((up == 0) | (down == 0))).tolist():
        some = rows[of_row == place]
        expected, actual = sum(due[some].tolist()), sum(written_off[some].tolist())
        together = abs(actual - expected)
        if together > step[some[0]] and together * _PARTS > abs(expected):
            found.append((some[0], expected, actual))
    at, expected, actual = (np.array([each[column] for each in found], dtype=np.int64) for column in range(3))
    cost = (ints(ingredients, f"day_cost_{part}")[at] for part in ("total", "quantity"))
    return Flags(at, expected=expected, actual=actual, value=multiply_ratio(actual - expected, *cost))
