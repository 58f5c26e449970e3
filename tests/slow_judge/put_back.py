"""What was written off too much and came back since, as a later gap in the chain of its stock shows."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from fractions import Fraction

from tests.slow_judge.chain import Gap, chains, gaps
from tests.slow_judge.day import Day, Line, Operation
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.not_posted import NotPosted


@dataclasses.dataclass(frozen=True)
class Part:
    """What one finding took too much from one stock, and after which place of the chain it may come back."""

    finding: int
    amount: Fraction
    place: int


def put_back(day: Day, found: list[SlowFinding], not_posted: NotPosted) -> Fraction:
    """The sum of the values of findings whose goods are all back."""
    counted = [
        each
        for each in found
        if each.is_goods and each.in_totals and each.value is not None and each.value > 0
    ]
    counted = [each for each in counted if each.rule != "receipt-not-posted"]
    ordered = chains(day)
    parts = {stock: _parts(stock, chain, counted, day) for stock, chain in ordered.items()}
    expected = {
        number: sum(part.finding == number for each in parts.values() for part in each)
        for number in range(len(counted))
    }
    given_up: set[int] = set()
    while True:
        served: list[int] = []
        for stock, chain in ordered.items():
            usable = [
                gap
                for gap in gaps(day, chain)
                if gap.amount > 0
                and not (gap.is_lost_update and gap.is_quick)
                and not _is_around_a_missing_sale(gap, chain, not_posted)
            ]
            served += _serve(usable, chain, [part for part in parts[stock] if part.finding not in given_up])
        in_part = {number for number in served if served.count(number) < expected[number]}
        if not in_part:
            return sum((counted[number].value or Fraction(0) for number in set(served)), Fraction(0))
        given_up |= in_part


def _serve(usable: list[Gap], chain: list[Operation], parts: list[Part]) -> list[int]:
    """The findings whose part in this stock came back: each gap serves the nearest before it."""
    served = []
    left = list(parts)
    for gap in usable:
        place = chain.index(gap.after)
        fitting = [part for part in left if part.amount == gap.amount and part.place < place]
        if fitting:
            nearest = max(fitting, key=lambda part: part.place)
            left.remove(nearest)
            served.append(nearest.finding)
    return served


def _parts(stock: int, chain: list[Operation], counted: list[SlowFinding], day: Day) -> list[Part]:
    found = []
    for number, each in enumerate(counted):
        operations = _operations(each, day)
        stocks = {operation.stock for operation in operations}
        here = [operation for operation in operations if operation.stock == stock]
        if each.rule == "duplicate-receipt" or each.operation_id is not None:
            amount = sum((operation.q for operation in here), Fraction(0))
        else:
            amount = each.difference if each.difference and len(stocks) == 1 and here else Fraction(0)
        if here and amount > 0:
            found.append(Part(number, amount, max(chain.index(operation) for operation in here)))
    return found


def _operations(finding: SlowFinding, day: Day) -> list[Operation]:
    """The operations by which too much was written off."""
    if finding.rule == "duplicate-receipt":
        return [each for each in day.operations if each.receipt.id == finding.receipt_id]
    if finding.operation_id is not None:
        return [each for each in day.operations if each.id == finding.operation_id]
    line = next(line for line in day.lines if line.id == finding.receipt_product_id)
    product = line.product if finding.product_id is None else finding.product_id
    return [each for each in line.operations if each.product == product]


def _is_around_a_missing_sale(gap: Gap, chain: list[Operation], not_posted: NotPosted) -> bool:
    return any(
        line.is_live_sale and gap.after.product == line.product and _lies_around(gap, chain, line)
        for line in not_posted.missing
    )


def _lies_around(gap: Gap, chain: list[Operation], line: Line) -> bool:
    """Whether the line's receipt closed after the last operation before the gap, and before the one after it."""
    closed = line.receipt.closed
    if closed is None:
        return False
    before = [place for place, each in enumerate(chain) if (each.time or datetime.max) <= closed]  # noqa: DTZ901
    return bool(before) and max(before) + 1 == chain.index(gap.after)
