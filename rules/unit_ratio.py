"""Unit of measure differs.

What it checks: The lines of a product that is itself kept in stock are written off in the unit they were sold in. Where
    more than half of three or more lines were written off at one ratio, 2 to 60 times as much or 1/2 to 1/60, the
    product is counted in another unit, such as packs and pieces.
Why it matters: It may be right: sold by the pack and kept by the bottle. Or the card has the wrong unit, and the stock
    drifts with every sale. It is one cause, so it is one finding, and is in no total of goods over or under.
Example:
    product   sold   written off
    Beer      1      6
    Beer      2      12
    Beer      1      6           <- flagged once for the product: 6 for each one sold
Not flagged: A ratio of 10, or any other that is no whole number or one part of a whole: these stay errors of their
    lines. The other lines of the product are judged by the ratio; one written off just as sold is right too.
What to do: Look at the unit and the packing of the product's card. If it is right, nothing; if not, correct the card
    and count the stock.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, nullable, sum_of_known
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, at_unit_cost, bools, grouped_by_product, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="product",
    judges="lines",
    reads=(
        "product_id sold own_written_off unit_ratio is_at_ratio is_as_sold unit_cost_total unit_cost_quantity"
    ),
    message="{actual} were written off for each {expected} sold: counted in another unit",
    compares="other",
    amounts="apart",
)
_LINES = to_say("lines at this ratio: {lines}")
_AS_SOLD = to_say("lines written off just as sold, which is right too: {lines}")


def judge(lines: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag products that the match found to be counted in another unit."""
    at_ratio, as_sold = bools(lines, "is_at_ratio"), bools(lines, "is_as_sold")
    product = ints(lines, "product_id")
    groups = grouped_by_product(product, at_ratio)
    surplus = ints(lines, "own_written_off") - ints(lines, "sold")
    values = [sum_of_known(at_unit_cost(lines, rows, surplus[rows]).tolist()) for rows in groups]
    first = np.array([rows[0] for rows in groups], dtype=np.intp)
    products, number = np.unique(product[as_sold], return_counts=True)
    right = dict(zip(products.tolist(), number.tolist(), strict=True))
    notes = []
    for rows, key in zip(groups, product[first].tolist(), strict=True):
        more = (Note(_AS_SOLD, {"lines": right[key]}),) if key in right else ()
        notes.append((Note(_LINES, {"lines": len(rows)}), *more))
    return Flags(
        first,
        expected=np.full(len(first), MICRO),
        actual=ints(lines, "unit_ratio")[first],
        value=nullable(values),
        notes=notes,
    )
