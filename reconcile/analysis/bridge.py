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
import pandas as pd

from reconcile.analysis.differences import (
    ALONE,
    APART,
    DIRECT,
    RECIPE,
    REST,
    VOID,
    DayDifferences,
    Differences,
    day_differences,
)
from reconcile.core.columns import stored
from reconcile.core.exact import BoolArray, sum_of_known, total
from reconcile.core.positions import take_or
from reconcile.engine.result import Result
from reconcile.rulebook.flags import bools, ints, is_any_of, is_kind, values_of


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
    operations, day = result.operations, day_differences(result)
    written, valued, part = ints(operations, "worth"), day.valued, day.part
    sums = {each: total(written[part == each]) for each in (ALONE, VOID, DIRECT, RECIPE, REST)}
    of_lines = np.isin(part, (DIRECT, RECIPE)) & ~valued.isna()
    cost_gap = total(written[of_lines]) - (sum_of_known(valued[of_lines]) or 0)
    alone = sums[ALONE] - (sum_of_known(valued[part == ALONE]) or 0)
    apart = _apart(result, day)
    differences = day.direct.value() + day.recipes.value() + day.missing.value() + apart["unit-ratio"]
    given = stored(operations, "given_value")[day.took_itself]
    due_instead = (sum_of_known(valued[day.took_itself]) or 0) - (sum_of_known(given) or 0)
    return Bridge(
        sold=sums[DIRECT] + sums[RECIPE] - differences - cost_gap + due_instead,
        by_rule=_by_rule(result.findings),
        apart={name: value for name, value in apart.items() if value},
        rounding=day.recipes.value(day.is_within & day.recipes.is_claimed("")),
        cost=cost_gap + alone,
        not_judged=sums[REST],
        written_off=sum(sums.values()),
    )


def _apart(result: Result, day: DayDifferences) -> dict[str, int]:
    """`Bridge.apart`: what the claims of other rules take out of the differences, and what is accepted."""
    operations, lines = result.operations, result.lines
    found = {}
    for claim in APART:
        found[claim] = sum(
            each.value(each.is_claimed(claim)) for each in (day.direct, day.recipes, day.missing)
        )
        chosen = (day.part == ALONE) & is_any_of(operations, "claim", claim)
        if claim == "wrong-product":
            chosen = chosen | (ints(operations, "stands_in_for") > 0)
        found[claim] += sum_of_known(day.valued[chosen]) or 0
    void = (day.part == VOID) & take_or(ints(lines, "sold") == 0, ints(operations, "line"), False)
    found["misplaced-write-off"] += _claimed_void(result, void)
    is_scaled = (ints(lines, "unit_ratio") > 0) & (ints(lines, "own_operations") > 0)
    scaled = np.flatnonzero(is_scaled & is_kind(lines, "direct"))
    gap = (ints(lines, "due") - ints(lines, "sold"))[scaled]
    found["unit-ratio"] = Differences(lines, scaled, gap).value()
    is_accepted, is_right = day.is_accepted
    found[""] = day.direct.value(is_accepted) + day.recipes.value(is_right)
    return found


def _claimed_void(result: Result, void: BoolArray) -> int:
    """Cost of what stands under lines that sold nothing and is only misplaced: no finding says so."""
    if "unexpected-write-off" in result.not_run:
        return 0
    said = stored(result.findings, "value")[is_any_of(result.findings, "rule", "unexpected-write-off")]
    return total(ints(result.operations, "worth")[void]) - (sum_of_known(said) or 0)


def _by_rule(findings: pd.DataFrame) -> dict[str, OverUnder]:
    is_valued = bools(findings, "is_goods") & ~stored(findings, "value").isna()
    found: dict[str, OverUnder] = {}
    for rule, value in values_of(findings, is_valued, "rule", "value"):
        over, under = found.get(rule, (0, 0))
        found[rule] = OverUnder(over + max(value, 0), under + min(value, 0))
    return {rule: found[rule] for rule in stored(findings, "rule").categories if rule in found}
