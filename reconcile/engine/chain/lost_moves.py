"""Whether a quarantined operation lies between two others of its stock, so that what moved there is not known."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np

from reconcile.frames.quarantine import LostMove

At = tuple[np.datetime64, int]
"""The time and the id of an operation."""
END: At = (np.datetime64("9999-12-31T23:59:59", "s"), 2**63 - 1)
"""After all operations."""


class LostMoves:
    """The quarantined operations whose stock is known."""

    def __init__(self, moves: Iterable[LostMove]) -> None:
        self._timed: defaultdict[int, list[At]] = defaultdict(list)
        self._untimed: defaultdict[int, list[int]] = defaultdict(list)
        self._anywhere: set[int] = set()
        for stock, time, number in moves:
            if not np.isnat(time):
                self._timed[stock].append((time, number))
            elif number:
                self._untimed[stock].append(number)
            else:
                self._anywhere.add(stock)
        for timed in self._timed.values():
            timed.sort()
        for untimed in self._untimed.values():
            untimed.sort()
        self.stocks = {*self._timed, *self._untimed, *self._anywhere}

    def may_be_between(self, stock: int, one: At, other: At) -> bool:
        """Whether one of that stock lies between two operations: by time and id; by id where its time is unknown;
        anywhere where both are.
        """
        if stock in self._anywhere:
            return True
        ids = sorted((one[1], other[1]))
        if _any_between(self._untimed.get(stock, []), *ids):
            return True
        return _any_between(self._timed.get(stock, []), *sorted((one, other)))


def _any_between(ordered: list[Any], first: Any, last: Any) -> bool:
    """Whether any is larger than `first` and smaller than `last`."""
    return bisect_right(ordered, first) < bisect_left(ordered, last)
