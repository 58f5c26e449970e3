"""Write-off of another product.

What it checks: Each stock operation of a live sale line takes the line's own product, an ingredient of its recipe
    (or of a preparation in it), or one of a modifier that was chosen. Goods, and all that is kept in stock as itself,
    take themselves alone.
Why it matters: A product that was not sold left the books; in most cases the one that was sold stayed on them.
Example:
    sold     operation   takes
    Pilaf    1001        Rice
    Pilaf    1002        Coffee        <- flagged
    Cola     1003        Fanta         <- warning, if as much Fanta was taken as Cola was sold, and no Cola
Not flagged: Dishes whose recipe is not known, and lines with a modifier that is not known. Products that are not
    tracked. What stands in another place (misplaced-write-off). Lines that sold nothing (unexpected-write-off). What is
    in the recipe and not due because of a modifier (recipe-mismatch).
    Only a warning: where the recipe was changed after the sale, unless another line that closed before the change has
    none of the product; where the product stands in for one that is due, in the same amount. That is neither over
    nor under: its value is what it cost more than the other would have.
What to do: Look at the recipe, and at the modifier, for a product chosen by mistake; put that one back into stock
    and write off the one that was sold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import RECIPE_CHANGED, Flags, bools, ints, is_unclaimed, notes_where, values_of
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="operation",
    judges="operations",
    reads="is_wrong_product is_changed product_id product q cost claim given_value stands_in_for instead_of",
    message="product {actual} was written off, and is neither sold on the line nor in its recipe",
    is_goods=True,
    cause=to_say("not part of what was sold"),
    amounts="apart",
)
_NAME = to_say("product {id} is {product}")
_STANDS_IN = to_say(
    "it stands in for {product} (product {id}): as much of that is due, and none was written off"
)


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations that the match found to be of a product that the line does not take."""
    rows = np.flatnonzero(bools(operations, "is_wrong_product") & is_unclaimed(operations))
    given = operations["given_value"].array[rows]
    of_operation = multiply(ints(operations, "q")[rows], ints(operations, "cost")[rows])
    stands_in_for, is_changed = ints(operations, "stands_in_for")[rows], bools(operations, "is_changed")[rows]
    names = ("product_id", "product", "stands_in_for", "instead_of")
    notes = [
        (
            *([Note(_NAME, {"id": key, "product": name})] if name else []),
            *([Note(_STANDS_IN, {"id": other, "product": other_name})] if other else []),
        )
        for key, name, other, other_name in values_of(operations, rows, *names)
    ]
    return Flags(
        rows,
        actual_text=ints(operations, "product_id")[rows].astype(str),
        value=pd.array(np.where(given.isna(), of_operation, given), dtype="Int64"),
        severity=np.where(is_changed | (stands_in_for != 0), "warning", ""),
        notes=notes_where(notes, (is_changed, RECIPE_CHANGED)),
        is_goods=stands_in_for == 0,
    )
