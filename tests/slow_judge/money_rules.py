"""The rules that hold operations to money: the receipt's cost, and the price of a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from tests.slow_judge.day import Day, Line, Operation, Receipt, sign
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.misplaced import Places
from tests.slow_judge.operation_rules import rounds_to_whole_money
from tests.slow_judge.values import six


def receipt_costs(day: Day, found: Iterable[SlowFinding], places: Places) -> Iterator[SlowFinding]:
    """`receipt-cost-mismatch`."""
    step = Fraction(1, 2) if rounds_to_whole_money(day) else Fraction(1, 100)
    for receipt in day.receipts:
        if receipt.is_dead or receipt.set_aside or not receipt.total_cost:
            continue
        allowed = step * max(1, len(receipt.operations))
        written = sum((each.total for each in receipt.operations), Fraction(0))
        worth = sum((each.worth for each in receipt.operations), Fraction(0))
        if any(abs(abs(receipt.total_cost) - abs(each)) <= allowed for each in (written, worth)):
            continue
        expected = abs(receipt.total_cost) * (sign(written) or 1)
        difference = written - expected
        is_explained = any(
            abs(each - difference) <= allowed for each in _explanations(receipt, found, places)
        )
        yield SlowFinding(
            "receipt-cost-mismatch",
            "info" if is_explained else "warning",
            receipt.id,
            expected=expected,
            actual=written,
            difference=difference,
            value=difference,
        )


def _explanations(receipt: Receipt, found: Iterable[SlowFinding], places: Places) -> list[Fraction]:
    """What may be the difference: each value by itself, those of one kind, and all of them."""
    of_receipt = [each for each in found if each.receipt_id == receipt.id and each.value is not None]
    kinds = [
        [each.value for each in of_receipt if each.is_goods and each.value is not None],
        [each.value for each in of_receipt if each.rule == "total-cost-mismatch" and each.value is not None],
        [
            operation.worth * way
            for moved in places.moved
            for way, place in ((1, moved.stands), (-1, moved.due))
            if place is receipt
            for operation in moved.operations
        ],
    ]
    everything = [value for kind in kinds for value in kind]
    together = [sum(kind, Fraction(0)) for kind in (*kinds, everything) if kind]
    return together + everything


def above_price(day: Day, found: list[SlowFinding], places: Places) -> Iterator[SlowFinding]:
    """`cost-above-price`: lines that nothing else is said of, and that cost far more than they brought."""
    serious = [each for each in found if each.is_serious]
    lines = {each.receipt_product_id for each in serious if each.receipt_product_id is not None}
    operations = {each.operation_id for each in serious if each.operation_id is not None}
    packs = {each.product_id for each in found if each.rule == "unit-ratio"}
    for line in day.lines:
        if line.is_broken or not line.is_live_sale or line.is_gift or not line.price or line.price <= 0:
            continue
        if line.id in lines or any(each.id in operations for each in line.operations):
            continue
        if line in places.gave_or_took or line.receipt.is_duplicate or line.product in packs:
            continue
        yield from _dear(line, day)


def _dear(line: Line, day: Day) -> Iterator[SlowFinding]:
    cost = sum((each.worth for each in line.operations), Fraction(0))
    has_subtotal = line.subtotal is not None and line.subtotal > 0
    revenue = line.subtotal if has_subtotal else six((line.price or Fraction(0)) * line.count)
    if revenue is None or cost <= day.threshold("cost_to_price", "3") * revenue:
        return
    yield SlowFinding(
        "cost-above-price",
        "warning",
        line.receipt.id,
        line.id,
        product_id=_costliest(line.operations),
        expected=revenue,
        actual=cost,
        difference=cost - revenue,
        value=cost - revenue,
    )


def _costliest(operations: list[Operation]) -> int:
    worth: dict[int, Fraction] = {}
    for each in operations:
        worth[each.product] = worth.get(each.product, Fraction(0)) + each.worth
    return min(worth, key=lambda product: (-worth[product], product))
