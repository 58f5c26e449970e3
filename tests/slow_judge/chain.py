"""The chain of each stock: the order in which its operations moved it, and the gaps in it."""

from __future__ import annotations

import dataclasses
import itertools
from fractions import Fraction

from tests.slow_judge.day import Day, Operation
from tests.slow_judge.findings import SlowFinding
from tests.slow_judge.terms import by_time
from tests.slow_judge.values import six

LOST_UPDATE_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class Gap:
    """Where an operation does not begin where the one before it ended."""

    before: Operation
    after: Operation

    @property
    def amount(self) -> Fraction:
        """By how much the stock rose between them."""
        return self.after.before - self.before.after

    @property
    def is_lost_update(self) -> bool:
        """Whether the later begins where the earlier began."""
        return self.after.before == self.before.before and self.before.quantity != 0

    @property
    def is_quick(self) -> bool:
        """Whether the two are at most a minute apart."""
        if self.before.time is None or self.after.time is None:
            return False
        return abs((self.after.time - self.before.time).total_seconds()) <= LOST_UPDATE_SECONDS


def chains(day: Day) -> dict[int, list[Operation]]:
    """The operations of each stock in the order of its chain."""
    stocks: dict[int, list[Operation]] = {}
    for operation in day.operations:
        stocks.setdefault(operation.stock, []).append(operation)
    return {stock: _ordered(operations) for stock, operations in sorted(stocks.items())}


def _ordered(operations: list[Operation]) -> list[Operation]:
    in_time = _in_time(operations)
    by_id = sorted(operations, key=lambda each: each.id)
    return by_id if _breaks(by_id) < _breaks(in_time) else in_time


def _breaks(chain: list[Operation]) -> int:
    return sum(before.after != after.before for before, after in itertools.pairwise(chain))


def _in_time(operations: list[Operation]) -> list[Operation]:
    """By time; within one second, each from where the one before it ended."""
    seconds: dict[object, list[Operation]] = {}
    for operation in sorted(operations, key=by_time):
        seconds.setdefault(operation.time, []).append(operation)
    chain: list[Operation] = []
    for within in seconds.values():
        left = sorted(within, key=lambda each: each.id)
        while left:
            follows = [each for each in left if chain and each.before == chain[-1].after]
            begins = [
                each
                for each in left
                if all(each.before != other.after for other in within if other is not each)
            ]
            chosen = (follows or begins or left)[0]
            left.remove(chosen)
            chain.append(chosen)
    return chain


def gaps(day: Day, chain: list[Operation]) -> list[Gap]:
    """The gaps of a chain, but those where a quarantined operation may be what is missing."""
    found = []
    for before, after in itertools.pairwise(chain):
        low, high = sorted((by_time(before), by_time(after)))
        is_shadowed = any(
            each.stock == after.stock and each.time and low < (each.time, each.id) < high
            for each in day.set_aside
        )
        if before.after != after.before and not is_shadowed:
            found.append(Gap(before, after))
    return found


def stock_gaps(day: Day) -> list[SlowFinding]:
    """`stock-gap`."""
    return [
        SlowFinding(
            "stock-gap",
            "warning" if gap.is_lost_update and gap.is_quick else "info",
            gap.after.receipt.id,
            operation_id=gap.after.id,
            expected=gap.before.after,
            actual=gap.after.before,
            difference=gap.amount,
            value=six(gap.amount * gap.after.cost),
        )
        for chain in chains(day).values()
        for gap in gaps(day, chain)
    ]
