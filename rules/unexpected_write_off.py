"""Write-off without sale.

What it checks: For a voided line, a line of a cancelled or deleted receipt, or a line that sold a quantity of
    0, the quantities written off sum to 0, of each product.
Why it matters: Goods that never left were taken off the books.
Example:
    line    state     written off
    21      voided    0             (written off and put back)
    22      voided    1             <- flagged
Not flagged: A voided line without operations, or whose operations cancel out. Where only the label CANCELLED of
    the receipt says that nothing was sold it is a warning, as anyone may set that label, also after the goods left.
What to do: Put the goods back into stock if they did not leave. If they did leave, the void is wrong: ask who
    voided the line and why.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints, is_unclaimed, notes_where
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="ingredient",
    judges="void_write_offs",
    reads="receipt_product_id written_off worth is_first is_label claim",
    message="nothing was sold, {actual} was written off",
    is_goods=True,
    cause=to_say("nothing was sold"),
)
LABEL: Final = to_say("only the label CANCELLED says that nothing was sold; the goods may have left")


def judge(void: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag what lines that sold nothing took from stock, by product."""
    rows = np.flatnonzero(is_unclaimed(void))
    actual, is_label = ints(void, "written_off")[rows], bools(void, "is_label")[rows]
    return Flags(
        rows,
        expected=actual * 0,
        actual=actual,
        value=ints(void, "worth")[rows],
        severity=np.where(is_label, "warning", ""),
        notes=notes_where([()] * len(rows), (is_label, LABEL)),
        cause=bare(void, "receipt_product_id")[rows].astype(str),
        is_of_line=bools(void, "is_first")[rows],
    )
