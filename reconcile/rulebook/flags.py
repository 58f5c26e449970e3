"""What a rule returns: the rows it flags, with the numbers expected and found."""

from __future__ import annotations

import dataclasses
import functools
import operator
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.columns import bare, stored
from reconcile.core.exact import BoolArray, IntArray, multiply_ratio
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say

Numbers: TypeAlias = Any
"""IntArray, or pd.arrays.IntegerArray where some are unknown."""
Rows: TypeAlias = npt.NDArray[np.intp]


@dataclasses.dataclass(frozen=True)
class Flags:
    """Flagged rows, by position in the frame that was judged, and the numbers of each in millionths.

    A column that is None is unknown for all rows. `difference` is actual − expected unless given. `severity` replaces
    the rule's own where it is not empty. Times or a text replace `expected` and `actual` if a rule does not compare
    numbers. `notes` are added to the messages. Raises ValueError if columns differ in length.
    """

    rows: Rows
    expected: Numbers | None = None
    actual: Numbers | None = None
    difference: Numbers | None = None
    value: Numbers | None = None
    severity: npt.NDArray[Any] | None = None
    expected_time: npt.NDArray[np.datetime64] | None = None
    actual_time: npt.NDArray[np.datetime64] | None = None
    expected_text: npt.NDArray[np.str_] | None = None
    actual_text: npt.NDArray[np.str_] | None = None
    notes: Sequence[Notes] | None = None
    is_goods: BoolArray | None = None
    """Whether each value counts as goods; the rule's own where None."""
    explained_by: npt.NDArray[Any] | None = None
    """The id of the finding that explains each one; empty where none does."""
    cause: npt.NDArray[Any] | None = None
    """Findings with the same text (and severity) share a cause; where None, those of one dish, product and ratio."""
    is_of_line: BoolArray | None = None
    """Of a rule that names lines and products: findings with the id of their line alone."""

    def __post_init__(self) -> None:
        if self.difference is None and self.expected is not None and self.actual is not None:
            object.__setattr__(self, "difference", self.actual - self.expected)
        for field in dataclasses.fields(self):
            column = getattr(self, field.name)
            if column is not None and len(column) != len(self.rows):
                raise ValueError(f"{field.name} has {len(column)} rows, {len(self.rows)} are flagged")


def at_unit_cost(frame: pd.DataFrame, rows: Rows, amounts: IntArray) -> Numbers:
    """The values of amounts at the unit costs of their rows; NA where the unit cost is unknown."""
    total, quantity = (ints(frame, f"unit_cost_{part}")[rows] for part in ("total", "quantity"))
    return multiply_ratio(amounts, total, quantity)


def value_of(frame: pd.DataFrame, rows: Rows, amounts: IntArray) -> Numbers:
    """The values that the match gave (column `given_value`), else those of amounts at the unit costs of their rows."""
    given = stored(frame, "given_value")[rows]
    values = at_unit_cost(frame, rows, amounts)
    values[~given.isna()] = given[~given.isna()]
    return values


def notes_where(given: Sequence[Notes], *notes: tuple[BoolArray, str]) -> list[Notes]:
    """For each row, the notes given, then those whose condition holds."""
    found = list(given)
    for holds, text in notes:
        for row in np.flatnonzero(holds).tolist():
            found[row] = (*found[row], Note(text))
    return found


def has_operations(ingredients: pd.DataFrame) -> BoolArray:
    """Rows of lines under which any operation stands."""
    line = ints(ingredients, "line")
    return np.isin(line, line[ints(ingredients, "operations") > 0])


