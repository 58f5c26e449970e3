"""The rules that look at one operation or at the operations of one stock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.slow_judge.chain import chains
from tests.slow_judge.day import Day, Operation, sign
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.values import six

WHOLE_MONEY_CASES = 10
"""So many operations without whole cost × quantity tell whether the venue rounds totals to whole money."""


def finding(operation: Operation, rule: str, severity: str, **fields: Any) -> SlowFinding:
    """A finding that names an operation."""
    return SlowFinding(rule, severity, operation.receipt.id, operation_id=operation.id, **fields)


def rounds_to_whole_money(day: Day) -> bool:
    """Whether the day's totals are whole money though the costs are not."""
    odd = [each for each in day.operations if (each.cost * each.quantity).denominator != 1]
    return len(odd) >= WHOLE_MONEY_CASES and all(each.total.denominator == 1 for each in day.operations)


def operation_findings(day: Day) -> list[SlowFinding]:
    """All of them but `cut-off`, `stock-gap` and those of goods."""
    found = [*_drifts(day), *_wrong_stocks(day)]
    extra = Fraction(1, 2) if rounds_to_whole_money(day) else Fraction(0)
    for operation in day.operations:
        found += _balance(operation, day)
        found += _total(operation, day, extra)
        found += _odd_cost(operation)
        found += _below_zero(operation)
    return found


def _balance(operation: Operation, day: Day) -> Iterator[SlowFinding]:
    results = [operation.before - operation.quantity]
    if not (operation.line and operation.line.is_live_sale) or operation.is_correction:
        results.append(operation.before + operation.quantity)
    expected = min(results, key=lambda each: abs(operation.after - each))
    difference = operation.after - expected
    if difference:
        yield finding(
            operation,
            "balance-broken",
            "info" if abs(difference) <= day.threshold("quantity_step") else "error",
            expected=expected,
            actual=operation.after,
            difference=difference,
            value=six(difference * operation.cost),
        )


def _total(operation: Operation, day: Day, extra: Fraction) -> Iterator[SlowFinding]:
    expected = operation.cost * operation.quantity
    if not (operation.line and operation.line.is_live_sale):
        expected = abs(expected) * (sign(operation.total) or 1)
    allowed = day.threshold("money_step") + abs(operation.quantity) * day.threshold("cost_step") / 2 + extra
    if abs(operation.total - expected) > allowed:
        difference = operation.total - six(expected)
        yield finding(
            operation,
            "total-cost-mismatch",
            "error",
            expected=six(expected),
            actual=operation.total,
            difference=difference,
            value=difference,
        )


def _odd_cost(operation: Operation) -> Iterator[SlowFinding]:
    if operation.cost == 0 and operation.quantity != 0:
        yield finding(operation, "zero-cost", "warning", actual=Fraction(0))
    if operation.cost < 0:
        yield finding(operation, "negative-cost", "warning", actual=operation.cost, value=operation.total)


def _below_zero(operation: Operation) -> Iterator[SlowFinding]:
    if operation.after < 0 and operation.after < operation.before:
        severity = "info" if operation.before < 0 else "warning"
        yield finding(operation, "negative-stock", severity, expected=Fraction(0), actual=operation.after)


def _drifts(day: Day) -> Iterator[SlowFinding]:
    """A cost that moved at once; in a stock without one, the first that has moved from the day's first."""
    share = day.threshold("cost_drift_share")
    for chain in chains(day).values():
        at_once = []
        for place, operation in enumerate(chain):
            compared = operation.before_cost or (chain[place - 1].cost if place else Fraction(0))
            if _moved(operation, compared, share):
                at_once.append(_drift(operation, compared, "warning"))
        yield from at_once
        costs = [each for each in chain if each.cost > 0]
        slow = [each for each in costs if _moved(each, costs[0].cost, share)]
        if slow and not at_once:
            yield _drift(slow[0], costs[0].cost, "info")


def _moved(operation: Operation, compared: Fraction, share: Fraction) -> bool:
    return operation.cost > 0 and compared > 0 and abs(operation.cost - compared) > share * compared


def _drift(operation: Operation, compared: Fraction, severity: str) -> SlowFinding:
    difference = operation.cost - compared
    return finding(
        operation,
        "cost-drift",
        severity,
        expected=compared,
        actual=operation.cost,
        difference=difference,
        value=six(difference * abs(operation.quantity)),
    )


def _wrong_stocks(day: Day) -> Iterator[SlowFinding]:
    """Operations of another product or storage than most of their stock."""
    for chain in chains(day).values():
        groups = Counter((each.product, each.storage or 0) for each in chain)
        most = [group for group, count in groups.items() if count == max(groups.values())]
        for operation in chain:
            its_own = operation.product, operation.storage or 0
            if len(groups) == 1 or most == [its_own]:
                continue
            right = most[0] if len(most) == 1 else min(group for group in groups if group != its_own)
            names = 0 if right[0] != its_own[0] else 1
            yield finding(
                operation,
                "wrong-stock",
                "warning",
                expected=Fraction(right[names]),
                actual=Fraction(its_own[names]),
                value=operation.q_at_cost,
            )
