"""Duplicate write-off.

What it checks: On a sale line that was written off for more than it sold, operations of the same stock record
    and quantity repeat one another, and without the repeats the line agrees.
Why it matters: The same goods left the books twice; stock is short on paper though nothing is missing.
Example:
    line   operation   quantity   sold
    14     1001        1          1
    14     1007        1          1      <- flagged: the same write-off again
Not flagged: Two equal write-offs on a line that sold their sum. Repeats that do not explain the difference
    (quantity-mismatch). One operation that the API merely lists twice.
What to do: Reverse the repeated operation in the point of sale; if it keeps happening, report it to the
    vendor with both operation ids.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, bools, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="is_extra q cost given_value set_operations",
    message="written off once more for the same sale line",
    is_goods=True,
)
_AMOUNT = to_say("the amount is {amount}")
_SET = to_say("with the other operations of its set: {operations}")


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag each operation that the match marked as an extra, and the first of each set of a dish."""
    rows = np.flatnonzero(bools(operations, "is_extra"))
    q, sets = ints(operations, "q")[rows], operations["set_operations"].iloc[rows].tolist()
    given = operations["given_value"].array[rows]
    is_set = ~given.isna()
    value = multiply(q, ints(operations, "cost")[rows])
    return Flags(
        rows,
        expected=pd.arrays.IntegerArray(q * 0, is_set),
        actual=pd.arrays.IntegerArray(q, is_set),
        value=pd.array(np.where(given.isna(), value, given), dtype="Int64"),
        notes=[
            (Note(_SET, {"operations": others}),) if others else (Note(_AMOUNT, amounts={"amount": each}),)
            for others, each in zip(sets, q.tolist(), strict=True)
        ],
    )
