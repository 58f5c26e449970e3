"""The bridge: from what the receipts should have taken to what was written off, in millionths of money.

Input: `operations`, `lines`, `ingredients`, `findings` and `thresholds` of a `Result`. Only the reconciling items come
from the rules; all else is worked out from lines and operations. So a difference without a finding, as when a rule is
switched off, stays visible in `rest`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, multiply, multiply_ratio, sum_of_known, total
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.settings.thresholds import DayThresholds


class OverUnder(NamedTuple):
    """Sums of the positive and of the negative values of a rule, in millionths."""

    over: int
    under: int


@dataclasses.dataclass(frozen=True)
class Bridge:
    """`sold`, the reconciling items, `rounding`, `cost`, `not_judged` and `rest` add up to `written_off`."""

    sold: int
    """What the judged lines should have taken, at the unit costs of their write-offs."""
    by_rule: Mapping[str, OverUnder]
    """Reconciling items: the values of the findings, by rule that is about goods."""
    rounding: int
    """Value of recipe differences of at most the quantity step."""
    cost: int
    """Cost of write-offs less unit cost × quantity."""
    not_judged: int
    """Cost of what was written off for lines that are untracked or can't be judged."""
    written_off: int

    @property
    def rest(self) -> int:
        """The difference that nothing explains."""
        items = sum(each.over + each.under for each in self.by_rule.values())
        return self.written_off - self.sold - items - self.rounding - self.cost - self.not_judged


def bridge(result: Result) -> Bridge:
    """The bridge of a day."""
    operations, lines = result.operations, result.lines
    part = _parts(operations, lines)
    written = np.sign(operations["q"].to_numpy()) * np.abs(operations["total_cost"].to_numpy())
    sums = {each: total(written[part == each]) for each in _PARTS}
    direct, recipes = _goods(lines), _recipes(result.ingredients, lines)
    missing = _missing(lines, result.thresholds)
    step = result.thresholds.quantity_step(recipes.rows["product_id"].to_numpy())
    within = np.abs(recipes.difference) <= step
    valued = multiply(operations["q"].to_numpy(), operations["cost"].to_numpy())
    of_lines = np.isin(part, (_DIRECT, _RECIPE)) & ~pd.isna(valued)
    cost_gap = total(written[of_lines]) - (sum_of_known(valued[of_lines]) or 0)
    alone = sums[_ALONE] - (sum_of_known(valued[part == _ALONE]) or 0)
    return Bridge(
        sold=sums[_DIRECT] - direct.value() + sums[_RECIPE] - recipes.value() - missing.value() - cost_gap,
        by_rule=_by_rule(result.findings),
        rounding=recipes.value(within),
        cost=cost_gap + alone + sums[_VOID] - _void(lines),
        not_judged=sums[_REST],
        written_off=sum(sums.values()),
    )


def _by_rule(findings: pd.DataFrame) -> dict[str, OverUnder]:
    goods = findings[findings["is_goods"] & findings["value"].notna()]
    found = {}
    for name, values in goods.groupby("rule", observed=True, sort=True)["value"]:
        amounts = values.to_numpy(np.int64)
        found[str(name)] = OverUnder(total(amounts[amounts > 0]), total(amounts[amounts < 0]))
    return found


_PARTS = _ALONE, _VOID, _DIRECT, _RECIPE, _REST = range(5)


def _parts(operations: pd.DataFrame, lines: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The part of the bridge of each operation: the first that fits."""
    line = operations["line"].to_numpy()

    def of_line(flag: BoolArray) -> BoolArray:
        return take_or(flag, line, False)

    alone = operations["is_wrong_product"].to_numpy() | operations["is_extra"].to_numpy()
    is_own, whole = operations["is_own"].to_numpy(), ~lines["lost_operation"].to_numpy()
    cases = {
        _REST: of_line(~whole),
        _ALONE: operations["is_orphan"].to_numpy() | alone,
        _VOID: of_line(~_is_live(lines)),
        _DIRECT: of_line((lines["kind"] == "direct").to_numpy()) & is_own,
        _RECIPE: of_line((lines["recipe"] == "known").to_numpy()),
    }
    return np.asarray(np.select(list(cases.values()), list(cases), _REST))


def _is_live(lines: pd.DataFrame) -> BoolArray:
    return np.asarray(lines["sold"] != 0, dtype=np.bool_)


@dataclasses.dataclass(frozen=True)
class _Differences:
    """Rows with unit costs, and for each what was written off less what was due, in millionths."""

    rows: pd.DataFrame
    difference: IntArray

    def value(self, of: BoolArray | None = None) -> int:
        """The sum of difference × unit cost; a row of unknown unit cost counts as 0."""
        chosen = (self.difference != 0) & (True if of is None else of)
        parts = (self.rows[f"unit_cost_{name}"].to_numpy()[chosen] for name in ("total", "quantity"))
        return sum_of_known(multiply_ratio(self.difference[chosen], *parts)) or 0


def _goods(lines: pd.DataFrame) -> _Differences:
    """Direct lines with own operations. A line with extras agrees without them, and they are valued alone."""
    own = (lines["kind"] == "direct") & (lines["own_operations"] > 0) & (lines["extras"] == 0)
    rows = lines[own & _is_live(lines) & ~lines["lost_operation"]]
    return _Differences(rows, (rows["own_written_off"] - rows["sold"]).to_numpy())


def _recipes(ingredients: pd.DataFrame, lines: pd.DataFrame) -> _Differences:
    """Ingredients that are due, of lines with operations."""
    judged = (lines["recipe"] == "known") & (lines["operations"] > 0) & ~lines["lost_operation"]
    rows = ingredients[judged.to_numpy()[ingredients["line"].to_numpy()] & ingredients["is_due"].to_numpy()]
    return _Differences(rows, (rows["written_off"] - rows["due"]).to_numpy())


def _missing(lines: pd.DataFrame, thresholds: DayThresholds) -> _Differences:
    """Lines without a write-off of what they sold."""
    goods = (lines["kind"] == "direct") & (lines["own_operations"] == 0)
    dish = (lines["recipe"] == "known") | lines["sibling_written_off"]
    nothing = (lines["kind"] == "composite") & (lines["operations"] == 0) & dish
    is_due = ~lines["is_return"] | thresholds.returns_restock(lines["product_id"].to_numpy())
    rows = lines[(goods | nothing) & is_due & _is_live(lines) & ~lines["lost_operation"]]
    return _Differences(rows, -rows["sold"].to_numpy())


def _void(lines: pd.DataFrame) -> int:
    """Cost of what was written off for lines that sold nothing."""
    rows = lines[~_is_live(lines) & ~lines["lost_operation"].to_numpy()]
    costs = np.abs(rows["written_off_cost"].to_numpy())
    return total(np.sign(rows["written_off"].to_numpy()) * costs)
