"""Compares lines of dishes with their recipe, or without one with the baseline of their group.

Source: rules/README.md, "Recipes" and "Without a recipe".
"""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.categories import coded
from reconcile.core.exact import BoolArray, Times
from reconcile.core.positions import take_or
from reconcile.engine.join import Join
from reconcile.engine.recipes.baseline import baseline, without_repeats
from reconcile.engine.recipes.behaviors import took_ingredients
from reconcile.engine.recipes.costs import UnitCosts, usage_costs
from reconcile.engine.recipes.doubled_sets import Sets, repeated_sets, set_sizes
from reconcile.engine.recipes.explosion import Recipes
from reconcile.engine.recipes.ingredients import ingredients_frame
from reconcile.engine.recipes.misfits import read_again
from reconcile.engine.recipes.theoretical_usage import Group, TheoreticalUsage, theoretical_usage
from reconcile.engine.recipes.write_offs import WriteOffs
from reconcile.model.catalogue import Catalogue
from reconcile.rulebook.flags import ints, is_any_of
from reconcile.settings.thresholds import DayThresholds
from reconcile.settings.untracked import UntrackedProducts

EMPTIED = "its recipe is empty, though it is written off: the card was emptied"
_TAKES_ITSELF = ("GOODS", "MODIFICATION", "INGREDIENT")
NO_RECIPE, KNOWN, USUAL, UNKNOWN = range(4)
"""Positions in `reconcile.model.matched.RECIPES`."""


@dataclasses.dataclass(frozen=True)
class DishComparison:
    """What the comparison found, by line and by operation."""

    ingredients: pd.DataFrame
    """`reconcile.model.matched.LineIngredients`, without what later stages add."""
    recipe: npt.NDArray[np.int8]
    """For each line, one of the four above."""
    because: pd.Categorical
    """For each line, why it is not judged by its recipe, or which modifier of it is not known; empty elsewhere."""
    uses_nothing: BoolArray
    """Lines without an operation whose recipe, with their modifiers, takes nothing."""
    is_wrong: BoolArray
    """Operations of a product that is not in the recipe of the line."""
    updated_at: Times
    """For each line, when its recipe, or that of a preparation in it, was last changed; NaT where unknown."""
    took_instead: dict[int, int]
    """By line of a dish kept in stock that took its ingredients instead of itself: what they are worth."""
    is_emptied: BoolArray
    """Lines of dishes whose recipe takes nothing, though they are written off."""
    sets: Sets
    """Of lines that were posted more than once: once each, the recipe or the usual amounts hold."""
    cost: dict[int, tuple[int, int]]
    """By line of known recipe and without operations: cost of its theoretical usage (0: unknown), and what it sold."""


def compare_dishes(
    join: Join,
    is_composite: BoolArray,
    closed_at: Times,
    catalogue: Catalogue,
    *,
    untracked: UntrackedProducts,
    thresholds: DayThresholds,
    behaviors: tuple[frozenset[int], frozenset[int]],
    uses: BoolArray | None = None,
) -> DishComparison:
    """Compare every line with its recipe, or with the baseline.

    `join.lines` has `sold`; `closed_at` is of the receipt of each line, NaT where unknown. `behaviors`:
    the preparations that are only taken as themselves, and only as their recipes. `uses`: operations that
    show that a dish is written off, without which an empty recipe is believed; None for all.
    """
    lines, recipes = join.lines, Recipes(catalogue, untracked, *behaviors)
    is_live = lines["sold"].to_numpy() != 0
    has_others = np.zeros(len(lines), dtype=np.bool_)
    has_others[join.line[(join.line >= 0) & ~join.is_own]] = True
    chosen = (is_composite | has_others) & is_live
    write_offs = WriteOffs.of(join, chosen)
    sets = repeated_sets(join, is_composite & is_live)
    repeats = set_sizes(sets, len(lines))
    is_tracked = _is_tracked(write_offs, recipes)
    usage = theoretical_usage(
        lines,
        chosen & bool(catalogue.products),
        write_offs,
        recipes,
        thresholds,
        itself=~is_composite,
        repeats=repeats,
        is_tracked=is_tracked,
    )
    is_known = usage.where_group([group.explosion is not None for group in usage.groups])
    is_circular = usage.where_group([group.is_circular for group in usage.groups])
    composite = is_composite & is_live & ~lines["lost_operation"].to_numpy()
    has_operations = write_offs.has_any(len(lines))
    is_used = has_operations.copy()
    if uses is not None:
        is_used &= np.isin(np.arange(len(lines)), join.line[uses])
    is_emptied = _is_emptied(lines, usage, composite, is_used, closed_at)
    is_known &= ~is_emptied
    unknown = composite & ~is_known & ~is_circular
    without_recipe = baseline(lines, np.flatnonzero(unknown & has_operations), write_offs, is_tracked)
    without_recipe, as_usual = without_repeats(without_recipe, write_offs, repeats, len(lines))
    recipe = np.full(len(lines), NO_RECIPE, dtype=np.int8)
    recipe[is_composite] = UNKNOWN
    recipe[composite & is_known] = KNOWN
    recipe[unknown & without_recipe.is_judged] = USUAL
    by_recipe = recipe == KNOWN
    usage = read_again(
        usage,
        lines,
        join.operations,
        write_offs,
        recipes,
        catalogue=catalogue,
        thresholds=thresholds,
        by_recipe=by_recipe,
        repeats=repeats,
    )
    costs = UnitCosts.of(join.operations, np.concatenate([usage.ingredient, write_offs.product]), catalogue)
    is_blinded = usage.where_group([bool(_unknown_modifier(group)) for group in usage.groups])
    ingredients = ingredients_frame(
        join,
        write_offs,
        usage,
        without_recipe,
        catalogue,
        by_recipe=by_recipe,
        is_blinded=is_blinded,
        costs=costs,
    )
    product = ints(lines, "product_id")
    takes_alone = is_any_of(lines, "type", *_TAKES_ITSELF) & ~is_composite & ~is_circular
    is_foreign = (is_known | takes_alone)[write_offs.line] & is_tracked
    is_foreign &= is_composite[write_offs.line] | (write_offs.product != product[write_offs.line])
    is_foreign &= ~np.isin(product[write_offs.line], list(untracked.products))
    is_foreign[usage.write_off[usage.write_off >= 0]] = False
    lacks_own = ~is_composite & is_live & ~lines["lost_operation"].to_numpy()
    lacks_own[join.line[join.is_own]] = False
    is_ingredient, took_instead = took_ingredients(join, lacks_own, write_offs, recipes)
    is_foreign &= ~is_ingredient
    # dishes are blinded by ingredient
    may_be_modifier = (is_blinded | ~is_any_of(lines, "modifiers", "") & ~is_known) & ~is_composite
    is_open = np.zeros(len(lines), dtype=np.bool_)
    is_open[write_offs.line[is_foreign]] = True
    is_open &= may_be_modifier
    is_foreign &= ~may_be_modifier[write_offs.line]
    return DishComparison(
        ingredients=ingredients,
        recipe=recipe,
        because=_because(
            (recipe >= USUAL) | (is_blinded & is_composite) | is_open, usage, catalogue, is_emptied
        ),
        uses_nothing=_uses_nothing(usage, ~has_operations & ~is_blinded) & by_recipe,
        is_wrong=take_or(is_foreign, write_offs.of_operation, False) & (join.q != 0),
        updated_at=usage.updated_at(),
        took_instead=took_instead,
        is_emptied=is_emptied,
        sets={
            row: each for row, each in sets.items() if (by_recipe & usage.holds_once)[row] or as_usual[row]
        },
        cost=usage_costs(lines, usage, by_recipe & ~has_operations, costs),
    )


