"""What was not posted at all: a product that is never written off, a receipt without any operation."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

from tests.slow_judge.day import Day, Line
from tests.slow_judge.findings import SlowFinding, total
from tests.slow_judge.misplaced import Places
from tests.slow_judge.terms import UnitCosts
from tests.slow_judge.units import judged_lines

LEAST_LINES_NEVER, LEAST_LINES_OF_A_RECEIPT = 3, 2


@dataclasses.dataclass
class NotPosted:
    """The findings, and the lines they explain."""

    findings: list[SlowFinding]
    lines: set[Line]
    missing: set[Line]
    """All lines under which nothing of their product stands that should."""


def is_due(line: Line, day: Day) -> bool:
    """Whether something has to be written off or put back under the line."""
    return line.due != 0 and (line.sold > 0 or day.settings.thresholds.returns_restock)


def find_not_posted(day: Day, places: Places, costs: UnitCosts) -> NotPosted:
    """`goods-never-written-off` and `receipt-not-posted`."""
    lines = [line for line in judged_lines(day) if is_due(line, day)]
    missing = {line for line in lines if not line.own and not places.is_used(line, line.product)}
    result = NotPosted([], set(), missing)
    if day.is_on("goods-never-written-off"):
        for product in sorted({line.product for line in missing}):
            _product(product, [line for line in lines if line.product == product], result, day, costs)
    if day.is_on("receipt-not-posted"):
        for receipt in day.receipts:
            its_own = [line for line in receipt.lines if line in missing and line not in result.lines]
            if receipt.has_operation or len(its_own) < LEAST_LINES_OF_A_RECEIPT:
                continue
            are_returns = all(line.is_return for line in receipt.lines if line in lines)
            result.lines.update(its_own)
            result.findings.append(
                SlowFinding(
                    "receipt-not-posted",
                    "warning" if are_returns else "error",
                    receipt.id,
                    expected=Fraction(len(its_own)),
                    actual=Fraction(0),
                    value=total(costs.worth(line, -line.due) for line in its_own),
                )
            )
    return result


def _product(product: int, lines: list[Line], result: NotPosted, day: Day, costs: UnitCosts) -> None:
    telling = [line for line in lines if line.receipt.has_operation or _holds_only(line, day)]
    is_shown = (
        any(each.product == product and each.q > 0 for each in day.operations)
        or any(each.product == product for each in day.set_aside)
        or not set(lines) <= result.missing
    )
    if len(telling) < LEAST_LINES_NEVER or is_shown:
        return
    result.lines.update(lines)
    result.findings.append(
        SlowFinding(
            "goods-never-written-off",
            "warning",
            product_id=product,
            expected=sum((line.due for line in lines), Fraction(0)),
            actual=Fraction(0),
            value=total(costs.worth(line, -line.due) for line in lines),
        )
    )


def _holds_only(line: Line, day: Day) -> bool:
    """Whether no line of another product on its receipt has anything due."""
    return not any(is_due(other, day) for other in line.receipt.lines if other.product != line.product)
