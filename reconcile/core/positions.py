"""Positions of ids in a frame and of runs of equal ids, which the joins use. -1 stands for no position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray

Positions: TypeAlias = npt.NDArray[np.intp]
_MOST_APART = 8
"""Ids that lie no further apart than this, on average, are looked up in an array."""
_Scalar = TypeVar("_Scalar", bound=np.generic)


def positions(keys: IntArray, wanted: IntArray) -> Positions:
    """The position of each wanted id in `keys`, which are unique; -1 where it is absent."""
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.intp)
    place = _places(keys)
    if place is None:
        return pd.Index(keys).get_indexer(pd.Index(wanted))
    place = np.append(place, -1)  # the last one stands for ids that are lower or higher
    found: Positions = place[np.clip(wanted - keys.min(), -1, len(place) - 1)]
    return found


def are_unique(ids: IntArray) -> bool:
    """Whether no id is there twice."""
    size = _span(ids)
    if size is None:
        return pd.Index(ids).is_unique
    is_there = np.zeros(size, dtype=np.bool_)
    is_there[ids - ids.min()] = True
    return bool(np.count_nonzero(is_there) == len(ids))


def in_order(ids: IntArray) -> Positions:
    """The positions of ids in their order; of equal ones, in that of their positions."""
    place = _places(ids)
    order = np.empty(0, dtype=np.intp) if place is None else place[place >= 0]
    return order if len(order) == len(ids) else np.argsort(ids, kind="stable")


def _places(ids: IntArray) -> Positions | None:
    """The position of each number from the lowest id to the highest, -1 where it is no id; None as in `_span`."""
    size = _span(ids)
    if size is None:
        return None
    place = np.full(size, -1, dtype=np.intp)
    place[ids - ids.min()] = np.arange(len(ids))
    return place


def _span(ids: IntArray) -> int | None:
    """How many numbers lie from the lowest id to the highest; None where the ids lie far apart, or there are none."""
    size = int(ids.max()) - int(ids.min()) + 1 if len(ids) else 0
    return size if 0 < size <= _MOST_APART * len(ids) else None


def numbered(*columns: npt.NDArray[Any]) -> tuple[Positions, Positions]:
    """The number of each row among the different ones in their order, and of each number the first row."""
    order = np.lexsort(columns[::-1])
    is_first = starts(*(column[order] for column in columns))
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.cumsum(is_first) - 1
    return number, order[is_first]


def row_positions(keys: Sequence[IntArray], wanted: Sequence[IntArray]) -> Positions:
    """The position of each wanted row among those of `keys`, which are unique; -1 where it is absent."""
    number, first = numbered(*map(np.concatenate, zip(keys, wanted, strict=True)))
    size = len(keys[0])
    place = np.where(first < size, first, -1)  # a key comes before the rows that are equal to it
    found: Positions = place[number[size:]]
    return found


def take_or(
    values: npt.NDArray[_Scalar], index: npt.NDArray[np.integer[Any]], default: object
) -> npt.NDArray[_Scalar]:
    """`values` at each index, and `default` where the index is -1. The dtype is that of `values`."""
    found: npt.NDArray[_Scalar] = np.concatenate([values, np.array([default], dtype=values.dtype)])[index]
    return found


def starts(*columns: IntArray) -> BoolArray:
    """True for rows of sorted columns that differ from the row before, and for the first row."""
    first = np.zeros(len(columns[0]), dtype=np.bool_)
    first[:1] = True
    for column in columns:
        first[1:] |= column[1:] != column[:-1]
    return first
