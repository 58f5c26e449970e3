"""Write-offs that repeat one another on a direct line. Source: rules/README.md, "Repeats"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import Positions, starts


def repeats(
    operations: pd.DataFrame,
    line: Positions,
    is_own: BoolArray,
    *,
    due: IntArray,
    written_off: IntArray,
    chosen: BoolArray,
) -> BoolArray:
    """Own operations that repeat another of the same stock and q, of lines that agree without the repeats.

    `operations` has `q`; `line` is the position of each one's line. `due`, `written_off` and `chosen` are of each line:
    what is due of its own product, the sum of its own operations, and whether it may be judged so. What cancels (in one
    stock q and -q) is set aside first, so the rest of a stock has one sign, and its repeats are all but the lowest id
    of each q.
    """
    is_extra = np.zeros(len(operations), dtype=np.bool_)
    q = operations["q"].to_numpy()
    over = chosen & (np.abs(written_off) > np.abs(due))
    rows = np.flatnonzero(is_own)
    rows = rows[over[line[rows]]]
    stock, number = operations["stock_id"].to_numpy(), operations["operation_id"].to_numpy()
    rows = rows[np.lexsort([q[rows], stock[rows], line[rows]])]
    again = ~starts(line[rows], stock[rows], q[rows])
    rows = rows[np.isin(line[rows], line[rows[again]])]
    if not len(rows):
        return is_extra
    rows = rows[np.lexsort([number[rows], line[rows]])]
    for group in np.split(rows, np.flatnonzero(np.diff(line[rows])) + 1):
        extras = _extras(stock[group].tolist(), q[group].tolist())
        surplus = int(written_off[line[group[0]]]) - int(due[line[group[0]]])
        if extras and sum(int(q[group[place]]) for place in extras) == surplus:
            is_extra[group[extras]] = True
    return is_extra


def _extras(stocks: Sequence[int], amounts: Sequence[int]) -> list[int]:
    """Places of the repeats among operations in the order of their ids."""
    pairs = list(zip(stocks, amounts, strict=True))
    count = Counter(pairs)
    aside = Counter({(stock, q): min(count[stock, q], count[stock, -q]) for stock, q in count if q})
    seen: set[tuple[int, int]] = set()
    extras = []
    for place, pair in enumerate(pairs):
        if aside[pair] > 0:
            aside[pair] -= 1
        elif pair in seen:
            extras.append(place)
        else:
            seen.add(pair)
    return extras
