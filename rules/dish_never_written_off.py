"""Dish never written off.

What it checks: Of the day's live lines of a dish whose recipe is not known, or takes nothing, at least one has stock
    operations.
Why it matters: Either the dish takes nothing from stock on purpose, or its recipe was never entered and everything in
    it goes unrecorded. From the records this can't be decided, so it is reported once and not for each line.
Example:
    dish      lines   with operations
    Pilaf     12      11                  (the odd one is missing-write-off)
    Tea       30      0                   <- info
Not flagged: Dishes whose recipe takes something (missing-write-off names each line). Products that are themselves kept
    in stock, or not tracked. Voided lines. A dish one of whose operations could not be read.
What to do: Open the dish's recipe. If it is empty and should be, name the product as untracked in the settings.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints, is_kind
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="info",
    names="product",
    judges="lines",
    reads="kind lost_operation sold product_id operations recipe takes_nothing",
    message="never written off, on all lines of the day: {expected}",
    compares="other",
)


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag, at its first line, each dish that no live line of the day took from stock."""
    product, is_live = ints(lines, "product_id"), ints(lines, "sold") != 0
    without_recipe = is_kind(lines, "composite") & (lines["recipe"] != "known").to_numpy()
    is_taken = (is_live & (ints(lines, "operations") > 0)) | bools(lines, "lost_operation")
    untouched = np.flatnonzero((without_recipe | bools(lines, "takes_nothing")) & is_live)
    untouched = untouched[~np.isin(product[untouched], product[is_taken])]
    _, first, count = np.unique(product[untouched], return_index=True, return_counts=True)
    order = np.argsort(first)
    expected = count[order].astype(np.int64) * MICRO
    return Flags(untouched[first[order]], expected=expected, actual=expected * 0)
