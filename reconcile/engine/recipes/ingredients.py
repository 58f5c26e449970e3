"""The frame of ingredients: a row a live line of a dish and each ingredient that is due, usual or written off."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import take_or
from reconcile.engine.recipes.costs import UnitCosts
from reconcile.engine.recipes.owed import Owed
from reconcile.engine.recipes.usual import Usual
from reconcile.engine.recipes.written import Join, Written
from reconcile.model.catalogue import Catalogue
from reconcile.model.contracts import INGREDIENT_STATES


@dataclasses.dataclass(frozen=True)
class Compared:
    """All that the day's dishes were compared with."""

    join: Join
    written: Written
    owed: Owed
    usual: Usual
    by_recipe: BoolArray
    """Lines that are judged by their recipe."""
    is_changed: BoolArray
    """Lines whose recipe was changed after the sale closed."""
    catalogue: Catalogue
    costs: UnitCosts


def ingredients_frame(all_: Compared) -> pd.DataFrame:
    """`reconcile.model.contracts.LineIngredients`, less what the chains of the stocks tell."""
    lines, operations = all_.join.lines, all_.join.operations
    written, due, like = all_.written, all_.owed, all_.usual
    owes = np.flatnonzero(all_.by_recipe[due.line])
    others = all_.by_recipe[written.line]
    others[due.found[due.found >= 0]] = False
    extra = np.flatnonzero(others)
    line = np.concatenate([due.line[owes], written.line[extra], like.line])
    ingredient = np.concatenate([due.ingredient[owes], written.product[extra], like.ingredient])
    found = np.concatenate([due.found[owes], extra, like.found])
    order = np.lexsort([ingredient, line])
    sizes = (len(owes), len(extra), len(like.line))

    def column(*parts: Any) -> Any:
        """A column from its parts, each an array or what stands in all its rows."""
        return np.concatenate(list(map(np.broadcast_to, parts, sizes)))[order]

    line, ingredient, found = line[order], ingredient[order], found[order]

    def of_written(name: str) -> IntArray:
        return take_or(getattr(written, name), found, 0)

    day_total, day_quantity = all_.costs.find(ingredient)
    own = of_written("quantity") > 0
    return pd.DataFrame(
        {
            "line": line.astype(np.int64),
            **{name: lines[name].to_numpy()[line] for name in ("receipt_id", "receipt_product_id", "sold")},
            "dish_id": lines["product_id"].to_numpy()[line],
            **_told(ingredient, operations, all_.catalogue),
            "has_recipe": column(True, True, False),
            "is_due": column(True, False, False),
            "due": column(due.due[owes], 0, 0),
            "has_usual": column(False, False, like.has_usual),
            "usual": column(0, 0, like.usual),
            "is_uneven": column(False, False, like.is_uneven),
            "written_off": of_written("q"),
            "operations": of_written("operations"),
            "is_changed": all_.is_changed[line],
            "unit_cost_total": np.where(own, of_written("cost"), day_total),
            "unit_cost_quantity": np.where(own, of_written("quantity"), day_quantity),
        }
    )


def _told(ingredient: IntArray, operations: pd.DataFrame, catalogue: Catalogue) -> dict[str, Any]:
    """What the catalogue says of the ingredients; the name of one that it lacks is that of its operations."""
    ids, codes = np.unique(ingredient, return_inverse=True)
    products = [catalogue.products.get(key) for key in ids.tolist()]
    named = operations[["product_id", "product"]].drop_duplicates("product_id")
    names = dict(zip(named["product_id"].tolist(), named["product"].astype("str").tolist(), strict=True))
    codes = codes.reshape(-1)

    def categories(values: list[str]) -> pd.Categorical:
        numbers, names = pd.factorize(np.array(values, dtype=object))
        return pd.Categorical.from_codes(
            numbers[codes] if len(values) else codes, categories=pd.Index(names, dtype="str")
        )

    states = [
        INGREDIENT_STATES.index(
            "unlisted" if each is None or not each.is_listed else "deleted" if each.is_deleted else "listed"
        )
        for each in products
    ]
    return {
        "product_id": ingredient,
        "product": categories(
            [
                each.name if each else names.get(key, "")
                for key, each in zip(ids.tolist(), products, strict=True)
            ]
        ),
        "unit": categories([each.unit if each else "" for each in products]),
        "state": pd.Categorical.from_codes(
            np.array(states, dtype=np.int8)[codes], categories=pd.Index(INGREDIENT_STATES)
        ),
    }
