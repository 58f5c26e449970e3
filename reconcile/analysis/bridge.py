"""The bridge: from what the receipts should have taken to what was written off, in millionths of money.

Input: `operations`, `lines`, `ingredients`, `findings` and `thresholds` of a `Result`. Only the reconciling items come
from the rules; all else is worked out from lines and operations. So a difference without a finding, as when a rule is
switched off, stays visible in `rest`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

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
    apart: Mapping[str, int]
    """By rule, what is neither over nor under: misplaced, another product in its place, another unit, never posted;
    and under the empty name, differences that are accepted."""
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
        items += sum(self.apart.values())
        return self.written_off - self.sold - items - self.rounding - self.cost - self.not_judged


def bridge(result: Result) -> Bridge:
    """The bridge of a day."""
    operations, lines = result.operations, result.lines
    part = _parts(operations, lines)
    written = operations["worth"].to_numpy()
    sums = {each: total(written[part == each]) for each in _PARTS}
    direct, recipes = _goods(lines, result), _recipes(result.ingredients, operations, part)
    missing = _missing(lines, result.thresholds)
    step = result.thresholds.quantity_step(recipes.rows["product_id"].to_numpy())
    within = (np.abs(recipes.difference) <= step) & recipes.rows["given_value"].isna().to_numpy()
    valued = multiply(operations["q"].to_numpy(), operations["cost"].to_numpy())
    by_worth = operations["claim"].isin(["duplicate-receipt", "duplicate-write-off"]).to_numpy()
    by_worth = by_worth | (operations["given_value"].notna() & operations["is_extra"]).to_numpy()
    valued[by_worth] = written[by_worth]
    of_lines = np.isin(part, (_DIRECT, _RECIPE)) & ~pd.isna(valued)
    cost_gap = total(written[of_lines]) - (sum_of_known(valued[of_lines]) or 0)
    alone = sums[_ALONE] - (sum_of_known(valued[part == _ALONE]) or 0)
    apart = _apart(result, (direct, recipes, missing), within, valued, part)
    differences = direct.value() + recipes.value() + missing.value() + apart["unit-ratio"]
    return Bridge(
        sold=sums[_DIRECT] + sums[_RECIPE] - differences - cost_gap + _due_instead(operations, valued),
        by_rule=_by_rule(result.findings),
        apart={name: value for name, value in apart.items() if value},
        rounding=recipes.value(within & _is(recipes, "")),
        cost=cost_gap + alone,
        not_judged=sums[_REST],
        written_off=sum(sums.values()),
    )


def _due_instead(operations: pd.DataFrame, valued: Any) -> int:
    """What was due where a dish was taken as itself instead of its recipe: what was taken, less the finding's value."""
    given = operations["given_value"].array
    chosen = (operations["is_wrong_product"] & (operations["stands_in_for"] == 0)).to_numpy() & ~given.isna()
    return (sum_of_known(valued[chosen]) or 0) - (sum_of_known(given[chosen]) or 0)


def _is(differences: _Differences, claim: str) -> BoolArray:
    return np.asarray(differences.rows["claim"] == claim, dtype=np.bool_)


def _apart(
    result: Result,
    differences: tuple[_Differences, _Differences, _Differences],
    within: BoolArray,
    valued: Any,
    part: npt.NDArray[np.int64],
) -> dict[str, int]:
    """`Bridge.apart`: what the claims of other rules take out of the differences, and what is accepted."""
    direct, recipes, _ = differences
    operations, lines = result.operations, result.lines
    found = {}
    for claim in ("misplaced-write-off", "wrong-product", "goods-never-written-off"):
        found[claim] = sum(each.value(_is(each, claim)) for each in differences)
        chosen = (part == _ALONE) & (operations["claim"] == claim).to_numpy()
        if claim == "wrong-product":
            chosen = chosen | (operations["stands_in_for"] > 0).to_numpy()
        found[claim] += sum_of_known(valued[chosen]) or 0
    void = (part == _VOID) & take_or((lines["sold"] == 0).to_numpy(), operations["line"].to_numpy(), False)
    found["misplaced-write-off"] += _claimed_void(result, void)
    scaled = lines[(lines["unit_ratio"] > 0) & (lines["own_operations"] > 0) & (lines["kind"] == "direct")]
    found["unit-ratio"] = _Differences(scaled, (scaled["due"] - scaled["sold"]).to_numpy()).value()
    accepted = recipes.rows["is_right"].to_numpy() & ~within & _is(recipes, "")
    found[""] = recipes.value(accepted) + direct.value(_is_accepted(direct, result.thresholds))
    return found


