"""What was written off less what was due, line by line, and what was written off for no line that sold something.

Worked out from lines and operations alone, in millionths. The bridge adds it up by cause, the table of products by
product.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.columns import stored
from reconcile.core.exact import BoolArray, IntArray, multiply, numbers_of, sum_by, sum_of_known
from reconcile.core.positions import row_positions, take_or
from reconcile.engine.result import Result
from reconcile.rulebook.flags import Rows, bools, ints, is_any_of, is_kind, value_of
from reconcile.settings.thresholds import DayThresholds

APART = ("misplaced-write-off", "wrong-product", "goods-never-written-off")
"""Claims of rules whose findings are neither over nor under."""
_TWICE = ("duplicate-receipt", "duplicate-write-off")
ALONE, VOID, DIRECT, RECIPE, REST = range(5)
"""Parts of the operations: judged by themselves; of lines that sold nothing; of what a line sold itself; of dishes of
known recipe; not judged."""


@dataclasses.dataclass(frozen=True)
class Differences:
    """Rows of lines or ingredients, and for each what was written off less what was due, in millionths."""

    frame: pd.DataFrame
    rows: Rows
    difference: IntArray

    def of(self, column: str) -> Any:
        """The column of these rows."""
        return stored(self.frame, column)[self.rows]

    @functools.cached_property
    def values(self) -> Any:
        """The given values, else difference × unit cost: an Int64 array, NA where a unit cost is unknown."""
        differs = np.flatnonzero(self.difference)
        found = value_of(self.frame, self.rows[differs], self.difference[differs])
        values = pd.array(np.zeros(len(self.rows), dtype=np.int64), dtype="Int64")
        values[differs] = found
        return values

    def value(self, of: BoolArray | None = None) -> int:
        """The sum of the values of these rows; a row of unknown value counts as 0."""
        return sum_of_known((self.values if of is None else self.values[of]).tolist()) or 0

    def is_claimed(self, *claims: str) -> BoolArray:
        """Rows that a rule explains; of an empty name, those that none does."""
        return is_any_of(self.frame, "claim", *claims)[self.rows]

    @property
    def is_apart(self) -> BoolArray:
        """Rows that are neither over nor under by a claim."""
        return self.is_claimed(*APART)


@dataclasses.dataclass(frozen=True)
class DayDifferences:
    """All differences of a day."""

    part: IntArray
    """Of each operation."""
    valued: Any
    """Of each operation its quantity × cost, or what it is worth where its finding says that: an Int64 array."""
    direct: Differences
    """Lines with operations of what they sold itself."""
    recipes: Differences
    """Ingredients of the lines of known recipe that took anything."""
    missing: Differences
    """Lines without a write-off of what they sold."""
    is_within: BoolArray
    """Of `recipes`: they differ by at most the quantity step."""
    is_accepted: tuple[BoolArray, BoolArray]
    """Of `direct` and of `recipes`: they differ, and no rule may say so."""
    took_itself: BoolArray
    """Operations with which a dish was taken as itself instead of its recipe: their value is less what was due."""
    instead: Rows
    """The ingredients that were due of these dishes."""


def day_differences(result: Result) -> DayDifferences:
    """The differences of a day."""
    operations, lines, ingredients = result.operations, result.lines, result.ingredients
    part = _parts(operations, lines)
    is_given = ~stored(operations, "given_value").isna()
    is_foreign = bools(operations, "is_wrong_product") & (ints(operations, "stands_in_for") == 0)
    took_itself = is_foreign & is_given
    of_itself = bools(ingredients, "is_due") & is_any_of(ingredients, "claim", "wrong-product")
    of_itself &= np.isin(ints(ingredients, "line"), ints(operations, "line")[took_itself])
    direct, recipes = _direct(lines, result), _recipes(result, part, of_itself)
    step = result.thresholds.quantity_step(recipes.of("product_id"))
    within = np.abs(recipes.difference) <= step
    valued = multiply(ints(operations, "q"), ints(operations, "cost"))
    by_worth = is_any_of(operations, "claim", *_TWICE) | (is_given & bools(operations, "is_extra"))
    valued[by_worth] = ints(operations, "worth")[by_worth]
    return DayDifferences(
        part,
        valued,
        direct,
        recipes,
        _missing(lines, result.thresholds),
        within,
        (_is_accepted(direct, result.thresholds), recipes.of("is_right") & ~within & recipes.is_claimed("")),
        took_itself,
        np.flatnonzero(of_itself),
    )


def _is_accepted(direct: Differences, thresholds: DayThresholds) -> BoolArray:
    """Returns of which less was put back than came back, where that is accepted."""
    is_less = (direct.of("sold") < 0) & (direct.of("own_written_off") <= 0) & (direct.difference > 0)
    restocked = thresholds.returns_restock(direct.of("product_id"))
    return np.asarray(is_less & ~restocked & direct.is_claimed(""))


def _parts(operations: pd.DataFrame, lines: pd.DataFrame) -> IntArray:
    """The part of each operation: the first that fits."""
    line = ints(operations, "line")

    def of_line(flag: BoolArray) -> BoolArray:
        return take_or(flag, line, False)

    is_foreign = bools(operations, "is_wrong_product")
    alone = is_foreign | bools(operations, "is_extra") | is_any_of(operations, "claim", *_TWICE)
    of_duplicate = is_any_of(operations, "claim", "duplicate-receipt")
    cases = {
        REST: of_line(bools(lines, "lost_operation")) & ~of_duplicate & ~is_foreign,
        ALONE: bools(operations, "is_orphan") | alone,
        VOID: of_line(ints(lines, "sold") == 0),
        DIRECT: of_line(is_kind(lines, "direct")) & bools(operations, "is_own"),
        RECIPE: of_line(is_any_of(lines, "recipe", "known")),
    }
    return np.asarray(np.select(list(cases.values()), list(cases), REST))


def _direct(lines: pd.DataFrame, result: Result) -> Differences:
    """Direct lines with own operations. A line with extras agrees without them, and they are valued alone; one whose
    count is wrong took what was paid.
    """
    value, is_known = numbers_of(stored(result.findings, "value"))
    is_paid = is_any_of(result.findings, "rule", "quantity-mismatch") & is_known & (value == 0)
    paid, _ = numbers_of(stored(result.findings, "receipt_product_id")[is_paid])
    own = is_kind(lines, "direct") & (ints(lines, "own_operations") > 0) & (ints(lines, "extras") == 0)
    rows = np.flatnonzero(own & _is_judged(lines) & ~np.isin(ints(lines, "receipt_product_id"), paid))
    return Differences(lines, rows, (ints(lines, "own_written_off") - ints(lines, "due"))[rows])


def _recipes(result: Result, part: IntArray, of_itself: BoolArray) -> Differences:
    """Ingredients that are due, of lines of known recipe that took anything; not of what took itself instead."""
    ingredients, operations = result.ingredients, result.operations
    took = (part == RECIPE) | ((part == ALONE) & bools(operations, "is_wrong_product"))
    of_lines_that_took = np.isin(ints(ingredients, "line"), ints(operations, "line")[took])
    rows = np.flatnonzero(bools(ingredients, "is_due") & of_lines_that_took & ~of_itself)
    by_recipe = np.flatnonzero(part == RECIPE)
    by = ("line", "product_id")
    row = row_positions(
        [ints(ingredients, name)[rows] for name in by], [ints(operations, name)[by_recipe] for name in by]
    )
    is_due = row >= 0
    taken = sum_by(row[is_due], ints(operations, "q")[by_recipe][is_due], len(rows))
    return Differences(ingredients, rows, taken - ints(ingredients, "due")[rows])


def _missing(lines: pd.DataFrame, thresholds: DayThresholds) -> Differences:
    """Lines without a write-off of what they sold."""
    goods = is_kind(lines, "direct") & (ints(lines, "own_operations") == 0)
    dish = is_any_of(lines, "recipe", "known") | bools(lines, "sibling_written_off")
    nothing = is_kind(lines, "composite") & (ints(lines, "operations") == 0) & dish
    is_due = (ints(lines, "sold") > 0) | thresholds.returns_restock(ints(lines, "product_id"))
    rows = np.flatnonzero((goods | nothing) & is_due & _is_judged(lines))
    return Differences(lines, rows, -ints(lines, "due")[rows])


def _is_judged(lines: pd.DataFrame) -> BoolArray:
    """Lines that sold something, with all their operations, and not of a receipt that was entered twice."""
    is_whole = (ints(lines, "sold") != 0) & ~bools(lines, "lost_operation")
    return np.asarray(is_whole & ~is_any_of(lines, "claim", "duplicate-receipt"))
