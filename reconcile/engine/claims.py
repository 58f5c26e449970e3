"""Claims: which rule explains a row, so that each thing is said once. Source: rules/README.md, "Order of causes"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import coded, kinds
from reconcile.model.matched import CLAIMS


def claims(size: int) -> Any:
    """The column `claim` of rows that no rule explains yet."""
    return kinds(np.zeros(size, dtype=np.int8), CLAIMS)


def claimed(frame: pd.DataFrame, rows: Sequence[int], rule: str) -> pd.DataFrame:
    """The frame with these rows (positions) explained by a rule; "" takes a claim back."""
    if not len(rows):
        return frame
    codes = frame["claim"].array.codes.copy()
    codes[list(rows)] = CLAIMS.index(rule)
    return frame.assign(claim=kinds(codes, CLAIMS))


def unclaimed(size: int) -> dict[str, Any]:
    """The columns `claim` and `given_value` of such rows."""
    return {"claim": claims(size), "given_value": no_values(size)}


def texts(known: Mapping[int, str], size: int) -> pd.Categorical[Any]:
    """A column of texts by position, empty elsewhere."""
    names = ["", *sorted(set(known.values()) - {""})]
    place = {name: at for at, name in enumerate(names)}
    codes = np.zeros(size, dtype=np.intp)
    for row, text in known.items():
        codes[row] = place[text]
    return coded(codes, names)


def no_values(size: int) -> Any:
    """A column of values that are all unknown."""
    return pd.arrays.IntegerArray(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_))
