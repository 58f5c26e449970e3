"""Receipts whose own cost is not that of their operations, as a rule and the engine's explanations both ask."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.rulebook.flags import Flags, bools, ints


def mismatches(receipts: pd.DataFrame) -> Flags:
    """Receipts whose own cost differs by more than the tolerance from the sum of the total costs of their operations,
    as written and by worth.
    """
    expected, actual, worth = (
        ints(receipts, name) for name in ("total_cost", "operations_cost", "operations_worth")
    )
    allowed = ints(receipts, "cost_tolerance")
    gaps = [np.abs(np.abs(expected) - np.abs(each)) > allowed for each in (actual, worth)]
    rows = np.flatnonzero(
        gaps[0]
        & gaps[1]
        & (expected != 0)
        & (receipts["receipt_class"] == "reconciled").to_numpy()
        & ~bools(receipts, "is_dead")
        & ~bools(receipts, "lost_operation")
    )
    stated, summed = expected[rows], actual[rows]
    stated = np.where(np.sign(stated) * np.sign(summed) < 0, -stated, stated)  # only magnitudes are compared
    return Flags(rows, expected=stated, actual=summed, value=summed - stated)
