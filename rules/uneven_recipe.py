"""One sale of a dish took another amount than the others.

What it checks: Where a dish's recipe is not known, its lines of the day with the same modifiers are compared with one
    another: what each ingredient took for a portion (in the ingredient's unit, 3 decimals). An amount that over half
    of three lines or more agree on is the usual one.
Why it matters: A recipe does not change from guest to guest: the odd line was written off wrong, or the recipe was
    changed during the day.
Example:
    dish     line   sold   rice    rice a portion
    Pilaf    14     1      0.15    0.15
    Pilaf    15     2      0.3     0.15
    Pilaf    16     1      0.3     0.3                <- flagged: twice the usual
Not flagged: Dishes whose recipe is known (recipe-mismatch). Dishes of fewer than three lines, or without a majority:
    these can't be judged. A difference of at most the quantity step, 0.001, on the line, or what grams rounded on
    smaller lines come to on a larger one.
What to do: Compare the stock operations of this line with those of another one of the same dish.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import Flags, at_unit_cost, bools, ints, where

RULE = Declaration(
    severity="warning",
    names="ingredient",
    reads=("product_id", "is_uneven", "usual", "written_off", "unit_cost_total", "unit_cost_quantity"),
    message="such a sale usually takes {expected}, written off {actual} (difference {difference})",
    cause=to_say("nothing of it is due"),
)


def judge(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag ingredients that a line took another amount of than lines like it."""
    usual, written_off = ints(ingredients, "usual"), ints(ingredients, "written_off")
    differs = np.abs(written_off - usual) > thresholds.quantity_step(ints(ingredients, "product_id"))
    rows = where(bools(ingredients, "is_uneven") & differs)
    difference = written_off[rows] - usual[rows]
    return Flags(
        rows,
        expected=usual[rows],
        actual=written_off[rows],
        value=at_unit_cost(ingredients, rows, difference),
    )
