"""Products that are sold in one unit and written off in another, such as packs and pieces."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tests.slow_judge.day import Day, Line
from tests.slow_judge.findings import SlowFinding, total
from tests.slow_judge.repeats import extras
from tests.slow_judge.terms import UnitCosts
from tests.slow_judge.values import six

LARGEST_PACK, LEAST_LINES = 60, 3
PACKS = [Fraction(size) for size in range(2, LARGEST_PACK + 1) if size != 10]
RATIOS = PACKS + [1 / size for size in PACKS]


def judged_lines(day: Day) -> list[Line]:
    """The live lines of goods that are known whole and of no duplicate receipt."""
    return [
        line
        for line in day.lines
        if line.is_live and line.kind == "direct" and not line.is_unverified and not line.receipt.is_duplicate
    ]


def apply_units(day: Day, costs: UnitCosts) -> list[SlowFinding]:
    """`unit-ratio`; what is due of its products is set in the unit of the stock."""
    if not day.is_on("unit-ratio"):
        return []
    by_product: dict[int, list[Line]] = {}
    for line in judged_lines(day):
        by_product.setdefault(line.product, []).append(line)
    return [each for product in sorted(by_product) for each in _apply(by_product[product], day, costs)]


def _apply(lines: list[Line], day: Day, costs: UnitCosts) -> Iterator[SlowFinding]:
    step = day.threshold("quantity_step")
    by_repeats = [line for line in lines if extras(line, line.sold)]
    others = [line for line in lines if line not in by_repeats]
    voting = [line for line in others if line.own_sum != 0]
    at = {
        ratio: [line for line in voting if abs(line.own_sum - line.sold * ratio) <= step] for ratio in RATIOS
    }
    ratio = max(RATIOS, key=lambda each: len(at[each]))
    if len(voting) < LEAST_LINES or 2 * len(at[ratio]) <= len(voting):
        return
    for line in others:
        if abs(line.own_sum - line.sold) > step:
            line.due = six(line.sold * ratio)
    yield SlowFinding(
        "unit-ratio",
        "warning",
        product_id=lines[0].product,
        expected=Fraction(1),
        actual=six(ratio),
        value=total(costs.worth(line, line.own_sum - line.sold) for line in at[ratio]),
    )
