"""What lines owe by the recipes: every line and ingredient, in whole columns.

Lines that sell the same product with the same modifiers, and wrote off the same preparations themselves, owe the same
for each portion: that is worked out once, in exact fractions, and then scaled by what each line sold.
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

from reconcile.core.exact import LIMIT, MICRO, BoolArray, IntArray, Times, divided, half_even, magnitude
from reconcile.core.positions import Positions, take_or
from reconcile.engine.recipes.takes import Recipes, Takes, Unknowable
from reconcile.engine.recipes.written import Written
from reconcile.model.catalogue import NO_TIME
from reconcile.model.modifiers import choices

_LARGEST = 2**60


class _Rows(NamedTuple):
    """A row a line and ingredient."""

    line: Positions
    share: Positions
    actual: IntArray
    """What was written off of it."""
    wrote_any: BoolArray
    """Whether the line wrote anything off: if not, no reading is nearer to it than another."""


class Share(NamedTuple):
    """What a line takes of one ingredient: (portion × sold + modifiers × times + scaled × times) / denominator."""

    ingredient: int
    portion: int
    modifiers: int
    scaled: int
    denominator: int


@dataclasses.dataclass(frozen=True)
class Sort:
    """Lines that owe alike: what they take, or why that can't be told."""

    takes: Takes | None
    shares: Sequence[Share] = ()
    problem: str = ""
    in_a_circle: bool = False


@dataclasses.dataclass(frozen=True)
class Owed:
    """One row a line and ingredient that its recipe names, in the order of both; and for each line its sort."""

    line: Positions
    ingredient: IntArray
    due: IntArray
    """By the reading of the modifiers that lies nearest to what was written off."""
    found: Positions
    """The row of `Written`, -1 where nothing was written off."""
    sorts: Sequence[Sort]
    sort_of_line: Positions
    """-1 where the line was not asked about."""


def owed(lines: pd.DataFrame, chosen: BoolArray, written: Written, recipes: Recipes) -> Owed:
    """What the chosen lines owe. `lines` has the columns of SaleLines, and `sold`."""
    rows = np.flatnonzero(chosen)
    sort_of_line, sorts = _sorts(lines, rows, written, recipes)
    sizes = np.array([len(sort.shares) for sort in sorts], dtype=np.intp)
    first = np.cumsum(sizes) - sizes
    count = sizes[sort_of_line[rows]]
    line = np.repeat(rows, count)
    within = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
    share = first[sort_of_line[line]] + within
    shares = [each for sort in sorts for each in sort.shares]
    ingredient = np.array([each.ingredient for each in shares], dtype=np.int64)[share]
    found = written.find(line, ingredient)
    actual = take_or(written.q, found, 0)
    wrote_any = written.wrote_any(len(lines))[line]
    due, too_large = _due(lines, _Rows(line, share, actual, wrote_any), _Columns.of(shares))
    if too_large.any():
        sort_of_line, sorts = _set_aside(np.unique(line[too_large]), sort_of_line, sorts)
        kept = np.array([not sort.problem for sort in sorts])[sort_of_line[line]]
        line, ingredient, due, found = line[kept], ingredient[kept], due[kept], found[kept]
    return Owed(line, ingredient, due, found, sorts, sort_of_line)


def _set_aside(
    lines: Positions, sort_of_line: Positions, sorts: Sequence[Sort]
) -> tuple[Positions, list[Sort]]:
    sort_of_line = sort_of_line.copy()
    sort_of_line[lines] = len(sorts)
    return sort_of_line, [*sorts, Sort(None, problem="what its recipe owes is too large to be exact")]


def _sorts(
    lines: pd.DataFrame, rows: Positions, written: Written, recipes: Recipes
) -> tuple[Positions, list[Sort]]:
    """Which lines owe alike, and what each sort owes."""
    product = lines["product_id"].to_numpy()
    modifiers = lines["modifiers"].cat.codes.to_numpy()
    itself, sets = _written_off_itself(product, written, recipes)
    keys = np.stack([product[rows], modifiers[rows].astype(np.int64), itself[rows]], axis=1)
    unique, at = np.unique(keys, axis=0, return_inverse=True)
    sort_of_line = np.full(len(lines), -1, dtype=np.intp)
    sort_of_line[rows] = at.reshape(-1)
    texts = lines["modifiers"].cat.categories
    sorts = [
        _sort(recipes, key, texts[text] if text >= 0 else "", sets[made])
        for key, text, made in unique.tolist()
    ]
    return sort_of_line, sorts


