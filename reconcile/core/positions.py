"""Positions of ids in a frame and of runs of equal ids, which the joins use. -1 stands for no position."""

from __future__ import annotations

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
    place = _places(keys)
    if place is None:
        return pd.Index(keys).get_indexer(pd.Index(wanted))
    place = np.append(place, -1)  # the last one stands for ids that are lower or higher
    found: Positions = place[np.clip(wanted - keys.min(), -1, len(place) - 1)]
    return found


def are_unique(ids: IntArray) -> bool:
    """Whether no id is there twice."""
    place = _places(ids)
    return pd.Index(ids).is_unique if place is None else np.count_nonzero(place >= 0) == len(ids)


def in_order(ids: IntArray) -> Positions:
    """The positions of unique ids in their order."""
    place = _places(ids)
    return np.argsort(ids, kind="stable") if place is None else place[place >= 0]


def _places(ids: IntArray) -> Positions | None:
    """The position of each number from the lowest id to the highest, -1 where it is no id. None where the ids lie far
    apart.
    """
    if not len(ids) or int(ids.max()) - int(ids.min()) >= _MOST_APART * len(ids):
        return None
    place = np.full(int(ids.max()) - int(ids.min()) + 1, -1, dtype=np.intp)
    place[ids - ids.min()] = np.arange(len(ids))
    return place


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
