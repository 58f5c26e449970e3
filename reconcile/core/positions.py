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


def by_stock_and_time(operations: pd.DataFrame) -> Positions:
    """Positions of the operations with a time, sorted by stock id (first seen first), time and operation id.

    `operations` needs the columns `operation_id`, `operated_at` and `stock_id`.
    """
    time, number = operations["operated_at"].to_numpy(), operations["operation_id"].to_numpy()
    in_time = bool((np.diff(number) > 0).all() and (np.diff(time) >= np.timedelta64(0, "s")).all())
    order = np.arange(len(time)) if in_time else np.lexsort((number, time))
    order = order[~np.isnat(time[order])]
    codes, stocks = pd.factorize(operations["stock_id"].to_numpy())
    narrow = codes.astype(np.uint16) if len(stocks) < 2**16 else codes  # 16 bits are sorted in linear time
    return np.asarray(order[np.argsort(narrow[order], kind="stable")], dtype=np.intp)
