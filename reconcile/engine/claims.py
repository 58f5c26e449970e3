"""Claims: which rule explains a row, so that each thing is said once. Source: rules/README.md, "Order of causes"."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.model.contracts import CLAIMS


def claims(size: int) -> Any:
    """The column `claim` of rows that no rule explains yet."""
    return pd.Categorical.from_codes(np.zeros(size, dtype=np.int8), categories=pd.Index(CLAIMS))


def unclaimed(size: int) -> dict[str, Any]:
    """The columns `claim` and `given_value` of such rows."""
    return {"claim": claims(size), "given_value": no_values(size)}


def no_values(size: int) -> Any:
    """A column of values that are all unknown."""
    return pd.arrays.IntegerArray(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_))
