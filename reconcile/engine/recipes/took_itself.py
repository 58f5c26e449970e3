"""Dishes that are made to order and took themselves from stock instead of their recipe: one finding each.

Source: rules/README.md, "Recipes".
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import LIMIT, MICRO, half_even
from reconcile.core.positions import take_or
from reconcile.engine.claims import claimed
from reconcile.rulebook.flags import is_kind, is_unclaimed

RULE = "wrong-product"


def mark_took_itself(
    operations: pd.DataFrame, lines: pd.DataFrame, ingredients: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`operations` and `ingredients`, with those of lines that took themselves and nothing of what is due.

    Of the own operations of such a line, the one of the lowest id has what all of them took, less what the recipe would
    cost (0 where unknown), as `given_value`. The others, and what is due, are claimed.
    """
    line = bare(operations, "line")
    is_free = is_unclaimed(operations)
    is_composite = is_kind(lines, "composite")
    own = bare(operations, "is_own") & bare(operations, "is_wrong_product") & is_free
    rows = np.flatnonzero(own & take_or(is_composite, line, False))
    if not len(rows):
        return operations, ingredients
    rows = rows[np.argsort(bare(operations, "operation_id")[rows], kind="stable")]
    of_line: dict[int, list[int]] = {}
    for row, at in zip(rows.tolist(), line[rows].tolist(), strict=True):
        of_line.setdefault(at, []).append(row)
    due = _due(ingredients, of_line)
    value = operations["given_value"].array.copy()
    sold, q, cost = bare(lines, "sold"), bare(operations, "q"), bare(operations, "cost")
    others: list[int] = []
    lacking: list[int] = []
    for at, (first, *more) in of_line.items():
        taken = sum(int(q[row]) for row in (first, *more))
        if at not in due or taken * int(sold[at]) <= 0:
            continue
        worth = Fraction(sum(int(q[row]) * int(cost[row]) for row in (first, *more)), MICRO)
        left = worth - _recipe_cost(ingredients, due[at])
        exact = half_even(left.numerator, left.denominator)
        if abs(exact) < LIMIT:
            value[first] = exact
        others += more
        lacking += due[at]
    marked = claimed(operations.assign(given_value=value), others, RULE)
    return marked, claimed(ingredients, lacking, RULE)


def _due(ingredients: pd.DataFrame, lines: dict[int, list[int]]) -> dict[int, list[int]]:
    """The rows of what is due, by line, of those lines where nothing of it was written off or is explained."""
    is_due = (ingredients["is_due"] & (ingredients["due"] != 0)).to_numpy()
    rows = np.flatnonzero(is_due & np.isin(bare(ingredients, "line"), list(lines)))
    found: dict[int, list[int]] = {}
    for row, at in zip(rows.tolist(), bare(ingredients, "line")[rows].tolist(), strict=True):
        found.setdefault(at, []).append(row)
    stands = (ingredients["operations"] > 0) | (ingredients["claim"].cat.codes != 0)
    with_some = set(bare(ingredients, "line")[rows[stands.to_numpy()[rows]]].tolist())
    return {at: some for at, some in found.items() if at not in with_some}


def _recipe_cost(ingredients: pd.DataFrame, rows: list[int]) -> Fraction:
    """What is due in these rows would cost; 0 where a unit cost is unknown."""
    names = ("due", "unit_cost_total", "unit_cost_quantity")
    columns = [ingredients[name].to_numpy()[rows].tolist() for name in names]
    if not all(total and quantity for _, total, quantity in zip(*columns, strict=True)):
        return Fraction(0)
    return sum(
        (Fraction(due * total, quantity) for due, total, quantity in zip(*columns, strict=True)), Fraction(0)
    )
