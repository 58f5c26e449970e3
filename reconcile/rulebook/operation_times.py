"""When an operation stands outside its receipt, as the rule `cut-off` and the engine's zones both ask."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray
from reconcile.rulebook.flags import Rows, bools
from reconcile.settings.model import Thresholds


def is_cut_off(operations: pd.DataFrame, thresholds: Thresholds) -> BoolArray:
    """Operations before the receipt was created or long after it was closed; a missing time is not tested."""
    operated, created = operations["operated_at"].to_numpy(), operations["created_at"].to_numpy()
    early = operated < created - np.timedelta64(thresholds.early_minutes, "m")
    early &= ~bools(operations, "operated_zoned") & ~bools(operations, "created_zoned")
    return np.asarray(early | is_late(operations, thresholds), dtype=np.bool_)


def is_late(operations: pd.DataFrame, thresholds: Thresholds) -> BoolArray:
    """Operations long after the receipt was closed; a missing time is not tested."""
    operated, closed = operations["operated_at"].to_numpy(), operations["closed_at"].to_numpy()
    late = operated > closed + np.timedelta64(thresholds.late_minutes, "m")
    return np.asarray(
        late & ~bools(operations, "operated_zoned") & ~bools(operations, "closed_zoned"), dtype=np.bool_
    )


def is_on_another_day(operations: pd.DataFrame, rows: Rows) -> BoolArray:
    """Those of these operations on a day that is neither the business day nor the day of closing."""
    day, business_day, closing_day = (
        operations[name].to_numpy()[rows].astype("datetime64[D]")
        for name in ("operated_at", "business_day", "closed_at")
    )
    return np.asarray((day != business_day) & (day != closing_day), dtype=np.bool_)
