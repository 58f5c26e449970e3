"""Repeats: operations of one line that say again what another said, and receipts sent twice."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from tests.slow_judge.day import Day, Line, Operation, Receipt
from tests.slow_judge.findings import SlowFinding

MOST_OF_ONE_CID = 5
"""A cid on more receipts of the day than this is not believed."""


def extras(line: Line, due: Fraction) -> list[Operation]:
    """The operations without which what stands under the line is what is due; empty if there are none such."""
    if abs(line.own_sum) <= abs(due):
        return []
    seen = set()
    extra = []
    for operation in _left_after_cancelling(line.own):
        group = operation.stock, operation.q
        if group in seen:
            extra.append(operation)
        seen.add(group)
    without = line.own_sum - sum(each.q for each in extra)
    return extra if without == due else []


def _left_after_cancelling(operations: list[Operation]) -> list[Operation]:
    """In the order of ids, without the pairs of q and −q in one stock."""
    left: list[Operation] = []
    waiting = sorted(operations, key=lambda each: each.id)
    cancelled = set()
    for place, first in enumerate(waiting):
        if first in cancelled or first.q == 0:
            continue
        for second in waiting[place + 1 :]:
            if second not in cancelled and second.stock == first.stock and second.q == -first.q:
                cancelled |= {first, second}
                break
    left += [each for each in waiting if each not in cancelled]
    return left


def mark_duplicate_receipts(day: Day) -> list[SlowFinding]:
    """`duplicate-receipt`; its receipts are marked, so that no other rule of goods looks at them."""
    if not day.is_on("duplicate-receipt"):
        return []
    number = Counter(receipt.cid for receipt in day.receipts)
    found, seen = [], set()
    for receipt in sorted(day.receipts, key=lambda each: each.id):
        if not receipt.cid or receipt.is_dead or number[receipt.cid] > MOST_OF_ONE_CID:
            continue
        sale = receipt.cid, _is_return(receipt)
        if sale in seen:
            receipt.is_duplicate = True
            worth = sum((each.worth for each in receipt.operations), Fraction(0))
            found.append(SlowFinding("duplicate-receipt", "error", receipt.id, value=worth))
        seen.add(sale)
    return found


def _is_return(receipt: Receipt) -> bool:
    live = [line for line in receipt.lines if line.is_live]
    return receipt.is_return or (bool(live) and all(line.is_return for line in live))
