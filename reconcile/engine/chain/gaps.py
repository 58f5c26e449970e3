"""Marks where an operation does not begin as the one before it in its stock ended.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, Times
from reconcile.core.positions import Positions, starts, take_or
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.lost_moves import LostMoves
from reconcile.engine.chain.order import chain_order
from reconcile.frames.quarantine import LostMove
from reconcile.model.catalogue import NO_TIME
from reconcile.model.matched import GAPS

_, MOVED, PERHAPS_LOST, LOST = range(len(GAPS))
_NAMES = {
    "operation_id": "operation_id",
    "operated_at": "operated_at",
    "quantity": "quantity",
    "before_quantity": "before",
    "after_quantity": "after",
    "cost": "cost",
}
"""Columns of operations, and their names in `LastOperation`."""
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
    day = np.full(size, NO_TIME)
    before_it = _BeforeIt.of(operations, previous, order[is_first], earlier, day)
    known = before_it.place >= 0
    after = before_it.of_rows("after_quantity")
    differs = known & (operations["before_quantity"].to_numpy() != after)
    unknown = _beside_lost_moves(operations, lost_moves, before_it, np.flatnonzero(differs))
    known[unknown], differs[unknown] = False, False
    return {
        "chain_position": chain_position,
        "previous": previous,
        "previous_id": before_it.of_rows("operation_id"),
        "previous_after": pd.arrays.IntegerArray(np.where(known, after, 0), ~known),
        "previous_cost": before_it.of_rows("cost"),
        "chain_day": day,
        "gap": pd.Categorical.from_codes(_gaps(operations, before_it, differs), categories=pd.Index(GAPS)),
    }


@dataclasses.dataclass(frozen=True)
class _BeforeIt:
    """The operation before each one in its stock."""

    columns: dict[str, Any]
    """Of the operations of the day, then of the last ones of earlier days."""
    place: Positions
    """There, of the one before each operation of the day; -1 where there is none."""

    @classmethod
    def of(
        cls,
        operations: pd.DataFrame,
        previous: Positions,
        firsts: Positions,
        earlier: EarlierStock,
        day: Times,
    ) -> Self:
        """Before the first ones of the day stand the last ones of earlier days, whose `day` is filled in."""
        columns = {name: operations[name].to_numpy() for name in _NAMES}
        stocks = operations["stock_id"].to_numpy()[firsts].tolist() if earlier.last else ()
        found = [(row, earlier.last.get(stock)) for row, stock in zip(firsts.tolist(), stocks, strict=False)]
        lasts = [(row, last) for row, last in found if last is not None]
        if not lasts:
            return cls(columns, previous)
        rows = [row for row, _ in lasts]
        day[rows] = [np.datetime64(last.day, "s") for _, last in lasts]
        place = previous.copy()
        place[rows] = len(operations) + np.arange(len(rows))
        for name, field in _NAMES.items():
            more = np.array([getattr(last, field) for _, last in lasts], dtype=columns[name].dtype)
            columns[name] = np.append(columns[name], more)
        return cls(columns, place)

    def of_rows(self, name: str, rows: Any = slice(None)) -> Any:
        """A column of those before these rows; 0 or no time where there is none."""
        return take_or(self.columns[name], self.place[rows], NO_TIME if name == "operated_at" else 0)


def _beside_lost_moves(
    operations: pd.DataFrame, lost_moves: Sequence[LostMove], before_it: _BeforeIt, rows: Positions
) -> list[int]:
    """Those of the rows between which and the operation before a quarantined one of their stock may lie."""
    moves = LostMoves(lost_moves)
    rows = rows[np.isin(operations["stock_id"].to_numpy()[rows], list(moves.stocks))]
    stock, *it = (operations[name].to_numpy()[rows] for name in ("stock_id", "operated_at", "operation_id"))
    before = (before_it.of_rows(name, rows) for name in ("operated_at", "operation_id"))
    return [
        row
        for row, of_stock, time, number, time_before, number_before in zip(
            rows.tolist(), stock.tolist(), *it, *before, strict=True
        )
        if moves.may_be_between(of_stock, (time_before, int(number_before)), (time, int(number)))
    ]


def _gaps(operations: pd.DataFrame, before_it: _BeforeIt, differs: BoolArray) -> npt.NDArray[np.int8]:
    """The code of each row in `GAPS`; `differs`: it begins elsewhere than the one before it ended."""
    rows = np.flatnonzero(differs)
    before, time = (operations[name].to_numpy()[rows] for name in ("before_quantity", "operated_at"))
    from_start = before == before_it.of_rows("before_quantity", rows)
    from_start &= before_it.of_rows("quantity", rows) != 0
    apart = np.abs(time - before_it.of_rows("operated_at", rows))
    found = np.zeros(len(differs), dtype=np.int8)
    found[rows] = np.select([~from_start, apart <= _AT_ONCE], [MOVED, LOST], default=PERHAPS_LOST)
    return found