EARLIER_DAY = to_say("the operation before is the last one of {day}")
RECIPE_CHANGED = to_say("the recipe was changed after the sale, and may have been another one then")
_IN_STOCK = {
    "elsewhere": (
        to_say(
            "deducted, but not under this receipt: the stock fell by {moved} between operations {earlier} and {later}"
        ),
        to_say(
            "put back, but not under this receipt: the stock rose by {moved} between operations {earlier} and {later}"
        ),
    ),
    "never": (
        to_say("never deducted: operation {later} begins where operation {earlier} ended"),
        to_say("never put back: operation {later} begins where operation {earlier} ended"),
    ),
    "moved": (
        to_say(
            "the stock can't tell whether it was deducted: it moved by {moved} between operations {earlier} and {later}"
        ),
        to_say(
            "the stock can't tell whether it was put back: it moved by {moved} between operations {earlier} and {later}"
        ),
    ),
    "closed": (
        to_say(
            "the stock can't tell whether it was deducted: it did not move at the time of the sale, but more of the "
            "product than is due was written off elsewhere that day"
        ),
        to_say(
            "the stock can't tell whether it was put back: it did not move at the time of the return, but less of the "
            "product than is due was written off elsewhere that day"
        ),
    ),
    "unclear": (
        to_say("the stock can't tell whether it was deducted"),
        to_say("the stock can't tell whether it was put back"),
    ),
}
"""What the stock shows of a missing write-off, and of goods that were not put back."""


def deduction_notes(frame: pd.DataFrame, rows: Rows) -> list[Notes]:
    """A note for each of these missing write-offs that is classified.

    It reads the columns `deduction`, `gap_operation_id`, `earlier_operation_id`, `gap` and `due`.
    """
    names = ("deduction", "gap_operation_id", "earlier_operation_id", "gap", "due")
    return [_deduction_notes(*row) for row in values_of(frame, rows, *names)]


def _deduction_notes(deduction: str, later: int, earlier: int, gap: int, due: int) -> Notes:
    if not deduction:
        return ()
    if deduction == "unclear" and later:
        deduction = "moved" if gap else "closed"
    is_return = due < 0
    text = _IN_STOCK[deduction][is_return]
    moved = gap if deduction == "moved" else abs(gap)
    return (Note(text, {"earlier": earlier, "later": later}, {"moved": moved}),)


def ints(rows: pd.DataFrame, column: str) -> IntArray:
    """A column of numbers or ids as bare int64."""
    found: IntArray = bare(rows, column)
    return found


def bools(rows: pd.DataFrame, column: str) -> BoolArray:
    """A column of flags as bare booleans."""
    found: BoolArray = bare(rows, column)
    return found


def values_of(frame: pd.DataFrame, rows: Rows | BoolArray, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The values of these columns as Python objects, row by row."""
    return zip(*(stored(frame, column)[rows].tolist() for column in columns), strict=True)


def grouped_by_product(product: IntArray, chosen: BoolArray) -> list[Rows]:
    """The positions of the chosen lines, whose products these are, by product."""
    rows = np.flatnonzero(chosen)
    rows = rows[np.argsort(product[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(product[rows])) + 1) if len(rows) else []


def product_names(frame: pd.DataFrame, products: Sequence[int]) -> dict[int, str]:
    """The names of those of the products that are in the frame: of each, as in its first row."""
    rows = np.flatnonzero(np.isin(ints(frame, "product_id"), products))
    _, first = np.unique(ints(frame, "product_id")[rows], return_index=True)
    return dict(values_of(frame, rows[first], "product_id", "product"))


def is_unclaimed(rows: pd.DataFrame) -> BoolArray:
    """Rows that no other rule explains."""
    return np.asarray(stored(rows, "claim").codes == 0, dtype=np.bool_)


def is_kind(lines: pd.DataFrame, kind: str) -> BoolArray:
    """Lines of one kind: direct, composite or untracked."""
    return is_any_of(lines, "kind", kind)


def is_any_of(rows: pd.DataFrame, column: str, *values: str) -> BoolArray:
    """Rows that have one of these values in a categorical column."""
    found = stored(rows, column)  # comparing codes takes a tenth of the time of comparing texts
    places = [found.categories.get_loc(value) for value in values if value in found.categories]
    return functools.reduce(
        operator.or_, (found.codes == place for place in places), np.zeros(len(rows), np.bool_)
    )
