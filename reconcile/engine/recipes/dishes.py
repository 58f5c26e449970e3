"""Which lines of dishes are judged, and by what: their recipe, lines like them, or nothing.

Source: rules.md, "Recipes" and "Without a recipe".
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, Times
from reconcile.core.positions import take_or
from reconcile.engine.recipes.costs import UnitCosts, owed_cost
from reconcile.engine.recipes.ingredients import Compared, ingredients_frame
from reconcile.engine.recipes.owed import Owed, changed_after, owed
from reconcile.engine.recipes.takes import Recipes
from reconcile.engine.recipes.usual import usual
from reconcile.engine.recipes.written import Join, Written
from reconcile.model.catalogue import Catalogue
from reconcile.settings.model import Untracked

NO_RECIPE, KNOWN, USUAL, UNKNOWN = range(4)
"""How a line's ingredients are judged: it has none, by its recipe, by lines like it, not at all."""


@dataclasses.dataclass(frozen=True)
class JudgedDishes:
    """What the recipes say of a day's lines and operations."""

    ingredients: pd.DataFrame
    """`reconcile.model.contracts.LineIngredients`."""
    recipe: npt.NDArray[np.int8]
    """For each line, one of the four above."""
    because: pd.Categorical
    """For each line, why its recipe does not judge it; empty where it does."""
    takes_nothing: BoolArray
    """Lines whose recipe takes nothing, and that wrote nothing of it off."""
    is_wrong: BoolArray
    """Operations of a product that the line, by its recipe, does not take."""
    is_changed: BoolArray
    """Lines whose recipe was changed after the sale closed."""
    cost: dict[int, tuple[int, int]]
    """Of lines without operations whose recipe is known: what they owe would cost (0: unknown), for how much sold."""


@dataclasses.dataclass(frozen=True)
class Sales:
    """What is known of each line before its recipe is looked at."""

    is_composite: BoolArray
    is_live: BoolArray
    """It sold something."""
    is_whole: BoolArray
    """None of its operations was unreadable."""
    closed_at: Times
    """Of its receipt; NaT where unknown."""


def judge_dishes(join: Join, sales: Sales, catalogue: Catalogue, untracked: Untracked) -> JudgedDishes:
    """Compare every line with its recipe, or with lines like it. `join.lines` has `sold`."""
    lines, recipes = join.lines, Recipes(catalogue, untracked)
    has_others = np.zeros(len(lines), dtype=np.bool_)
    has_others[join.line[(join.line >= 0) & ~join.is_own]] = True
    asked = (sales.is_composite | has_others) & sales.is_live
    written = Written.of(join, asked)
    due = owed(lines, asked & bool(catalogue.products), written, recipes)
    is_known = _of_sort(due, [sort.takes is not None for sort in due.sorts])
    composite = sales.is_composite & sales.is_live & sales.is_whole
    unknown = composite & ~is_known & ~_of_sort(due, [sort.in_a_circle for sort in due.sorts])
    has_operations = written.wrote_any(len(lines))
    like = usual(lines, np.flatnonzero(unknown & has_operations), written, _tracked(written, recipes))
    recipe = np.full(len(lines), NO_RECIPE, dtype=np.int8)
    recipe[sales.is_composite] = UNKNOWN
    recipe[composite & is_known] = KNOWN
    recipe[unknown & like.judged] = USUAL
    costs = UnitCosts.of(join.operations, np.concatenate([due.ingredient, written.product]), catalogue)
    changed = changed_after(due, sales.closed_at)
    all_ = Compared(join, written, due, like, recipe == KNOWN, changed, catalogue, costs)
    is_foreign = _foreign(all_, is_known, recipes, untracked)
    return JudgedDishes(
        ingredients=ingredients_frame(all_),
        recipe=recipe,
        because=_because(recipe, due, catalogue),
        takes_nothing=_take_nothing(due) & (recipe == KNOWN),
        is_wrong=take_or(is_foreign, written.of_operation, False) & (join.q != 0),
        is_changed=changed,
        cost=owed_cost(lines, due, (recipe == KNOWN) & ~has_operations, costs),
    )


def _of_sort(due: Owed, holds: list[bool]) -> BoolArray:
    """For each line, whether it holds of its sort; not where it has none."""
    return take_or(np.array(holds, dtype=np.bool_), due.sort_of_line, False)


def _foreign(all_: Compared, is_known: BoolArray, recipes: Recipes, untracked: Untracked) -> BoolArray:
    """Rows of `Written` that are neither the line's own product nor due."""
    written, due, product = all_.written, all_.owed, all_.join.lines["product_id"]
    foreign: BoolArray = is_known[written.line] & (written.product != product.to_numpy()[written.line])
    foreign[due.found[due.found >= 0]] = False
    foreign &= ~product.isin(untracked.products).to_numpy()[written.line]
    return foreign & _tracked(written, recipes)


def _tracked(written: Written, recipes: Recipes) -> BoolArray:
    """Rows of `Written` whose product is kept in stock."""
    products, at = np.unique(written.product, return_inverse=True)
    tracked = np.array([not recipes.is_untracked(key) for key in products.tolist()], dtype=np.bool_)
    return np.asarray(tracked[at.reshape(-1)], dtype=np.bool_)


def _take_nothing(due: Owed) -> BoolArray:
    """Lines that owe nothing, and wrote nothing off of what their recipe names."""
    takes_nothing = _of_sort(due, [sort.takes is not None and sort.takes.takes_nothing for sort in due.sorts])
    takes_nothing[due.line[due.found >= 0]] = False
    return takes_nothing


def _because(recipe: npt.NDArray[np.int8], due: Owed, catalogue: Catalogue) -> pd.Categorical:
    """For each line that its recipe does not judge, why."""
    not_asked = "" if catalogue.products else f"no catalogue ({catalogue.missing or 'not asked for'})"
    reasons = ["", *(sort.problem for sort in due.sorts), not_asked]
    codes, names = pd.factorize(np.array(reasons, dtype=object))
    place = np.where(recipe >= USUAL, np.where(due.sort_of_line < 0, len(due.sorts), due.sort_of_line) + 1, 0)
    return pd.Categorical.from_codes(codes[place], categories=pd.Index(names, dtype="str"))
