"""Differs from other sales of the dish.

What it checks: Where a dish's recipe is not known, its lines of the day with the same modifiers are compared with
    each other, by the amount of each ingredient per portion (in the ingredient's unit, 3 decimals). Where there
    are three lines or more, and more than half of them agree on an amount, that is the usual one.
Why it matters: A recipe does not change from sale to sale: the line that differs was written off wrong, or the
    recipe was changed during the day.
Example:
    dish     line   sold   rice    rice a portion
    Pilaf    14     1      0.15    0.15
    Pilaf    15     2      0.3     0.15
    Pilaf    16     1      0.3     0.3                <- flagged: twice the usual
Not flagged: Dishes whose recipe is known (recipe-mismatch). Dishes of fewer than three lines, or without a
    majority: these can't be judged. A difference of at most the quantity step, 0.001, on the line, or of what the
    rounding to grams on smaller lines adds up to on a larger one.
What to do: Compare the stock operations of this line with those of another one of the same dish.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, at_unit_cost, bools, ints, is_unclaimed
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="ingredient",
    judges="ingredients",
    reads="product_id is_uneven usual written_off claim unit_cost_total unit_cost_quantity",
    message="such a sale usually takes {expected}, written off {actual} (difference {difference})",
    cause=to_say("nothing of it is due"),
    amounts="apart",
)


def judge(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag ingredients that a line took another amount of than lines like it."""
    usual, written_off = ints(ingredients, "usual"), ints(ingredients, "written_off")
    differs = np.abs(written_off - usual) > thresholds.quantity_step(ints(ingredients, "product_id"))
    rows = np.flatnonzero(bools(ingredients, "is_uneven") & differs & is_unclaimed(ingredients))
    difference = written_off[rows] - usual[rows]
    return Flags(
        rows,
        expected=usual[rows],
        actual=written_off[rows],
        value=at_unit_cost(ingredients, rows, difference),
    )
