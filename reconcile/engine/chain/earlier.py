"""The last operations of earlier days, from which the chains of a day go on."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from datetime import date
from itertools import compress
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from reconcile.core.columns import bare
from reconcile.core.exact import positive_int
from reconcile.core.positions import starts
from reconcile.engine.chain.lost_moves import END, LostMoves
from reconcile.engine.chain.order import chain_order
from reconcile.evidence.typed import GivenOperations
from reconcile.frames.operations import operations_frame
from reconcile.frames.quarantine import ReadProblems


class LastOperation(NamedTuple):
    """The last operation of a stock on an earlier day. Numbers are in millionths."""

    operation_id: int
    day: date
    operated_at: np.datetime64
    quantity: int
    before: int
    after: int
    cost: int


@dataclasses.dataclass(frozen=True)
class EarlierStock:
    """What earlier days left in the stocks of a day."""

    last: Mapping[int, LastOperation | None] = dataclasses.field(default_factory=dict)
    """By stock id; None where an operation after it can't be read, so that nothing is known."""

    @property
    def days(self) -> tuple[date, ...]:
        """The days from which any stock goes on, the newest first."""
        return tuple(sorted({last.day for last in self.last.values() if last}, reverse=True))


def last_operations(
    operations: Mapping[int, GivenOperations], not_these: Collection[int], day: date, zone: ZoneInfo | None
) -> dict[int, LastOperation | None]:
    """The last operation of each stock that moved on an earlier day, in the order of its chain.

    `operations` are those of the day, by receipt; those with an id in `not_these` are left out.
    """
    some = {receipt: _others(given, not_these) for receipt, given in operations.items()}
    problems = ReadProblems()
    frame, _ = operations_frame(some, zone, problems)
    rows = frame.iloc[chain_order(frame)]
    ends = np.flatnonzero(np.append(starts(bare(rows, "stock_id"))[1:], True))[: len(rows)]
    columns = (
        "operation_id",
        "operated_at",
        "quantity",
        "before_quantity",
        "after_quantity",
        "cost",
        "stock_id",
    )
    found: dict[int, LastOperation | None] = {}
    for key, time, quantity, before, after, cost, stock in zip(
        *(rows[name].to_numpy()[ends] for name in columns), strict=True
    ):
        found[int(stock)] = LastOperation(
            int(key), day, time, int(quantity), int(before), int(after), int(cost)
        )
    lost = LostMoves(problems.lost_moves)
    for stock in lost.stocks:
        last = found.get(stock)
        if last is None or lost.may_be_between(stock, (last.operated_at, last.operation_id), END):
            found[stock] = None
    return found


def _others(given: GivenOperations, not_these: Collection[int]) -> GivenOperations:
    """Those of a known stock."""
    chosen = [
        positive_int(each.stock_id) is not None and positive_int(each.id) not in not_these
        for each in given.operations
    ]
    return given if all(chosen) else GivenOperations.of([*compress(given.raw(), chosen)])
