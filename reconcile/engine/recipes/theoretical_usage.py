"""Theoretical usage: what each sale line should have used of each ingredient by its recipe.

Lines with the same product, modifiers and preparations written off as themselves form a group: its recipe is exploded
once, in exact fractions, and scaled by what each line sold. Source: rules/README.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from operator import mul
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import (
    LIMIT,
    MICRO,
    BoolArray,
    IntArray,
    Times,
    divide,
    half_even,
    magnitude,
)
from reconcile.core.positions import Positions, take_or
from reconcile.engine.claims import no_values
from reconcile.engine.recipes.explosion import Explosion, Recipes, UnknownRecipe
from reconcile.engine.recipes.write_offs import WriteOffs
from reconcile.model.catalogue import NO_TIME
from reconcile.model.modifiers import choices
from reconcile.settings.thresholds import DayThresholds

_LARGEST = 2**60


class Rate(NamedTuple):
    """Usage of one ingredient: (portion × sold + modifiers × times + scaled × scaled times) / denominator."""

    ingredient: int
    portion: int
    modifiers: int
    scaled: int
    denominator: int


@dataclasses.dataclass(frozen=True)
class Group:
    """Lines of the same usage per portion: the exploded recipe, or why it is unknown."""

    explosion: Explosion | None
    rates: Sequence[Rate] = ()
    problem: str = ""
    is_circular: bool = False
    has_preparations: bool = False
    is_reduced: bool = False
    """A modifier takes away of a preparation or a dish."""


@dataclasses.dataclass(frozen=True)
class TheoreticalUsage:
    """One row per line and ingredient of its recipe, in the order of both; and the group of each line."""

    line: Positions
    ingredient: IntArray
    due: IntArray
    """By the reading of the modifiers that is nearest to what was written off."""
    write_off: Positions
    """The row of `WriteOffs`, -1 where nothing was written off."""
    groups: Sequence[Group]
    group_of_line: Positions
    """-1 where the line was not chosen."""
    holds_once: BoolArray
    """Lines whose operations stand more than once, and whose recipe holds against once each."""
    value: Any
    """Of each row, in millionths, where it is not difference × unit cost; else NA."""

    def where_group(self, holds: Sequence[bool]) -> BoolArray:
        """For each line, the flag of its group; False where it has none."""
        return take_or(np.array(holds, dtype=np.bool_), self.group_of_line, False)

    def updated_at(self) -> Times:
        """For each line, when its recipe, or that of a preparation in it, was last changed; NaT where unknown."""
        times = [group.explosion.updated_at if group.explosion else NO_TIME for group in self.groups]
        return take_or(np.array(times, dtype="datetime64[s]"), self.group_of_line, NO_TIME)


def theoretical_usage(
    lines: pd.DataFrame,
    chosen: BoolArray,
    write_offs: WriteOffs,
    recipes: Recipes,
    thresholds: DayThresholds,
    *,
    itself: BoolArray,
    repeats: IntArray,
    is_tracked: BoolArray,
) -> TheoreticalUsage:
    """Theoretical usage of the chosen lines. `lines` has the columns of SaleLines, and `sold`.

    By line: whether it takes its product `itself`, so that only its modifiers are due, and how often its operations
    stand (`repeats`): where the recipe holds against once each alone, that decides how the modifiers are read. Rows of
    `write_offs` that are not tracked never matter.
    """
    rows = np.flatnonzero(chosen)
    group_of_line, groups = _groups(lines, rows, write_offs, recipes, itself)
    sizes = np.array([len(group.rates) for group in groups], dtype=np.intp)
    first = np.cumsum(sizes) - sizes
    count = sizes[group_of_line[rows]]
    line = np.repeat(rows, count)
    within = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    rate = first[group_of_line[line]] + within
    rates = [each for group in groups for each in group.rates]
    ingredient = np.array([each.ingredient for each in rates], dtype=np.int64)[rate]
    write_off = write_offs.find(line, ingredient)
    actual = take_or(write_offs.q, write_off, 0)
    sales = lines[["sold", "count", "portion_size"]].iloc[line]
    columns = _RateColumns.of(rates)
    step = thresholds.quantity_step(ingredient)
    due, too_large, is_open = _due(sales, columns, rate, line, actual, step=step)
    holds_once = (repeats > 1) & np.isin(np.arange(len(lines)), line[is_open])
    if holds_once.any():
        is_foreign = is_tracked.copy()
        is_foreign[write_off[write_off >= 0]] = False
        once = divide(actual, repeats[line])
        due_once, _, is_open = _due(sales, columns, rate, line, once, step=step)
        holds_once[np.concatenate([line[is_open], write_offs.line[is_foreign]])] = False
        due = np.where(holds_once[line], due_once, due)
    if too_large.any():
        group_of_line[line[too_large]] = len(groups)
        groups.append(Group(None, problem="theoretical usage by its recipe is too large to be exact"))
        kept = group_of_line[line] < len(groups) - 1
        line, ingredient, due, write_off = line[kept], ingredient[kept], due[kept], write_off[kept]
    return TheoreticalUsage(
        line, ingredient, due, write_off, groups, group_of_line, holds_once, no_values(len(line))
    )


def _groups(
    lines: pd.DataFrame, rows: Positions, write_offs: WriteOffs, recipes: Recipes, itself: BoolArray
) -> tuple[Positions, list[Group]]:
    """The group of each line, -1 where it is not among `rows`; and the groups."""
    product = bare(lines, "product_id")
    modifiers = lines["modifiers"].cat.codes.to_numpy()
    as_itself, sets = _written_off_as_itself(product, write_offs, recipes)
    keys = np.stack(
        [product[rows], modifiers[rows].astype(np.int64), as_itself[rows], itself[rows].astype(np.int64)],
        axis=1,
    )
    unique, inverse = np.unique(keys, axis=0, return_inverse=True)
    group_of_line = np.full(len(lines), -1, dtype=np.intp)
    group_of_line[rows] = inverse.reshape(-1)
    texts = lines["modifiers"].cat.categories
    groups = [
        _group(recipes, key, texts[text] if text >= 0 else "", sets[number], itself=bool(is_itself))
        for key, text, number, is_itself in unique.tolist()
    ]
    return group_of_line, groups


def _written_off_as_itself(
    product: IntArray, write_offs: WriteOffs, recipes: Recipes
) -> tuple[IntArray, list[frozenset[int]]]:
    """The sets of dishes and preparations that lines wrote off as themselves, and the number of each line's set."""
    is_composite = np.isin(write_offs.product, recipes.composites)
    is_composite &= ~np.isin(write_offs.product, list(recipes.by_recipe))
    rows = np.flatnonzero(is_composite & (write_offs.product != product[write_offs.line]))
    by_line: dict[int, list[int]] = {}
    for line, key in zip(write_offs.line[rows].tolist(), write_offs.product[rows].tolist(), strict=True):
        by_line.setdefault(line, []).append(key)
    numbers: dict[frozenset[int], int] = {frozenset(): 0}
    set_of_line = np.zeros(len(product), dtype=np.int64)
    for line, keys in by_line.items():
        set_of_line[line] = numbers.setdefault(frozenset(keys), len(numbers))
    return set_of_line, list(numbers)


