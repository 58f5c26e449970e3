"""What was written off less what was due, line by line, and what was written off for no line that sold something.

Worked out from lines and operations alone, in millionths. The bridge adds it up by cause, the table of products by
product.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, multiply, multiply_ratio, sum_of_known
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.settings.thresholds import DayThresholds

APART = ("misplaced-write-off", "wrong-product", "goods-never-written-off")
"""Claims of rules whose findings are neither over nor under."""
ALONE, VOID, DIRECT, RECIPE, REST = range(5)
"""Parts of the operations: judged by themselves; of lines that sold nothing; of what a line sold itself; of dishes of
known recipe; not judged."""


_OF_ROWS = ["product_id", "due", "claim", "given_value", "unit_cost_total", "unit_cost_quantity"]
_OF_LINES = [*_OF_ROWS, "kind", "recipe", "sold", "own_written_off"]
_OF_INGREDIENTS = [*_OF_ROWS, "line", "is_right"]


@dataclasses.dataclass(frozen=True)
class Differences:
    """Rows with unit costs, and for each what was written off less what was due, in millionths."""

    rows: pd.DataFrame
    difference: IntArray

    def values(self) -> Any:
        """The given values, else difference × unit cost: an Int64 array, NA where a unit cost is unknown."""
        differs = np.flatnonzero(self.difference)
        rows = self.rows.iloc[differs]
        parts = (rows[f"unit_cost_{name}"].to_numpy() for name in ("total", "quantity"))
        given = rows["given_value"].array
        found = multiply_ratio(self.difference[differs], *parts)
        found[~given.isna()] = given[~given.isna()]
        values = pd.array(np.zeros(len(self.rows), dtype=np.int64), dtype="Int64")
        values[differs] = found
        return values

    def value(self, of: BoolArray | None = None) -> int:
        """The sum of the values of these rows; a row of unknown value counts as 0."""
        values = self.values()
        return sum_of_known((values if of is None else values[of]).tolist()) or 0

    def is_claimed(self, claim: str) -> BoolArray:
        """Rows that a rule explains; of an empty name, those that none does."""
        return np.asarray(self.rows["claim"] == claim, dtype=np.bool_)

    @property
    def is_apart(self) -> BoolArray:
        """Rows that are neither over nor under by a claim."""
        return np.asarray(self.rows["claim"].isin(APART), dtype=np.bool_)


@dataclasses.dataclass(frozen=True)
class DayDifferences:
    """All differences of a day."""

    part: npt.NDArray[np.int64]
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
    instead: pd.DataFrame
    """The ingredients that were due of these dishes."""


def day_differences(result: Result) -> DayDifferences:
    """The differences of a day."""
    operations, lines = result.operations, result.lines
    part = _parts(operations, lines)
    chosen = (operations["is_wrong_product"] & (operations["stands_in_for"] == 0)).to_numpy()
    took_itself = chosen & operations["given_value"].notna().to_numpy()
    of_itself = result.ingredients["line"].isin(operations["line"][took_itself])
    of_itself &= (result.ingredients["claim"] == "wrong-product") & result.ingredients["is_due"]
    direct, recipes = _direct(lines, result), _recipes(result, part, of_itself)
    step = result.thresholds.quantity_step(recipes.rows["product_id"].to_numpy())
    within = np.abs(recipes.difference) <= step
    valued = multiply(operations["q"].to_numpy(), operations["cost"].to_numpy())
    by_worth = operations["claim"].isin(["duplicate-receipt", "duplicate-write-off"]).to_numpy()
    by_worth = by_worth | (operations["given_value"].notna() & operations["is_extra"]).to_numpy()
    valued[by_worth] = operations["worth"].to_numpy()[by_worth]
    is_right = recipes.rows["is_right"].to_numpy() & ~within & recipes.is_claimed("")
    return DayDifferences(
        part,
        valued,
        direct,
        recipes,
        _missing(lines, result.thresholds),
        within,
        (_is_accepted(direct, result.thresholds), is_right),
        took_itself,
        result.ingredients.loc[of_itself, _OF_INGREDIENTS],
    )


def _is_accepted(direct: Differences, thresholds: DayThresholds) -> BoolArray:
    """Returns of which less was put back than came back, where that is accepted."""
    rows = direct.rows
    written_off = rows["own_written_off"].to_numpy()
    is_less = (rows["sold"] < 0).to_numpy() & (written_off <= 0) & (direct.difference > 0)
    restocked = thresholds.returns_restock(rows["product_id"].to_numpy())
    return np.asarray(is_less & ~restocked & direct.is_claimed(""))


def _parts(operations: pd.DataFrame, lines: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The part of each operation: the first that fits."""
    line = operations["line"].to_numpy()

    def of_line(flag: BoolArray) -> BoolArray:
        return take_or(flag, line, False)

    is_foreign = operations["is_wrong_product"].to_numpy()
    alone = is_foreign | operations["is_extra"].to_numpy()
    alone = alone | operations["claim"].isin(["duplicate-receipt", "duplicate-write-off"]).to_numpy()
    is_own, whole = operations["is_own"].to_numpy(), ~lines["lost_operation"].to_numpy()
    of_duplicate = (operations["claim"] == "duplicate-receipt").to_numpy()
    cases = {
        REST: of_line(~whole) & ~of_duplicate & ~is_foreign,
        ALONE: operations["is_orphan"].to_numpy() | alone,
        VOID: of_line(~_is_live(lines)),
        DIRECT: of_line((lines["kind"] == "direct").to_numpy()) & is_own,
        RECIPE: of_line((lines["recipe"] == "known").to_numpy()),
    }
    return np.asarray(np.select(list(cases.values()), list(cases), REST))


