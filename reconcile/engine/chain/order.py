"""The order of the operations of each stock, its chain. Source: rules/README.md, "Stock chain"."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, Times
from reconcile.core.positions import Positions, in_order

_Codes = npt.NDArray[np.integer]


def chain_order(operations: pd.DataFrame) -> Positions:
    """Positions of the operations, one stock after another, each in the order of its chain.

    That is the order of time, then id; within one second each operation follows the one that left what it begins with.
    Where the order of ids alone leaves fewer gaps in a stock, that is its order. An operation without a time stands
    after the one of its stock that has the next lower id.

    `operations` needs `operation_id`, `stock_id`, `operated_at`, `before_quantity` and `after_quantity`.
    """
    codes = _stock_codes(operations)
    by_id = in_order(operations["operation_id"].to_numpy())
    by_id = by_id[np.argsort(codes[by_id], kind="stable")]
    names = ("operated_at", "before_quantity", "after_quantity")
    stock, *columns = (each[by_id] for each in (codes, *(operations[name].to_numpy() for name in names)))
    time, before, after = (_known_times(columns[0], stock), *columns[1:])
    by_time = _by_time(stock, time)
    _order_seconds(by_time, stock, time, before, after)
    in_ids = np.arange(len(by_id))
    gaps = [
        np.bincount(
            stock[1:][_gaps(order, stock, before, after)], minlength=len(stock) and int(stock[-1]) + 1
        )
        for order in (in_ids, by_time)
    ]
    return by_id[np.where((gaps[0] < gaps[1])[stock], in_ids, by_time)]


def _stock_codes(operations: pd.DataFrame) -> _Codes:
    """The rank of each operation's stock id."""
    codes, stocks = pd.factorize(operations["stock_id"].to_numpy(), sort=True)
    return codes.astype(np.uint16) if len(stocks) < 2**16 else codes  # 16 bits are sorted in linear time


def _known_times(time: Times, stock: _Codes) -> Times:
    """The times; where absent that of the next lower id of the stock, else of the next higher, else NaT."""
    if not np.isnat(time).any():
        return time
    found: Times = pd.Series(time).groupby(stock).ffill().groupby(stock).bfill().to_numpy()
    return found


def _by_time(stock: _Codes, time: Times) -> Positions:
    """The order of stock, time and id; the rows are in that of stock and id."""
    is_earlier = (stock[1:] == stock[:-1]) & (time[1:] < time[:-1])
    return np.lexsort((time, stock)) if is_earlier.any() else np.arange(len(stock))


def _gaps(order: Positions, stock: _Codes, before: IntArray, after: IntArray) -> BoolArray:
    """For each row of an order but the first: whether it begins elsewhere than the one before it ended."""
    earlier, later = order[:-1], order[1:]
    return np.asarray((stock[later] == stock[earlier]) & (before[later] != after[earlier]), dtype=np.bool_)


def _order_seconds(order: Positions, stock: _Codes, time: Times, before: IntArray, after: IntArray) -> None:
    """Put the operations of one stock and second into the order of the chain, in place.

    Where the order of ids leaves no gap, it is that of the chain: only the other seconds are looked at one by one, and
    what follows one whose last operation is another now.
    """
    of_row, when = stock[order], time[order]
    begins_stock = np.ones(len(order), dtype=np.bool_)
    begins_stock[1:] = of_row[1:] != of_row[:-1]
    begins = begins_stock.copy()
    begins[1:] |= when[1:] != when[:-1]
    if begins.all():
        return
    firsts = np.flatnonzero(begins)
    sizes = np.diff(np.append(firsts, len(order)))
    second = np.cumsum(begins) - 1
    open_seconds = np.unique(second[1:][_gaps(order, stock, before, after)])
    done = -1
    for found in open_seconds[sizes[open_seconds] > 1].tolist():
        at = max(found, done + 1)
        is_open = at == found
        while is_open and at < len(firsts) and sizes[at] > 1:
            first, end = int(firsts[at]), int(firsts[at] + sizes[at])
            rows = order[first:end].copy()
            left = None if begins_stock[first] else int(after[order[first - 1]])
            order[first:end] = rows[_in_one_second(before[rows].tolist(), after[rows].tolist(), left)]
            done, at = at, at + 1
            is_open = order[end - 1] != rows[-1] and end < len(order) and not begins_stock[end]


def _in_one_second(before: Sequence[int], after: Sequence[int], left: int | None) -> list[int]:
    """The places of operations, given in the order of ids, in that of the chain; `left` is what the one before left."""
    ends = Counter(after)
    firsts = deque(
        place
        for place, (begin, end) in enumerate(zip(before, after, strict=True))
        if ends[begin] == (begin == end)
    )
    waiting: defaultdict[int, deque[int]] = defaultdict(deque)
    for place, begin in enumerate(before):
        waiting[begin].append(place)
    rest = deque(range(len(before)))
    used = [False] * len(before)
    found: list[int] = []
    while len(found) < len(before):
        following = deque[int]() if left is None else waiting[left]
        for queue in (following, firsts, rest):
            while queue and used[queue[0]]:
                queue.popleft()
            if queue:
                place = queue.popleft()
                break
        used[place] = True
        found.append(place)
        left = after[place]
    return found
