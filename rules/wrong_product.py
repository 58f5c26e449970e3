"""A product written off that is not part of what was sold.

What it checks: Each stock operation of a live sale line takes the line's own product, an ingredient of its recipe
    (or of a preparation in it), or one of a modifier that was chosen.
Why it matters: A product that was not sold left the books; in most cases the one that was sold stayed on them.
Example:
    dish     operation   takes
    Pilaf    1001        Rice
    Pilaf    1002        Coffee        <- flagged
    Cola     1003        Fanta         <- flagged
Not flagged: Products whose recipe is not known. Products that are not tracked. Lines that sold nothing
    (unexpected-write-off names them). Where the recipe was changed after the sale it is only a warning.
What to do: Look at the recipe, and at the modifier, for a product chosen by mistake; put that one back into stock
    and write off the one that was sold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import RECIPE_CHANGED, Flags, bools, ints, notes_where

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="is_wrong_product is_changed product_id q cost",
    message="product {actual} was written off, and is neither sold on the line nor in its recipe",
    is_goods=True,
    needs_catalogue=True,
    cause=to_say("not part of what was sold"),
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that the match found to be of a product that the line does not take."""
    rows = np.flatnonzero(bools(operations, "is_wrong_product"))
    is_changed = bools(operations, "is_changed")[rows]
    return Flags(
        rows,
        actual_text=ints(operations, "product_id")[rows].astype(str),
        value=multiply(ints(operations, "q")[rows], ints(operations, "cost")[rows]),
        severity=np.where(is_changed, "warning", ""),
        notes=notes_where([()] * len(rows), (is_changed, RECIPE_CHANGED)),
    )
