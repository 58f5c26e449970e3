"""Cost above price.

What it checks: What was written off for a sale is worth at most three times what it brought: its subtotal before
    discounts, or price × count (the factor is the setting `cost_to_price`).
Why it matters: Few restaurants sell at a third of the cost. It shows a wrong unit, a wrong recipe or a wrong purchase
    that nothing else shows, as all lines of the day are wrong alike.
Example:
    dish     subtotal   written off
    Pilaf    22000      8000
    Pilaf    22000      81000         <- flagged: 8 kg of rice for 80 g, at the costliest ingredient
Not flagged: Gifts, and lines without a price. Lines of which another error or warning says something. Exactly three
    times the price.
What to do: Look at the recipe and the unit of the ingredient named, then at its last purchase.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="ingredient",
    judges="dear_lines",
    reads="worth revenue is_named",
    message="the sale brought {expected}, what was written off for it cost {actual}",
    compares="other",
    after_others=True,
)


def judge(dear: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag lines that cost far more than they brought, where nothing else is said of them."""
    rows = np.flatnonzero(~bools(dear, "is_named"))
    expected, actual = ints(dear, "revenue")[rows], ints(dear, "worth")[rows]
    return Flags(rows, expected=expected, actual=actual, value=actual - expected)
