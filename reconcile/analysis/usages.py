"""Theoretical and actual usage, line by line and operation by operation: what the table of products adds up.

Input: `lines`, `ingredients`, `operations` and `findings` of a `Result`.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import TypeVar

import numpy as np

from reconcile.analysis.differences import (
    ALONE,
    APART,
    DIRECT,
    RECIPE,
    VOID,
    DayDifferences,
    Differences,
    day_differences,
)
from reconcile.analysis.storages import usual_storages
from reconcile.core.columns import stored
from reconcile.core.exact import BoolArray, IntArray, multiply_ratio, numbers_of, sum_by
from reconcile.core.positions import numbered, row_positions, starts, take_or
from reconcile.engine.result import Result
from reconcile.rulebook.flags import bools, ints, is_any_of, is_kind, values_of


@dataclasses.dataclass(frozen=True)
class Usages:
    """Columns of one length, in millionths: what was due and taken of a product in a storage."""

    product_id: IntArray
    storage_id: IntArray
    due: IntArray
    q: IntArray
    """What was taken."""
    returned: IntArray
    """Of it, what was put back: 0 or less."""
    apart: IntArray
    """Of the difference, what is neither over nor under."""
    value: IntArray
    """Of the rest of the difference, in money; 0 where it is not known."""
    is_known: BoolArray
    """Whether the value is."""
    lines: IntArray
    """1 or 0: of several storages of a line, one counts."""

    @property
    def judged(self) -> IntArray:
        """The difference that is over or under."""
        return self.q - self.due - self.apart


@dataclasses.dataclass(frozen=True)
class _Owed:
    """One row per judged line and product; the columns as in `Usages`."""

    line: IntArray
    product_id: IntArray
    due: IntArray
    apart: IntArray
    value: IntArray
    is_known: BoolArray


def day_usages(result: Result) -> Usages:
    """The usage of all that is judged."""
    day = day_differences(result)
    return _joined(_of_lines(result, day), _of_operations(result, day))


_Columns = TypeVar("_Columns", Usages, _Owed)


def _joined(*parts: _Columns) -> _Columns:
    names = [each.name for each in dataclasses.fields(parts[0])]
    return type(parts[0])(*(np.concatenate([getattr(each, name) for each in parts]) for name in names))


def _of_lines(result: Result, day: DayDifferences) -> Usages:
    """Usage by line, product and storage: of the products that lines took themselves or by their recipes.

    Of several storages of a line, one has its difference (`apart` and `value`), and counts as 1 in `lines`.
    """
    operations = result.operations
    taken = np.flatnonzero(np.isin(day.part, (DIRECT, RECIPE)))
    line, product, storage, q = (
        ints(operations, name)[taken] for name in ("line", "product_id", "storage_id", "q")
    )
    owed = _owed(result, day, line, product, q)
    row = row_positions([owed.line, owed.product_id], [line, product])
    number, first = numbered(row, storage)
    without = np.setdiff1d(np.arange(len(owed.line)), row)
    usual = usual_storages(operations)
    elsewhere = [usual.get(key, 0) for key in owed.product_id[without].tolist()]
    nothing = np.zeros(len(without), dtype=np.int64)
    place = np.concatenate([row[first], without])
    storage_id = np.concatenate([storage[first], np.array(elsewhere, dtype=np.int64)])
    of_part = np.concatenate([sum_by(number, q, len(first)), nothing])
    returned = np.concatenate([sum_by(number, np.minimum(q, 0), len(first)), nothing])
    order = np.lexsort([storage_id, -np.abs(of_part), place])
    place, of_part = place[order], of_part[order]
    is_main = starts(place)
    others = sum_by(place, of_part, len(owed.line))[place] - of_part
    return Usages(
        owed.product_id[place],
        storage_id[order],
        due=np.where(is_main, owed.due[place] - others, of_part),
        q=of_part,
        returned=returned[order],
        apart=np.where(is_main, owed.apart[place], 0),
        value=np.where(is_main, owed.value[place], 0),
        is_known=owed.is_known[place],
        lines=is_main.astype(np.int64),
    )


def _owed(result: Result, day: DayDifferences, line: IntArray, product: IntArray, q: IntArray) -> _Owed:
    """What is due of all lines and products. The columns are those of what lines took."""
    direct, recipes, missing = day.direct, day.recipes, day.missing
    accepted, is_right = day.is_accepted
    is_dish = is_kind(result.lines, "composite")[missing.rows]
    of_line, ingredient, due = (
        ints(result.ingredients, name)[day.instead] for name in ("line", "product_id", "due")
    )
    owed = _joined(
        _rows(direct.rows, direct, direct.is_apart | accepted),
        _rows(recipes.of("line"), recipes, recipes.is_apart | is_right),
        _rows(missing.rows, missing, missing.is_apart, ~is_dish),
        _dishes(result, missing, is_dish),
        _all_apart(of_line, ingredient, due, -due),
    )
    number, first = numbered(line, product)
    is_other = row_positions([owed.line, owed.product_id], [line[first], product[first]]) < 0
    return _joined(
        owed, _others(result, line[first], product[first], sum_by(number, q, len(first)), is_other)
    )


def _rows(line: IntArray, of: Differences, is_apart: BoolArray, chosen: BoolArray | None = None) -> _Owed:
    chosen = np.ones(len(of.rows), dtype=np.bool_) if chosen is None else chosen
    is_apart = is_apart[chosen]
    value, is_known = numbers_of(of.values[chosen])
    return _Owed(
        line[chosen],
        of.of("product_id")[chosen],
        of.of("due")[chosen],
        apart=np.where(is_apart, of.difference[chosen], 0),
        value=np.where(is_apart, 0, value),
        is_known=is_known | is_apart,
    )


def _all_apart(line: IntArray, product_id: IntArray, due: IntArray, difference: IntArray) -> _Owed:
    """Rows whose differences are neither over nor under."""
    return _Owed(line, product_id, due, difference, np.zeros_like(due), np.ones(len(due), dtype=np.bool_))


def _dishes(result: Result, missing: Differences, is_dish: BoolArray) -> _Owed:
    """Dishes without any write-off: the ingredients that are due; the dish itself where its recipe is not known.

    What a dish is worth is that of its ingredients; the rest of rounding is in the largest.
    """
    ingredients, lines = result.ingredients, missing.rows[is_dish]
    chosen = np.flatnonzero(bools(ingredients, "is_due") & np.isin(ints(ingredients, "line"), lines))
    of_ingredient, products, owed, *parts = (
        ints(ingredients, name)[chosen]
        for name in ("line", "product_id", "due", "unit_cost_total", "unit_cost_quantity")
    )
    worth, _ = numbers_of(multiply_ratio(-owed, *parts))
    of_line: dict[int, list[int]] = defaultdict(list)
    for row, key in enumerate(of_ingredient.tolist()):
        of_line[key].append(row)
    found, is_known = list[tuple[int, int, int, int, int]](), list[bool]()
    values, is_valued = numbers_of(missing.values[is_dish])
    for key, (product, whole, recipe), worth_of_it, known, is_apart in zip(
        lines.tolist(),
        values_of(result.lines, lines, "product_id", "due", "recipe"),
        np.where(missing.is_apart[is_dish], 0, values).tolist(),
        (is_valued | missing.is_apart[is_dish]).tolist(),
        missing.is_apart[is_dish].tolist(),
        strict=True,
    ):
        rows = of_line.get(key, [])
        parts_of_it = [(int(products[row]), int(owed[row])) for row in rows]
        shares = _shares(worth_of_it, [int(worth[row]) for row in rows])
        if recipe != "known":
            parts_of_it, shares = [(product, whole), *parts_of_it], [worth_of_it, *shares]
        for (part, amount), share in zip(parts_of_it, shares, strict=True):
            found.append((key, part, amount, -amount if is_apart else 0, share))
            is_known.append(known)
    line, product_id, due, apart, value = np.array(found, dtype=np.int64).reshape(-1, 5).T
    return _Owed(line, product_id, due, apart, value, np.array(is_known, dtype=np.bool_))


def _shares(whole: int, parts: list[int]) -> list[int]:
    """The parts, of which the largest has what they differ from the whole; nothing where that is nothing."""
    if not whole:
        return [0] * len(parts)
    largest = max(range(len(parts)), key=lambda place: abs(parts[place]), default=0)
    return [part + (whole - sum(parts)) * (place == largest) for place, part in enumerate(parts)]


def _others(
    result: Result, line: IntArray, product_id: IntArray, taken: IntArray, is_other: BoolArray
) -> _Owed:
    """What lines took besides: of a direct line, what agrees without its repeats, or was paid; of a dish, what its
    recipe leaves open.
    """
    line, product_id, taken = line[is_other], product_id[is_other], taken[is_other]
    due = np.where(is_kind(result.lines, "direct")[line], ints(result.lines, "due")[line], 0)
    return _all_apart(line, product_id, due, taken - due)


def _of_operations(result: Result, day: DayDifferences) -> Usages:
    """Usage of the operations that are judged by themselves, and of those of lines that sold nothing."""
    operations, findings = result.operations, result.findings
    is_void = day.part == VOID
    value = day.valued.copy()
    value[day.took_itself] = stored(operations, "given_value")[day.took_itself]
    value[is_void] = ints(operations, "worth")[is_void]
    is_apart = is_any_of(operations, "claim", *APART) | (ints(operations, "stands_in_for") > 0)
    if "unexpected-write-off" not in result.not_run:
        of_line = take_or(ints(result.lines, "receipt_product_id"), ints(operations, "line"), 0)
        is_said = is_any_of(findings, "rule", "unexpected-write-off")
        named = {
            *zip(
                *(stored(findings, name)[is_said].tolist() for name in ("receipt_product_id", "product_id")),
                strict=True,
            )
        }
        pairs = zip(of_line.tolist(), ints(operations, "product_id").tolist(), strict=True)
        is_named = np.fromiter((pair in named for pair in pairs), np.bool_, len(of_line))
        is_apart = np.where(is_void, ~is_named, is_apart)
    chosen = np.flatnonzero(is_void | (day.part == ALONE))
    q, is_apart = ints(operations, "q")[chosen], is_apart[chosen]
    amount, is_known = numbers_of(value[chosen])
    zeros = np.zeros(len(chosen), dtype=np.int64)
    return Usages(
        ints(operations, "product_id")[chosen],
        ints(operations, "storage_id")[chosen],
        due=zeros,
        q=q,
        returned=np.minimum(q, 0),
        apart=np.where(is_apart, q, 0),
        value=np.where(is_apart, 0, amount),
        is_known=is_known | is_apart,
        lines=zeros,
    )
