"""The frame of sale lines with what was written off for them, how they are judged, and what a unit costs.

Source: rules/README.md, "Terms", unit cost.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.columns import bare, with_columns
from reconcile.core.exact import MICRO, BoolArray, IntArray, multiply_ratio, sum_by
from reconcile.engine.claims import claims, no_values
from reconcile.engine.join import Join, Sums
from reconcile.engine.kinds import COMPOSITE, DIRECT, Kinds
from reconcile.engine.recipes.costs import day_costs
from reconcile.engine.recipes.dishes import DishComparison
from reconcile.engine.units import UnitRatios
from reconcile.model.matched import KINDS, RECIPES


def matched_lines(
    join: Join, kind: Kinds, sums: Sums, comparison: DishComparison, units: UnitRatios
) -> pd.DataFrame:
    """Lines with what was written off for them, how they are judged, and what a unit costs."""
    cost, portions, sibling_written_off = _dishes(join.lines, kind, sums)
    unit_total, unit_quantity = _unit_costs(join, kind, sums)
    composite = kind == COMPOSITE
    unit_total[composite], unit_quantity[composite] = cost[composite], portions[composite]
    for row, by_recipe in comparison.cost.items():
        unit_total[row], unit_quantity[row] = by_recipe
    shown = ("operations", "written_off", "written_off_cost", "own_operations", "own_written_off")
    return with_columns(
        join.lines,
        kind=kinds(kind, KINDS),
        **{name: sums[name] for name in shown},
        recipe=kinds(comparison.recipe, RECIPES),
        because=comparison.because,
        takes_nothing=comparison.uses_nothing,
        sibling_written_off=sibling_written_off,
        unit_cost_total=unit_total,
        unit_cost_quantity=unit_quantity,
        due=units.due,
        unit_ratio=units.ratio,
        is_at_ratio=units.is_at_ratio,
        is_as_sold=units.is_as_sold,
        claim=claims(len(join.lines)),
        given_value=_instead_of_itself(comparison.took_instead, units.due, unit_total, unit_quantity),
    )


def _instead_of_itself(taken: dict[int, int], due: IntArray, total: IntArray, quantity: IntArray) -> Any:
    """By line, what was taken instead of a dish kept in stock, less what it costs; unknown elsewhere."""
    values = no_values(len(due))
    rows = sorted(taken)
    own = multiply_ratio(due[rows], total[rows], quantity[rows]).tolist()
    for row, cost in zip(rows, own, strict=True):
        if cost is not pd.NA:
            values[row] = taken[row] - cost
    return values


def _dishes(lines: pd.DataFrame, kind: Kinds, sums: Sums) -> tuple[IntArray, IntArray, BoolArray]:
    """For each composite line, the cost and the portions of all live lines of its product with operations that day, and
    whether there is any.
    """
    cost, portions = np.zeros(len(lines), dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
    written_off = np.zeros(len(lines), dtype=np.bool_)
    rows = np.flatnonzero(kind == COMPOSITE)
    if len(rows):
        codes, products = pd.factorize(bare(lines, "product_id")[rows])
        of_dish = pd.Index(products).get_indexer(pd.Index(bare(lines, "product_id")))
        some = np.flatnonzero((of_dish >= 0) & ~bare(lines, "is_dead") & (sums["operations"] > 0))
        groups = of_dish[some]
        cost[rows] = sum_by(groups, np.abs(sums["written_off_cost"][some]), len(products))[codes]
        portions[rows] = sum_by(groups, np.abs(bare(lines, "sold")[some]), len(products))[codes]
        written_off[rows] = (np.bincount(groups, minlength=len(products)) > 0)[codes]
    return cost, portions, written_off


def _unit_costs(join: Join, kind: Kinds, sums: Sums) -> tuple[IntArray, IntArray]:
    """Unit costs of direct lines as ratios: of their own operations, else of the day's, else of the catalogue."""
    lines, operations = join.lines, join.operations
    total, quantity = sums["own_cost"].copy(), sums["own_quantity"].copy()
    rows = np.flatnonzero((kind == DIRECT) & ((quantity == 0) | (total == 0)))
    if len(rows):
        product = bare(lines, "product_id")[rows]
        wanted = np.unique(product)
        day_total, day_quantity = day_costs(operations, wanted)
        at = np.searchsorted(wanted, product)
        seen = (day_quantity[at] > 0) & (day_total[at] > 0)
        total[rows] = np.where(seen, day_total[at], bare(lines, "cost_price")[rows])
        quantity[rows] = np.where(seen, day_quantity[at], MICRO)
    return total, quantity
