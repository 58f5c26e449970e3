"""Marks where an operation does not begin as the one before it in its stock ended.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray
from reconcile.core.positions import Positions, starts
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.lost_moves import LostMoves
from reconcile.engine.chain.order import chain_order
from reconcile.frames.quarantine import LostMove
from reconcile.model.catalogue import NO_TIME
from reconcile.model.matched import GAPS

_NONE, MOVED, PERHAPS_LOST, LOST = range(len(GAPS))
_AT_ONCE = np.timedelta64(60, "s")
"""Two operations this near that began at the same quantity wrote over one another."""


def chain_columns(
    operations: pd.DataFrame, lost_moves: Sequence[LostMove], earlier: EarlierStock
) -> dict[str, Any]:
    """The columns of the chain of `StockOperations`, but for `holds_missing_sale`.

    That is `chain_position`, `previous`, `previous_id`, `previous_after`, `previous_cost`, `chain_day` and `gap`, as in
    `reconcile.model.matched.MatchedOperations`.
    """
    order = chain_order(operations)
    size = len(order)
    chain_position, previous = np.empty(size, dtype=np.int64), np.full(size, -1, dtype=np.int64)
    chain_position[order] = np.arange(size)
    is_first = starts(operations["stock_id"].to_numpy()[order])
    previous[order[1:]] = np.where(is_first[1:], -1, order[:-1])
    names = ("operation_id", "operated_at", "quantity", "before_quantity", "after_quantity", "cost")
    before_it = {name: operations[name].to_numpy()[previous] for name in names}
    known = previous >= 0
    for name in ("operation_id", "cost"):
        before_it[name][~known] = 0
    day = np.full(size, NO_TIME)
    _go_on(earlier, operations, order[is_first], before_it=before_it, day=day, known=known)
    known[_beside_lost_moves(operations, lost_moves, before_it)] = False
    gap = _gaps(operations, before_it, known)
    return {
        "chain_position": chain_position,
        "previous": previous,
        "previous_id": before_it["operation_id"],
        "previous_after": pd.arrays.IntegerArray(np.where(known, before_it["after_quantity"], 0), ~known),
        "previous_cost": before_it["cost"],
        "chain_day": day,
        "gap": pd.Categorical.from_codes(gap, categories=pd.Index(GAPS)),
    }


def _go_on(
    earlier: EarlierStock,
    operations: pd.DataFrame,
    firsts: Positions,
    *,
    before_it: dict[str, Any],
    day: Any,
    known: Any,
) -> None:
    """Fill in, for the first operations of the day, the last ones of earlier days."""
    if not earlier.last:
        return
    for row, stock in zip(firsts.tolist(), operations["stock_id"].to_numpy()[firsts].tolist(), strict=True):
        last = earlier.last.get(stock)
        if last is not None:
            day[row], known[row] = np.datetime64(last.day, "s"), True
            values = (last.operation_id, last.operated_at, last.quantity, last.before, last.after, last.cost)
            for name, value in zip(before_it, values, strict=True):
                before_it[name][row] = value


def _beside_lost_moves(
    operations: pd.DataFrame, lost_moves: Sequence[LostMove], before_it: dict[str, Any]
) -> list[int]:
    """Rows with a gap, where between them and the operation before a quarantined one of their stock may lie."""
    moves = LostMoves(lost_moves)
    stock, number, time = (
        operations[name].to_numpy() for name in ("stock_id", "operation_id", "operated_at")
    )
    differs = operations["before_quantity"].to_numpy() != before_it["after_quantity"]
    rows = np.flatnonzero(np.isin(stock, list(moves.stocks)) & (before_it["operation_id"] > 0) & differs)
    return [
        row
        for row in rows.tolist()
        if moves.may_be_between(
            int(stock[row]),
            (before_it["operated_at"][row], int(before_it["operation_id"][row])),
            (time[row], int(number[row])),
        )
    ]


def _gaps(operations: pd.DataFrame, before_it: dict[str, Any], known: Any) -> IntArray:
    """The code of each row in `GAPS`."""
    before = operations["before_quantity"].to_numpy()
    is_gap = known & (before != before_it["after_quantity"])
    from_start = (before == before_it["before_quantity"]) & (before_it["quantity"] != 0)
    apart = np.abs(operations["operated_at"].to_numpy() - before_it["operated_at"])
    found: IntArray = np.select(
        [~is_gap, ~from_start, apart <= _AT_ONCE], [_NONE, MOVED, LOST], default=PERHAPS_LOST
    )
    return found.astype(np.int8)