def _is_live(lines: pd.DataFrame) -> BoolArray:
    return np.asarray(lines["sold"] != 0, dtype=np.bool_)


def _direct(lines: pd.DataFrame, result: Result) -> Differences:
    """Direct lines with own operations. A line with extras agrees without them, and they are valued alone; one whose
    count is wrong took what was paid.
    """
    findings = result.findings
    paid = findings[(findings["rule"] == "quantity-mismatch") & (findings["value"] == 0)][
        "receipt_product_id"
    ]
    own = (lines["kind"] == "direct") & (lines["own_operations"] > 0) & (lines["extras"] == 0)
    own &= ~lines["receipt_product_id"].isin(paid) & (lines["claim"] != "duplicate-receipt")
    rows = lines.loc[own & _is_live(lines) & ~lines["lost_operation"], _OF_LINES]
    return Differences(rows, (rows["own_written_off"] - rows["due"]).to_numpy())


def _recipes(result: Result, part: npt.NDArray[np.int64], of_itself: pd.Series[bool]) -> Differences:
    """Ingredients that are due, of lines of known recipe that took anything; not of what took itself instead."""
    ingredients, operations = result.ingredients, result.operations
    took = (part == RECIPE) | ((part == ALONE) & operations["is_wrong_product"].to_numpy())
    is_judged = ingredients["is_due"] & ingredients["line"].isin(operations["line"][took])
    rows = ingredients.loc[is_judged & ~of_itself, _OF_INGREDIENTS]
    by = ["line", "product_id"]
    taken = operations.loc[part == RECIPE, [*by, "q"]].groupby(by)["q"].sum()
    keys = pd.MultiIndex.from_frame(rows[["line", "product_id"]])
    return Differences(rows, taken.reindex(keys, fill_value=0).to_numpy() - rows["due"].to_numpy())


def _missing(lines: pd.DataFrame, thresholds: DayThresholds) -> Differences:
    """Lines without a write-off of what they sold."""
    goods = (lines["kind"] == "direct") & (lines["own_operations"] == 0)
    dish = (lines["recipe"] == "known") | lines["sibling_written_off"]
    nothing = (lines["kind"] == "composite") & (lines["operations"] == 0) & dish
    is_due = ~(lines["sold"] < 0) | thresholds.returns_restock(lines["product_id"].to_numpy())
    is_judged = is_due & _is_live(lines) & ~lines["lost_operation"] & (lines["claim"] != "duplicate-receipt")
    rows = lines.loc[(goods | nothing) & is_judged, _OF_LINES]
    return Differences(rows, -rows["due"].to_numpy())