def _written_off_itself(
    product: IntArray, written: Written, recipes: Recipes
) -> tuple[IntArray, list[frozenset[int]]]:
    """For each line, which dishes and preparations it wrote off as such: a number, and the set it stands for."""
    rows = np.flatnonzero(np.isin(written.product, recipes.made) & (written.product != product[written.line]))
    by_line: dict[int, list[int]] = {}
    for line, key in zip(written.line[rows].tolist(), written.product[rows].tolist(), strict=True):
        by_line.setdefault(line, []).append(key)
    numbers: dict[frozenset[int], int] = {frozenset(): 0}
    itself = np.zeros(len(product), dtype=np.int64)
    for line, keys in by_line.items():
        itself[line] = numbers.setdefault(frozenset(keys), len(numbers))
    return itself, list(numbers)


def _sort(recipes: Recipes, key: int, modifiers: str, written_off: frozenset[int]) -> Sort:
    try:
        takes = recipes.takes(key, choices(modifiers), written_off)
    except Unknowable as why:
        return Sort(None, problem=str(why), in_a_circle=why.in_a_circle)
    return Sort(takes, [_share(takes, ingredient) for ingredient in takes.ingredients])


def _share(takes: Takes, ingredient: int) -> Share:
    parts = [
        part.get(ingredient, Fraction(0)) for part in (takes.portion, takes.modifiers, takes.scaled_modifiers)
    ]
    denominator = lcm(*(part.denominator for part in parts))
    portion, modifiers, scaled = (part.numerator * denominator // part.denominator for part in parts)
    return Share(ingredient, portion, modifiers, scaled, denominator)


@dataclasses.dataclass(frozen=True)
class _Columns:
    """Shares as columns of Python integers, and of int64 where that holds them."""

    exact: Sequence[Any]
    fast: Sequence[IntArray]
    fits: BoolArray

    @classmethod
    def of(cls, shares: Sequence[Share]) -> _Columns:
        exact = [np.array(column, dtype=object) for column in zip(*shares, strict=True)][1:]
        exact = exact or [np.empty(0, dtype=object)] * (len(Share._fields) - 1)
        fits = np.array([max(map(abs, share[1:])) < _LARGEST for share in shares], dtype=np.bool_)
        return cls(exact, [np.where(fits, column, 1).astype(np.int64) for column in exact], fits)


def _due(lines: pd.DataFrame, rows: _Rows, columns: _Columns) -> tuple[IntArray, BoolArray]:
    """What is due by the nearest reading, and where that is too large.

    Whether a modifier's count is for one portion or for the line, and is scaled by the portion, is not documented.
    """
    sold = lines["sold"].to_numpy()[rows.line]
    one, sign = np.full(len(sold), MICRO), np.sign(sold)
    count, portion = (np.abs(lines[name].to_numpy()[rows.line]) for name in ("count", "portion_size"))
    readings = ((one, portion), (count, np.abs(sold)), (portion, portion), (np.abs(sold), np.abs(sold)))
    due, too_large = np.zeros(len(sold), dtype=np.int64), np.zeros(len(sold), dtype=np.bool_)
    for number, (times, scaled_times) in enumerate(readings):
        if number and not any(column.any() for column in columns.exact[1:3]):
            break  # no modifier takes anything: there is one reading
        read, large = _read(columns, rows.share, sold, sign * times, sign * scaled_times)
        too_large |= large
        gap, best = np.abs(rows.actual - read), np.abs(rows.actual - due)
        nearer = (gap < best) | ((gap == best) & (np.abs(read) < np.abs(due)))
        due = np.where(nearer & rows.wrote_any if number else ~large, read, due)
    return due, too_large


def _read(
    columns: _Columns, share: Positions, sold: IntArray, times: IntArray, scaled_times: IntArray
) -> tuple[IntArray, BoolArray]:
    """What is due where the modifiers count so often, rounded half to even; and where int64 can't hold it."""
    portion, modifiers, scaled, divisor = (column[share] for column in columns.fast)
    amounts = ((portion, sold), (modifiers, times), (scaled, scaled_times))
    bound = np.sum([magnitude(part) * magnitude(amount) for part, amount in amounts], axis=0)
    slow = ~columns.fits[share] | (bound >= _LARGEST)
    found = divided(np.where(slow, 0, portion * sold + modifiers * times + scaled * scaled_times), divisor)
    large = np.zeros(len(share), dtype=np.bool_)
    for row in np.flatnonzero(slow).tolist():
        *parts, whole = (int(column[share[row]]) for column in columns.exact)
        exact = half_even(sum(map(mul, parts, (int(each[row]) for _, each in amounts))), whole)
        large[row] = abs(exact) >= LIMIT
        found[row] = 0 if large[row] else exact
    return found, large


def changed_after(owed: Owed, closed_at: Times) -> BoolArray:
    """Lines whose recipe, or that of a preparation in it, was changed after the sale closed."""
    times = [sort.takes.updated_at if sort.takes else NO_TIME for sort in owed.sorts]
    changed_at = take_or(np.array(times, dtype="datetime64[s]"), owed.sort_of_line, NO_TIME)
    return np.asarray(changed_at > closed_at, dtype=np.bool_)
