"""Positions of ids in a frame and of runs of equal ids, which the joins use. -1 stands for no position."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray

Positions: TypeAlias = npt.NDArray[np.intp]
_Scalar = TypeVar("_Scalar", bound=np.generic)


def positions(keys: pd.Series[int], wanted: pd.Series[int]) -> Positions:
    """The position of each wanted id in `keys`, which are unique; -1 where it is absent."""
    known, sought = keys.to_numpy(), wanted.to_numpy()
    out_of_order = np.count_nonzero(np.diff(sought) < 0)
    if len(known) == 0 or 10 * out_of_order > len(sought) or not (np.diff(known) > 0).all():
        return pd.Index(known).get_indexer(pd.Index(sought))
    found = np.searchsorted(known, sought)  # sorted ids, the usual case, need no hashing
    found[found == len(known)] = 0
    found[known[found] != sought] = -1
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
