"""Categorical columns and columns of texts, made without what pandas works out anew for each: half a millisecond.

A day has some hundred of them, whatever its size.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

TEXT = pd.StringDtype(na_value=np.nan)
"""The type of a column of texts, `str`."""


def kinds(codes: npt.NDArray[Any], names: tuple[str, ...], ordered: bool = False) -> pd.Categorical[Any]:
    """A column of a fixed list of names, by their places in it; -1 is none."""
    return pd.Categorical.from_codes(_small(codes, len(names)), dtype=_kinds(names, ordered), validate=False)


def coded(codes: npt.NDArray[Any], names: Sequence[Any] | npt.NDArray[Any]) -> pd.Categorical[Any]:
    """A column of names, each in the list once, by their places in it; -1 is none."""
    return pd.Categorical.from_codes(_small(codes, len(names)), dtype=_dtype(names), validate=False)


def text_column(texts: Iterable[Any]) -> Any:
    """A column of texts; None is none."""
    return pd.array([*texts], dtype=TEXT)


@functools.cache
def _kinds(names: tuple[str, ...], ordered: bool) -> pd.CategoricalDtype:
    return _dtype(names, ordered)


def _dtype(names: Sequence[Any] | npt.NDArray[Any], ordered: bool = False) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(pd.Index(np.array(names, dtype=object), dtype=TEXT), ordered)


def _small(codes: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """Codes of the smallest type that pandas uses for so many categories."""
    for dtype in (np.int8, np.int16, np.int32):
        if size <= np.iinfo(dtype).max:
            return codes.astype(dtype, copy=False)
    return codes
