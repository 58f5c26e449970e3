"""The frame of ingredients: one row per live line and ingredient that is due, in the baseline or written off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import coded, kinds
from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import take_or
from reconcile.engine.join import Join
from reconcile.engine.recipes.baseline import Baseline
from reconcile.engine.recipes.costs import UnitCosts
from reconcile.engine.recipes.theoretical_usage import TheoreticalUsage
from reconcile.engine.recipes.write_offs import WriteOffs
from reconcile.model.catalogue import Catalogue, Product
from reconcile.model.matched import INGREDIENT_STATES
from reconcile.rulebook.flags import product_names


def ingredients_frame(
    join: Join, write_offs: WriteOffs, usage: TheoreticalUsage, baseline: Baseline, catalogue: Catalogue, *,
    by_recipe: BoolArray, is_blinded: BoolArray, costs: UnitCosts,
) -> pd.DataFrame:  # fmt: skip
    """`reconcile.model.matched.LineIngredients`, without what later stages add.

    Of each line: whether it is judged `by_recipe`, and `is_blinded` by an unknown modifier.
    """
    lines = join.lines
    due = np.flatnonzero(by_recipe[usage.line])
    is_extra = by_recipe[write_offs.line]
    is_extra[usage.write_off[usage.write_off >= 0]] = False
    extra = np.flatnonzero(is_extra)
    line = np.concatenate([usage.line[due], write_offs.line[extra], baseline.line])
    ingredient = np.concatenate([usage.ingredient[due], write_offs.product[extra], baseline.ingredient])
    write_off = np.concatenate([usage.write_off[due], extra, baseline.write_off])
    order = np.lexsort([ingredient, line])
    line, ingredient, write_off = line[order], ingredient[order], write_off[order]
    sizes = (len(due), len(extra), len(baseline.line))

    def column(*parts: Any) -> Any:
        """A column from its three parts, each an array or one value for all its rows."""
        return np.concatenate(list(map(np.broadcast_to, parts, sizes)))[order]

    day_total, day_quantity = costs.find(ingredient)
    own_quantity, own_cost = (
        take_or(write_offs.quantity, write_off, 0),
        take_or(write_offs.cost, write_off, 0),
    )
    has_cost = (own_quantity > 0) & (own_cost > 0)
    return pd.DataFrame(
        {
            "line": line.astype(np.int64),
            **{name: lines[name].to_numpy()[line] for name in ("receipt_id", "receipt_product_id", "sold")},
            "dish_id": bare(lines, "product_id")[line],
            **_products(ingredient, join.operations, catalogue),
            "has_recipe": column(True, True, False),
            "is_due": column(True, False, False),
            "due": column(usage.due[due], 0, 0),
            "usual": column(0, 0, baseline.amount),
            "is_uneven": column(False, False, baseline.is_uneven),
            "written_off": take_or(write_offs.q, write_off, 0),
            "operations": take_or(write_offs.operations, write_off, 0),
            "is_blinded": is_blinded[line],
            "unit_cost_total": np.where(has_cost, own_cost, day_total),
            "unit_cost_quantity": np.where(has_cost, own_quantity, day_quantity),
            "given_value": usage.value.take(column(due, -1, -1), allow_fill=True),
            "day_cost_total": day_total,
            "day_cost_quantity": day_quantity,
        }
    )


def _products(ingredient: IntArray, operations: pd.DataFrame, catalogue: Catalogue) -> dict[str, Any]:
    """Columns that describe the ingredients. The name of one that the catalogue lacks is that of its operations."""
    ids, inverse = np.unique(ingredient, return_inverse=True)
    codes = inverse.reshape(-1)
    products = {key: catalogue.products.get(key) for key in ids.tolist()}
    names = product_names(operations, [key for key, each in products.items() if each is None])

    def categories(values: list[str]) -> pd.Categorical[Any]:
        numbers, texts = pd.factorize(np.array(values, dtype=object))
        return coded(numbers[codes], texts)

    states = np.array([INGREDIENT_STATES.index(_state(each)) for each in products.values()], dtype=np.int8)
    return {
        "product_id": ingredient,
        "product": categories([each.name if each else names.get(key, "") for key, each in products.items()]),
        "unit": categories([each.unit if each else "" for each in products.values()]),
        "state": kinds(states[codes], INGREDIENT_STATES),
    }


def _state(product: Product | None) -> str:
    if product is None or not product.is_listed:
        return "unlisted"
    return "deleted" if product.is_deleted else "listed"
