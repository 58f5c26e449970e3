"""The goods rules of lines and operations, which judge what no other cause explains."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tests.slow_judge.day import Day, Line
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.misplaced import Places, takes_itself_alone
from tests.slow_judge.not_posted import NotPosted
from tests.slow_judge.operation_rules import finding
from tests.slow_judge.repeats import extras
from tests.slow_judge.terms import UnitCosts
from tests.slow_judge.units import judged_lines
from tests.slow_judge.values import six


def goods_findings(day: Day, places: Places, not_posted: NotPosted, costs: UnitCosts) -> list[SlowFinding]:
    """What is left to say of lines and operations."""
    found: list[SlowFinding] = []
    for line in judged_lines(day):
        if not places.is_used(line, line.product):
            if not line.own:
                found += _missing(line, not_posted, costs)
            else:
                found += _amount(line, day, costs)
    for line in day.lines:
        if line.receipt.is_duplicate or line.is_broken:
            continue
        if line.is_live and line.kind == "direct" and takes_itself_alone(line, day):
            found += _foreign(line, places)
        if not line.is_live and not line.is_unverified:
            found += _unexpected(line, places)
    for orphan in day.orphans:
        if not orphan.receipt.is_duplicate and not places.is_used_orphan(orphan):
            found.append(
                finding(
                    orphan,
                    "orphan-operation",
                    "error",
                    expected=Fraction(0),
                    actual=orphan.q,
                    value=orphan.q_at_cost,
                )
            )
    return found


def _missing(line: Line, not_posted: NotPosted, costs: UnitCosts) -> Iterator[SlowFinding]:
    if line in not_posted.missing and line not in not_posted.lines:
        yield SlowFinding(
            "missing-write-off",
            "warning" if line.is_return else "error",
            line.receipt.id,
            line.id,
            expected=line.due,
            actual=Fraction(0),
            difference=-line.due,
            value=costs.worth(line, -line.due),
        )


def _amount(line: Line, day: Day, costs: UnitCosts) -> Iterator[SlowFinding]:
    """`duplicate-write-off`, else `quantity-mismatch`."""
    repeated = extras(line, line.due) if day.is_on("duplicate-write-off") else []
    for operation in repeated:
        yield finding(
            operation,
            "duplicate-write-off",
            "error",
            expected=Fraction(0),
            actual=operation.q,
            value=operation.q_at_cost,
        )
    difference = line.own_sum - line.due
    is_put_back_in_part = line.is_return and line.due < line.own_sum <= 0
    accepted = is_put_back_in_part and not day.settings.thresholds.returns_restock
    if repeated or difference == 0 or accepted:
        return
    value, severity = costs.worth(line, difference), "error"
    if abs(difference) <= day.threshold("quantity_step"):
        severity = "info"
    elif is_put_back_in_part:
        severity = "warning"
    elif _is_count_wrong(line):
        value, severity = Fraction(0), "warning"
    yield SlowFinding(
        "quantity-mismatch",
        severity,
        line.receipt.id,
        line.id,
        expected=line.due,
        actual=line.own_sum,
        difference=difference,
        value=value,
    )


def _is_count_wrong(line: Line) -> bool:
    """Whether as much was paid for as was written off, and only the count says otherwise."""
    if (
        not line.is_live_sale
        or line.portion != 1
        or not line.price
        or line.price <= 0
        or line.subtotal is None
    ):
        return False
    paid_for = six(line.subtotal / line.price)
    return paid_for not in (0, line.count) and paid_for == line.own_sum


def _foreign(line: Line, places: Places) -> Iterator[SlowFinding]:
    """`wrong-product`, but where it stands in for another or is due elsewhere."""
    for operation in line.operations:
        if operation.product != line.product and not places.is_used(line, operation.product):
            yield finding(
                operation,
                "wrong-product",
                "error",
                actual=Fraction(operation.product),
                value=operation.q_at_cost,
            )


def _unexpected(line: Line, places: Places) -> Iterator[SlowFinding]:
    for product in sorted({each.product for each in line.operations}):
        standing = line.stands(product)
        if standing != 0 and not places.is_used(line, product):
            yield SlowFinding(
                "unexpected-write-off",
                "warning" if line.is_dead_by_label else "error",
                line.receipt.id,
                line.id,
                product_id=product,
                expected=Fraction(0),
                actual=standing,
                difference=standing,
                value=sum((each.worth for each in line.operations if each.product == product), Fraction(0)),
            )
