"""Lines of dishes that the usual reading of their recipe does not fit, read again one by one."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import LIMIT, BoolArray, IntArray, exact_micros, nullable
from reconcile.core.positions import Positions, take_or
from reconcile.engine.recipes.costs import UnitCosts
from reconcile.engine.recipes.explosion import Recipes
from reconcile.engine.recipes.readings import Reader, Row, SoldLine
from reconcile.engine.recipes.theoretical_usage import TheoreticalUsage
from reconcile.engine.recipes.write_offs import WriteOffs
from reconcile.model.catalogue import Catalogue
from reconcile.model.modifiers import choices
from reconcile.rulebook.flags import values_of
from reconcile.settings.thresholds import DayThresholds


def read_again(
    usage: TheoreticalUsage,
    lines: pd.DataFrame,
    operations: pd.DataFrame,
    write_offs: WriteOffs,
    recipes: Recipes,
    *,
    catalogue: Catalogue,
    thresholds: DayThresholds,
    by_recipe: BoolArray,
    repeats: IntArray,
) -> TheoreticalUsage:
    """The usage, with the rows of those lines `by_recipe` read again that differ, wrote off something, and have a
    choice: modifiers that take something, or preparations. By line, its operations stand `repeats` times.
    """
    chosen = _misfits(usage, write_offs, thresholds, len(lines))
    chosen |= usage.where_group([group.is_reduced for group in usage.groups])
    chosen &= by_recipe & ~usage.holds_once
    may_choose = [
        group.explosion is not None
        and bool(group.explosion.modifiers or group.explosion.scaled_modifiers or group.has_preparations)
        for group in usage.groups
    ]
    rows = np.flatnonzero(chosen & usage.where_group(may_choose) & write_offs.has_any(len(lines)))
    if not len(rows):
        return usage
    reader = _reader(operations, recipes, catalogue, thresholds)
    found = {
        row: reader.rows(line) for row, line in _sold_lines(rows, lines, write_offs, recipes, repeats).items()
    }
    holds_once = usage.holds_once.copy()
    holds_once[[row for row, (_, is_once) in found.items() if is_once]] = True
    usage = dataclasses.replace(usage, holds_once=holds_once)
    return _with_rows(usage, write_offs, {row: due for row, (due, _) in found.items()})


def _misfits(
    usage: TheoreticalUsage, write_offs: WriteOffs, thresholds: DayThresholds, lines: int
) -> BoolArray:
    """Lines with a row that differs, or with a product that no row names."""
    gap = np.abs(take_or(write_offs.q, usage.write_off, 0) - usage.due)
    is_foreign = np.ones(len(write_offs.line), dtype=np.bool_)
    is_foreign[usage.write_off[usage.write_off >= 0]] = False
    misfits = np.zeros(lines, dtype=np.bool_)
    misfits[usage.line[gap > thresholds.quantity_step(usage.ingredient)]] = True
    misfits[write_offs.line[is_foreign]] = True
    return misfits


def _sold_lines(
    rows: Positions, lines: pd.DataFrame, write_offs: WriteOffs, recipes: Recipes, repeats: IntArray
) -> dict[int, SoldLine]:
    """By position, these lines with what they wrote off."""
    written_off: dict[int, dict[int, int]] = {row: {} for row in rows.tolist()}
    unit_costs: dict[int, dict[int, Fraction]] = {row: {} for row in rows.tolist()}
    some = np.isin(write_offs.line, rows)
    names = ("line", "product", "q", "cost", "quantity")
    columns = (getattr(write_offs, name)[some].tolist() for name in names)
    for line, product, q, cost, quantity in zip(*columns, strict=True):
        written_off[line][product] = q
        if cost and quantity:
            unit_costs[line][product] = Fraction(cost, quantity)
    may_be_itself = set(recipes.composites) - recipes.by_recipe
    names = ("product_id", "sold", "count", "portion_size", "modifiers")
    sales = values_of(lines, rows, *names)
    return {
        row: SoldLine(
            product,
            chosen=choices(modifiers),
            sold=sold,
            count=count,
            portion_size=portion_size,
            written_off=written_off[row],
            as_itself=frozenset((written_off[row].keys() & may_be_itself) - {product}),
            unit_costs=unit_costs[row],
            repeats=int(repeats[row]),
        )
        for row, (product, sold, count, portion_size, modifiers) in zip(rows.tolist(), sales, strict=True)
    }


def _reader(
    operations: pd.DataFrame, recipes: Recipes, catalogue: Catalogue, thresholds: DayThresholds
) -> Reader:
    products = np.union1d(bare(operations, "product_id"), np.array(list(catalogue.products), dtype=np.int64))
    costs = UnitCosts.of(operations, products, catalogue)
    known = {
        key: Fraction(total, quantity)
        for key, total, quantity in zip(
            costs.products.tolist(), costs.total.tolist(), costs.quantity.tolist(), strict=True
        )
        if total and quantity
    }
    steps = dict(zip(products.tolist(), thresholds.quantity_step(products).tolist(), strict=True))
    general = exact_micros(thresholds.general.quantity_step)
    return Reader(recipes, known.get, lambda key: steps.get(key, general))


def _with_rows(
    usage: TheoreticalUsage, write_offs: WriteOffs, found: dict[int, dict[int, Row]]
) -> TheoreticalUsage:
    """The usage, in the order of lines and ingredients, with these rows in place of those of their lines."""
    kept = ~np.isin(usage.line, list(found))
    new = [
        (line, key, row) for line, rows in found.items() for key, row in rows.items() if abs(row.due) < LIMIT
    ]
    line = np.concatenate([usage.line[kept], np.array([each[0] for each in new], dtype=np.intp)])
    ingredient = np.concatenate([usage.ingredient[kept], np.array([each[1] for each in new], dtype=np.int64)])
    due = np.concatenate([usage.due[kept], np.array([each[2].due for each in new], dtype=np.int64)])
    value = pd.concat(
        [pd.Series(usage.value[kept]), pd.Series(nullable(each[2].value for each in new))]
    ).array
    order = np.lexsort([ingredient, line])
    line, ingredient = line[order], ingredient[order]
    return dataclasses.replace(
        usage,
        line=line,
        ingredient=ingredient,
        due=due[order],
        write_off=write_offs.find(line, ingredient),
        value=value[order],
    )
