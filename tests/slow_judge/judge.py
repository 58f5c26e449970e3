"""The whole judgement of a day of goods, rule by rule from the specification, slowly and plainly."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction

from reconcile.settings.model import Settings
from tests.slow_judge.chain import stock_gaps
from tests.slow_judge.cut_off import cut_offs
from tests.slow_judge.day import Day, Raw
from tests.slow_judge.findings import SlowFinding, over, under
from tests.slow_judge.line_rules import goods_findings
from tests.slow_judge.misplaced import find_places
from tests.slow_judge.money_rules import above_price, receipt_costs
from tests.slow_judge.not_posted import find_not_posted
from tests.slow_judge.operation_rules import operation_findings
from tests.slow_judge.put_back import put_back
from tests.slow_judge.reading import read_day
from tests.slow_judge.repeats import mark_duplicate_receipts
from tests.slow_judge.terms import UnitCosts, set_terms
from tests.slow_judge.units import apply_units

UNSOUND = ("total-cost-mismatch", "zero-cost", "negative-cost")
"""Operations of which these hold take no part in unit costs."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The findings of a day, and what they add up to."""

    findings: list[SlowFinding]
    over: Fraction
    under: Fraction
    put_back: Fraction


def judge(records: Iterable[Raw], settings: Settings) -> list[SlowFinding]:
    """The findings of the day of these records of evidence.

    Raises `OutOfScopeError` where a line takes a recipe.
    """
    return verdict(records, settings).findings


def verdict(records: Iterable[Raw], settings: Settings) -> Verdict:
    """The same with the totals."""
    day = read_day(records, settings)
    set_terms(day)
    found = cut_offs(day)  # first, as it may take another zone's distance off all times
    found += operation_findings(day)
    found += stock_gaps(day)
    costs = UnitCosts(
        day, {each.operation_id for each in found if each.rule in UNSOUND and each.operation_id}
    )
    found += mark_duplicate_receipts(day)
    found += apply_units(day, costs)
    places = find_places(day, costs)
    not_posted = find_not_posted(day, places, costs)
    found += places.found + not_posted.findings + goods_findings(day, places, not_posted, costs)
    found = [each for each in found if day.is_on(each.rule)]
    found += [each for each in receipt_costs(day, found, places) if day.is_on(each.rule)]
    found += [each for each in above_price(day, found, places) if day.is_on(each.rule)]
    came_back = put_back(day, found, not_posted)
    found = [_with_materiality(each, day) for each in found]
    return Verdict(found, over(found), under(found), came_back)


def _with_materiality(finding: SlowFinding, day: Day) -> SlowFinding:
    """An immaterial finding of goods is an info."""
    material = day.threshold("material_value")
    if finding.is_goods and finding.value and abs(finding.value) < material:
        return dataclasses.replace(finding, severity="info")
    return finding