def _unknown_modifier(group: Group) -> str:
    """Why a modifier of these lines is unknown; empty where all are known."""
    return "" if group.explosion is None else group.explosion.unknown_modifier


def _is_tracked(write_offs: WriteOffs, recipes: Recipes) -> BoolArray:
    """Rows of `WriteOffs` whose product is kept in stock."""
    products, inverse = np.unique(write_offs.product, return_inverse=True)
    is_tracked = np.array([not recipes.is_untracked(key) for key in products.tolist()], dtype=np.bool_)
    return np.asarray(is_tracked[inverse.reshape(-1)], dtype=np.bool_)


def _is_empty(usage: TheoreticalUsage) -> BoolArray:
    """Lines whose recipe, with their modifiers, takes nothing."""
    explosions = [group.explosion for group in usage.groups]
    return usage.where_group(
        [each is not None and each.is_empty and not each.unknown_modifier for each in explosions]
    )


def _is_emptied(
    lines: pd.DataFrame,
    usage: TheoreticalUsage,
    composite: BoolArray,
    is_used: BoolArray,
    closed_at: Times,
) -> BoolArray:
    """Lines of dishes whose recipe takes nothing, while operations stand under half or more of these lines, or under
    one that closed before the dish was updated: the card was emptied.
    """
    empty = composite & _is_empty(usage)
    if not (empty & is_used).any():
        return np.zeros(len(empty), dtype=np.bool_)
    rows = np.flatnonzero(empty)
    products, of_row = np.unique(lines["product_id"].to_numpy()[rows], return_inverse=True)
    count, taken = (
        np.bincount(of_row.reshape(-1)[some], minlength=len(products))
        for some in (slice(None), is_used[rows])
    )
    before = np.bincount(
        of_row.reshape(-1)[is_used[rows] & (closed_at < usage.updated_at())[rows]],
        minlength=len(products),
    )
    emptied = products[(2 * taken >= count) | (before > 0)]
    return np.asarray(empty & lines["product_id"].isin(emptied).to_numpy(), dtype=np.bool_)


def _uses_nothing(usage: TheoreticalUsage, untouched: BoolArray) -> BoolArray:
    """The `untouched` lines of which nothing is due."""
    owes = np.zeros(len(untouched), dtype=np.bool_)
    owes[usage.line[usage.due != 0]] = True
    return untouched & ~owes


def _because(
    is_told: BoolArray, usage: TheoreticalUsage, catalogue: Catalogue, is_emptied: BoolArray
) -> pd.Categorical:
    """For each line of which `is_told` why it is not judged by its recipe, or which modifier is not known: that."""
    no_catalogue = "" if catalogue.products else f"no catalogue ({catalogue.missing or 'not asked for'})"
    problems = [group.problem or _unknown_modifier(group) for group in usage.groups]
    reasons = np.array(["", *problems, EMPTIED, no_catalogue], dtype=object)
    codes, names = pd.factorize(reasons)
    place = np.where(usage.group_of_line < 0, len(reasons) - 1, usage.group_of_line + 1)
    place[is_emptied] = len(reasons) - 2
    place[~is_told] = 0
    return coded(codes[place], names)
