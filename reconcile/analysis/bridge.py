"""The bridge: from what the receipts should have taken to what the warehouse wrote off, and what is left unexplained.

It is worked out from lines and operations again, without asking the rules. Only the reconciling items are theirs: so a
difference that no rule named, as when one is switched off, stays visible as the rest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, products, shares, total
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.settings.thresholds import DayThresholds, day_thresholds
from rules import GOODS_RULES


class OverUnder(NamedTuple):
    """Sums of the positive and of the negative values of a rule, in millionths."""

    over: int
    under: int


@dataclasses.dataclass(frozen=True)
class Bridge:
    """All in millionths of money. `sold` and what follows add up to `written_off`, but for `rest`."""

    sold: int
    """What the judged receipts should have taken, at the unit costs of the warehouse."""
    by_rule: Mapping[str, OverUnder]
    """Reconciling items: the findings' values, by rule."""
    rounding: int
    """Amounts of recipes that hold within the quantity step."""
    cost: int
    """What write-offs cost beside unit cost × quantity."""
    not_judged: int
    """What was written off for lines that can't be judged, or are not tracked: taken as it is."""
    written_off: int

    @property
    def rest(self) -> int:
        """What nothing explains."""
        items = sum(each.over + each.under for each in self.by_rule.values())
        return self.written_off - self.sold - items - self.rounding - self.cost - self.not_judged


def bridge(result: Result) -> Bridge:
    """The bridge of a day."""
    operations, lines = result.operations, result.lines
    part = _parts(operations, lines)
    written = np.sign(operations["q"].to_numpy()) * np.abs(operations["total_cost"].to_numpy())
    sums = {each: total(written[part == each]) for each in _PARTS}
    direct, recipes = _goods(lines), _recipes(result.ingredients, lines)
    thresholds = day_thresholds(result.settings.thresholds, lines, result.catalogue)
    within = np.abs(recipes.differs) <= thresholds.quantity_step(recipes.rows["product_id"].to_numpy())
    valued = products(operations["q"].to_numpy(), operations["cost"].to_numpy())
    valued_alone = valued[part == _ALONE]
    of_lines = np.isin(part, (_DIRECT, _RECIPE)) & ~pd.isna(valued)
    beside = total(written[of_lines]) - _sum(valued[of_lines])
    return Bridge(
        sold=sums[_DIRECT]
        - direct.worth()
        + sums[_RECIPE]
        - recipes.worth()
        - _missing(lines, thresholds).worth()
        - beside,
        by_rule=_by_rule(result.findings),
        rounding=recipes.worth(within),
        cost=beside + sums[_ALONE] - _sum(valued_alone) + sums[_VOID] - _void(lines),
        not_judged=sums[_REST],
        written_off=sum(sums.values()),
    )


def _by_rule(findings: pd.DataFrame) -> dict[str, OverUnder]:
    goods = findings[findings["rule"].isin(GOODS_RULES) & findings["value"].notna()]
    found = {}
    for name, values in goods.groupby("rule", observed=True, sort=True)["value"]:
        amounts = values.to_numpy(np.int64)
        found[str(name)] = OverUnder(total(amounts[amounts > 0]), total(amounts[amounts < 0]))
    return found


_PARTS = _ALONE, _VOID, _DIRECT, _RECIPE, _REST = range(5)


def _parts(operations: pd.DataFrame, lines: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Of each operation, the part of the bridge it is in: the first that fits."""
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
    """How much more was written off than was due, row by row, and at what unit cost."""

    rows: pd.DataFrame
    differs: IntArray

    def worth(self, of: BoolArray | None = None) -> int:
        """The sum of what they are worth; rows of unknown unit cost count for nothing, on both sides."""
        chosen = (self.differs != 0) & (True if of is None else of)
        parts = (self.rows[f"unit_cost_{name}"].to_numpy()[chosen] for name in ("total", "quantity"))
        return _sum(shares(self.differs[chosen], *parts))


def _goods(lines: pd.DataFrame) -> _Differences:
    """Lines that took of their own product; extras are valued alone, and what is left of such a line is right."""
    own = (lines["kind"] == "direct") & (lines["own_operations"] > 0) & (lines["extras"] == 0)
    rows = lines[own & _is_live(lines) & ~lines["lost_operation"]]
    return _Differences(rows, (rows["own_written_off"] - rows["sold"]).to_numpy())


def _recipes(ingredients: pd.DataFrame, lines: pd.DataFrame) -> _Differences:
    """What recipes owe, of lines that took anything at all."""
    judged = (lines["recipe"] == "known") & (lines["operations"] > 0) & ~lines["lost_operation"]
    rows = ingredients[judged.to_numpy()[ingredients["line"].to_numpy()] & ingredients["is_due"].to_numpy()]
    return _Differences(rows, (rows["written_off"] - rows["due"]).to_numpy())


def _missing(lines: pd.DataFrame, thresholds: DayThresholds) -> _Differences:
    """Lines that took nothing of what they sold."""
    goods = (lines["kind"] == "direct") & (lines["own_operations"] == 0)
    dish = (lines["recipe"] == "known") | lines["sibling_written_off"]
    nothing = (lines["kind"] == "composite") & (lines["operations"] == 0) & dish
    owed = ~lines["is_return"] | thresholds.returns_restock(lines["product_id"].to_numpy())
    rows = lines[(goods | nothing) & owed & _is_live(lines) & ~lines["lost_operation"]]
    return _Differences(rows, -rows["sold"].to_numpy())


def _void(lines: pd.DataFrame) -> int:
    """What lines that sold nothing are charged for."""
    rows = lines[~_is_live(lines) & ~lines["lost_operation"].to_numpy()]
    costs = np.abs(rows["written_off_cost"].to_numpy())
    return total(np.sign(rows["written_off"].to_numpy()) * costs)


def _sum(values: Any) -> int:
    """The sum of the values that are known."""
    known: list[int] = pd.Series(values).dropna().tolist()
    return sum(known)