def _group(recipes: Recipes, key: int, modifiers: str, written_off: frozenset[int], *, itself: bool) -> Group:
    try:
        explosion = recipes.explode(key, choices(modifiers), written_off, itself=itself)
    except UnknownRecipe as reason:
        return Group(None, problem=str(reason), is_circular=reason.is_circular)
    return Group(
        explosion,
        [_rate(explosion, ingredient) for ingredient in explosion.ingredients],
        has_preparations=not itself and bool(recipes.preparations(key, choices(modifiers))),
        is_reduced=bool(recipes.reduced(key, choices(modifiers))),
    )


def _rate(explosion: Explosion, ingredient: int) -> Rate:
    amounts = (explosion.portion, explosion.modifiers, explosion.scaled_modifiers)
    parts = [part.get(ingredient, Fraction(0)) for part in amounts]
    denominator = lcm(*(part.denominator for part in parts))
    portion, modifiers, scaled = (part.numerator * denominator // part.denominator for part in parts)
    return Rate(ingredient, portion, modifiers, scaled, denominator)


@dataclasses.dataclass(frozen=True)
class _RateColumns:
    """Rates as columns of Python integers, and of int64 for those that fit."""

    exact: Sequence[Any]
    fast: Sequence[IntArray]
    fits: BoolArray

    @classmethod
    def of(cls, rates: Sequence[Rate]) -> _RateColumns:
        exact = [np.array(column, dtype=object) for column in zip(*rates, strict=True)][1:]
        exact = exact or [np.empty(0, dtype=object)] * (len(Rate._fields) - 1)
        fits = np.array([max(map(abs, rate[1:])) < _LARGEST for rate in rates], dtype=np.bool_)
        return cls(exact, [np.where(fits, column, 1).astype(np.int64) for column in exact], fits)


def _due(
    lines: pd.DataFrame,
    columns: _RateColumns,
    rate: Positions,
    line: Positions,
    actual: IntArray,
    *,
    step: IntArray,
) -> tuple[IntArray, BoolArray, BoolArray]:
    """Theoretical usage by the first reading that fits the whole line (all its rows are within the step of `actual`),
    else by the first; the rows where it is too large; and the rows of lines that no reading fits.

    It is not documented whether a modifier's count is per portion or per line, and whether the portion size scales it.
    """
    sold = bare(lines, "sold")
    one, sign = np.full(len(sold), MICRO), np.sign(sold)
    count, portion = (np.abs(lines[name].to_numpy()) for name in ("count", "portion_size"))
    readings = ((count, np.abs(sold)), (np.abs(sold), np.abs(sold)), (one, portion), (portion, portion))
    due, too_large = np.zeros(len(sold), dtype=np.int64), np.zeros(len(sold), dtype=np.bool_)
    is_open = np.zeros(len(sold), dtype=np.bool_)
    for number, (times, scaled_times) in enumerate(readings):
        if number and not (is_open.any() and any(column.any() for column in columns.exact[1:3])):
            break  # all lines fit, or no modifier uses anything
        read, large = _read(columns, rate, sold, sign * times, sign * scaled_times)
        read = np.where(read * sign < 0, 0, read)  # a modifier takes away no more than there is
        too_large |= large
        wrong = np.abs(actual - read) > step
        fits = ~np.isin(line, line[wrong])
        if number:
            due = np.where(is_open & fits, read, due)
            is_open &= ~fits
        else:
            due, is_open = np.where(large, 0, read), ~fits
    return due, too_large, is_open


def _read(
    columns: _RateColumns, rate: Positions, sold: IntArray, times: IntArray, scaled_times: IntArray
) -> tuple[IntArray, BoolArray]:
    """Theoretical usage by one reading, rounded half to even; and the rows where it reaches `LIMIT`."""
    portion, modifiers, scaled, divisor = (column[rate] for column in columns.fast)
    amounts = ((portion, sold), (modifiers, times), (scaled, scaled_times))
    bound = np.sum([magnitude(part) * magnitude(amount) for part, amount in amounts], axis=0)
    slow = ~columns.fits[rate] | (bound >= _LARGEST)
    found = divide(np.where(slow, 0, portion * sold + modifiers * times + scaled * scaled_times), divisor)
    large = np.zeros(len(rate), dtype=np.bool_)
    for row in np.flatnonzero(slow).tolist():
        *parts, whole = (int(column[rate[row]]) for column in columns.exact)
        exact = half_even(sum(map(mul, parts, (int(each[row]) for _, each in amounts))), whole)
        large[row] = abs(exact) >= LIMIT
        found[row] = 0 if large[row] else exact
    return found, large
