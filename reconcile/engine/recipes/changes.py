"""Recipes that were changed after a sale, so that another one may have been right then.

That is no excuse where another line of the dish, closed before the change too, agrees with today's recipe in the same
ingredient. Source: rules/README.md, "Recipes".
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray, Times
from reconcile.core.positions import take_or
from reconcile.model.catalogue import COMPOSITE_TYPES
from reconcile.rulebook.flags import is_any_of
from reconcile.settings.thresholds import DayThresholds

_NO_AGREEMENT = ("", "wrong-product")
"""Claims on a row that leave its amount different from the recipe."""


def perhaps_changed(
    ingredients: pd.DataFrame,
    operations: pd.DataFrame,
    lines: pd.DataFrame,
    *,
    closed_at: Times,
    updated_at: Times,
    thresholds: DayThresholds,
) -> tuple[BoolArray, BoolArray]:
    """Rows of `ingredients` and of `operations` (of a wrong product) whose difference a later change may explain.

    The times are of each line: when its receipt closed, and when its dish or a preparation in it was last changed; NaT
    where unknown.
    """
    is_changed = (updated_at > closed_at) & is_any_of(lines, "type", *COMPOSITE_TYPES)
    line, product = bare(ingredients, "line"), bare(ingredients, "product_id")
    difference = np.abs(bare(ingredients, "written_off") - bare(ingredients, "due"))
    allowed = np.where(bare(ingredients, "is_due"), thresholds.quantity_step(product), 0)
    differs = bare(ingredients, "has_recipe") & (difference > allowed)
    differs &= is_any_of(ingredients, "claim", *_NO_AGREEMENT)
    is_foreign, of_operation = bare(operations, "is_wrong_product"), bare(operations, "line")
    of_rows, of_operations = differs & is_changed[line], is_foreign & take_or(is_changed, of_operation, False)
    if not (of_rows.any() or of_operations.any()):
        return of_rows, of_operations
    pairs = (
        np.concatenate([line[differs], of_operation[is_foreign]]),
        np.concatenate([product[differs], bare(operations, "product_id")[is_foreign]]),
    )
    first = _first_agreement(lines, closed_at, is_changed, *pairs)
    dish = bare(lines, "product_id")
    for chosen, at, ingredient in (
        (of_rows, line, product),
        (of_operations, of_operation, bare(operations, "product_id")),
    ):
        for row in np.flatnonzero(chosen).tolist():
            agreed_at = first.get((int(dish[at[row]]), int(ingredient[row])))
            chosen[row] = agreed_at is None or not agreed_at < updated_at[at[row]]
    return of_rows, of_operations


def _first_agreement(
    lines: pd.DataFrame, closed_at: Times, is_changed: BoolArray, line: IntArray, product: IntArray
) -> dict[tuple[int, int], np.datetime64]:
    """For each dish and ingredient that differs on a changed line: when the first line closed that agrees in it.

    `line` and `product` are all pairs that differ.
    """
    dish = bare(lines, "product_id")
    dishes = np.unique(dish[line[is_changed[line]]])
    differing: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    for at, ingredient in zip(line.tolist(), product.tolist(), strict=True):
        differing[int(dish[at]), ingredient].add(at)
    is_evidence = (lines["sold"] != 0) & (lines["operations"] > 0) & ~lines["lost_operation"]
    is_evidence &= (lines["kind"] == "direct") | (lines["recipe"] == "known")
    rows = np.flatnonzero(is_evidence.to_numpy() & ~np.isnat(closed_at) & np.isin(dish, dishes))
    in_time: dict[int, list[int]] = {key: [] for key in dishes.tolist()}
    for row in rows[np.argsort(closed_at[rows], kind="stable")].tolist():
        in_time[int(dish[row])].append(row)
    found: dict[tuple[int, int], np.datetime64] = {}
    for (key, ingredient), differ in differing.items():
        agrees = next((row for row in in_time.get(key, ()) if row not in differ), None)
        if agrees is not None:
            found[key, ingredient] = closed_at[agrees]
    return found
