"""Change in unit cost.

What it checks: The unit cost applied differs from the stock's cost before the operation by at most 5 % of the
    latter (the threshold is a setting). Where that is absent or 0, from the cost of the operation before it in the
    chain of the stock, perhaps of an earlier day. Where no cost of a stock moved so, the first that left the band
    around the stock's first cost of the day is info.
Why it matters: A purchase at a wrong price, or in a wrong unit, shows here first; every sale after it carries
    the wrong cost.
Example:
    cost before   cost    change
    8000          8400    5 %
    8000          9000    12.5 %   <- flagged
    none     9000
    none     9600    6.7 %    <- flagged: the operation before it cost 9000
Not flagged: A change of exactly the threshold. A cost of 0 or less (zero-cost, negative-cost). The first operation
    of a stock without a cost before.
What to do: Look at the product's last purchase: price, unit and quantity. Correct the purchase; the costs
    after it follow.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, IntArray, Times, multiply, rows_where
from reconcile.core.positions import in_order, starts
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import EARLIER_DAY, Flags, ints, notes_where
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="operation",
    judges="operations",
    reads="stock_id product_id quantity cost before_cost previous_cost chain_day chain_position",
    message="unit cost went from {expected} to {actual} (change {difference})",
    compares="other",
    repeats=True,
)
_SLOWLY: Final = to_say("slowly: it left the band around the first cost of the day")


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag operations whose unit cost left the band around the cost before, at once or over the day."""
    cost, before, stock = (ints(operations, name) for name in ("cost", "before_cost", "stock_id"))
    compared = np.where(before == 0, ints(operations, "previous_cost"), before)
    share = thresholds.cost_drift_share(ints(operations, "product_id"))
    at_once = _has_left(cost, compared, share)
    slow, first_cost = _slow(cost, stock, share, ints(operations, "chain_position"), stock[at_once])
    rows = np.flatnonzero(at_once | slow)
    expected = np.where(slow, first_cost, compared)[rows]
    difference = cost[rows] - expected
    return Flags(
        rows,
        expected=expected,
        actual=cost[rows],
        value=multiply(difference, np.abs(ints(operations, "quantity")[rows])),
        severity=np.where(slow[rows], "info", ""),
        notes=notes_where(
            _days(operations["chain_day"].to_numpy()[rows], (before == 0)[rows] & at_once[rows]),
            (slow[rows], _SLOWLY),
        ),
    )


def _days(day: Times, by_chain: BoolArray) -> list[Notes]:
    """The earlier day that the cost compared with is of."""
    days = np.where(by_chain, np.datetime_as_string(day, unit="D"), "NaT").tolist()
    return [() if day == "NaT" else (Note(EARLIER_DAY, {"day": day}),) for day in days]


def _has_left(cost: IntArray, compared: IntArray, share: IntArray) -> BoolArray:
    """Costs above 0 outside the band around another cost above 0."""

    def drifted(cost: Any, compared: Any, share: Any) -> Any:
        return abs(cost - compared) * MICRO > compared * share

    def bound(cost: Any, compared: Any, share: Any) -> Any:
        return (cost + compared) * (share + MICRO)

    left: BoolArray = (cost > 0) & (compared > 0) & (cost != compared)
    left[left] = rows_where(drifted, (cost[left], compared[left], share[left]), bound)
    return left


def _slow(
    cost: IntArray, stock: IntArray, share: IntArray, place: IntArray, but_of: IntArray
) -> tuple[BoolArray, IntArray]:
    """The first operation of each stock whose cost left the band around its first cost above 0; and those costs."""
    rows = np.flatnonzero((cost > 0) & ~np.isin(stock, but_of))
    rows = rows[in_order(place[rows])]
    is_first = starts(stock[rows])
    first = np.zeros(len(cost), dtype=np.int64)
    first[rows] = cost[rows][is_first][np.cumsum(is_first) - 1]
    left = rows[_has_left(cost[rows], first[rows], share[rows])]
    slow = np.zeros(len(cost), dtype=np.bool_)
    slow[left[starts(stock[left])]] = True
    return slow, first