def _claimed_void(result: Result, void: BoolArray) -> int:
    """Cost of what stands under lines that sold nothing and is only misplaced: no finding says so."""
    findings = result.findings
    said = findings[findings["rule"] == "unexpected-write-off"]["value"].dropna().to_numpy(np.int64)
    worth = result.operations["worth"].to_numpy()[void]
    off = "unexpected-write-off" in result.settings.rules.off
    return 0 if off else total(worth) - total(said)


def _is_accepted(direct: _Differences, thresholds: DayThresholds) -> BoolArray:
    """Returns of which less was put back than came back, where that is accepted."""
    rows = direct.rows
    written_off = rows["own_written_off"].to_numpy()
    is_less = (rows["sold"] < 0).to_numpy() & (written_off <= 0) & (direct.difference > 0)
    return np.asarray(is_less & ~thresholds.returns_restock(rows["product_id"].to_numpy()) & _is(direct, ""))


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
    alone = alone | operations["claim"].isin(["duplicate-receipt", "duplicate-write-off"]).to_numpy()
    is_own, whole = operations["is_own"].to_numpy(), ~lines["lost_operation"].to_numpy()
    of_duplicate = (operations["claim"] == "duplicate-receipt").to_numpy()
    cases = {
        _REST: of_line(~whole) & ~of_duplicate,
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
        """The sum of the given values, else of difference × unit cost; a row of unknown unit cost counts as 0."""
        chosen = (self.difference != 0) & (True if of is None else of)
        rows = self.rows[chosen]
        parts = (rows[f"unit_cost_{name}"].to_numpy() for name in ("total", "quantity"))
        given = rows["given_value"].array
        values = multiply_ratio(self.difference[chosen], *parts)
        values[~given.isna()] = given[~given.isna()]
        return sum_of_known(values.tolist()) or 0


def _goods(lines: pd.DataFrame, result: Result) -> _Differences:
    """Direct lines with own operations. A line with extras agrees without them, and they are valued alone; one whose
    count is wrong took what was paid.
    """
    findings = result.findings
    paid = findings[(findings["rule"] == "quantity-mismatch") & (findings["value"] == 0)][
        "receipt_product_id"
    ]
    own = (lines["kind"] == "direct") & (lines["own_operations"] > 0) & (lines["extras"] == 0)
    own &= ~lines["receipt_product_id"].isin(paid) & (lines["claim"] != "duplicate-receipt")
    rows = lines[own & _is_live(lines) & ~lines["lost_operation"]]
    return _Differences(rows, (rows["own_written_off"] - rows["due"]).to_numpy())


def _recipes(
    ingredients: pd.DataFrame, operations: pd.DataFrame, part: npt.NDArray[np.int64]
) -> _Differences:
    """Ingredients that are due, of lines whose operations are in that part."""
    some = operations[part == _RECIPE]
    taken = some.groupby(["line", "product_id"])["q"].sum()
    rows = ingredients[ingredients["is_due"] & ingredients["line"].isin(some["line"])]
    keys = pd.MultiIndex.from_frame(rows[["line", "product_id"]])
    return _Differences(rows, taken.reindex(keys, fill_value=0).to_numpy() - rows["due"].to_numpy())


def _missing(lines: pd.DataFrame, thresholds: DayThresholds) -> _Differences:
    """Lines without a write-off of what they sold."""
    goods = (lines["kind"] == "direct") & (lines["own_operations"] == 0)
    dish = (lines["recipe"] == "known") | lines["sibling_written_off"]
    nothing = (lines["kind"] == "composite") & (lines["operations"] == 0) & dish
    is_due = ~(lines["sold"] < 0) | thresholds.returns_restock(lines["product_id"].to_numpy())
    rows = lines[(goods | nothing) & is_due & _is_live(lines) & ~lines["lost_operation"]]
    rows = rows[rows["claim"] != "duplicate-receipt"]
    return _Differences(rows, -rows["due"].to_numpy())
