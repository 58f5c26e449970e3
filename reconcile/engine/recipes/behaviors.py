"""What the day shows of `inventory_behavior`: whether preparations, and dishes kept in stock, are taken as it says.

Source: rules/README.md, "Terms", kind.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray
from reconcile.engine.join import Join
from reconcile.engine.recipes.explosion import Recipes, UnknownRecipe
from reconcile.engine.recipes.write_offs import WriteOffs
from reconcile.model.catalogue import Catalogue
from reconcile.model.modifiers import choices
from reconcile.settings.model import Settings
from reconcile.settings.untracked import UntrackedProducts


def preparation_cases(
    join: Join, catalogue: Catalogue, untracked: UntrackedProducts, settings: Settings
) -> tuple[int, int]:
    """How often a live line of a dish wrote off a preparation of it, or a part of that; and how often the behaviour of
    the preparation says otherwise.
    """
    meaning = settings.inventory_behavior
    itself, ingredients = (set(map(str, values)) for values in (meaning.itself, meaning.ingredients))
    told = {
        key: product.inventory_behavior in itself
        for key, product in catalogue.products.items()
        if product.type == "PREPARATION" and product.inventory_behavior in itself | ingredients
    }
    if not told:
        return 0, 0
    recipes = Recipes(catalogue, untracked)
    product, live = bare(join.lines, "product_id"), bare(join.lines, "sold") != 0
    held = {
        key: [part for part in recipes.preparations(key, ()) if part in told]
        for key in np.unique(product[live]).tolist()
        if key in catalogue.products and not recipes.is_circular(key)
    }
    rows = np.flatnonzero(join.line >= 0)
    rows = rows[live[join.line[rows]]]
    taken: defaultdict[int, set[int]] = defaultdict(set)
    written_off = bare(join.operations, "product_id")[rows]
    for line, key in zip(join.line[rows].tolist(), written_off.tolist(), strict=True):
        taken[line].add(key)
    cases = contradictions = 0
    parts = {part: set(recipes.parts(part, frozenset())) for some in held.values() for part in some}
    for line, keys in taken.items():
        for part in held.get(int(product[line]), ()):
            if part in keys or keys & parts[part]:
                cases += 1
                contradictions += (part in keys) != told[part]
    return cases, contradictions


def took_ingredients(
    join: Join, chosen: BoolArray, write_offs: WriteOffs, recipes: Recipes
) -> tuple[BoolArray, dict[int, int]]:
    """Of lines of dishes kept in stock that took ingredients of their recipe instead: which rows of `write_offs` these
    are, and by position of the line, what they are worth.

    `chosen`: live direct lines without an operation of their own product.
    """
    is_ingredient = np.zeros(len(write_offs.line), dtype=np.bool_)
    worth: dict[int, int] = {}
    product = bare(join.lines, "product_id")
    for row in np.flatnonzero(chosen[write_offs.line]).tolist():
        line = int(write_offs.line[row])
        try:
            text = str(join.lines["modifiers"].iat[line])
            explosion = recipes.explode(int(product[line]), choices(text), frozenset())
        except UnknownRecipe:
            continue
        taken = int(write_offs.product[row])
        is_ingredient[row] = explosion.portion.get(taken, 0) != 0 or taken in recipes.preparations(
            int(product[line]), ()
        )
    of_operation = write_offs.of_operation
    rows = np.flatnonzero((of_operation >= 0) & np.append(is_ingredient, False)[of_operation])
    values = bare(join.operations, "worth")
    for row in rows.tolist():
        line = int(join.line[row])
        worth[line] = worth.get(line, 0) + int(values[row])
    return is_ingredient, worth
