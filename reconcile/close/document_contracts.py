"""The contracts of the optional tables. Units as in `reconcile.model.contracts`."""

from __future__ import annotations

import pandas as pd
from pandera.engines.pandas_engine import DateTime
from pandera.typing import Series

from reconcile.model.contract import Contract, numbers, seconds


class Movements(Contract):
    """One row per movement, in the order of the file."""

    date: Series[DateTime] = seconds()
    storage_id: Series[pd.Int64Dtype] = numbers("id", ge=1)
    product_id: Series[pd.Int64Dtype] = numbers("id", ge=1)
    quantity: Series[pd.Int64Dtype] = numbers("millionths")
    cost: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """Of a unit."""
    document: Series[pd.StringDtype]
    reason: Series[pd.StringDtype]


class Counts(Contract):
    """One row per counted stock, in the order of the file; each storage and product once a day."""

    date: Series[DateTime] = seconds()
    storage_id: Series[pd.Int64Dtype] = numbers("id", ge=1)
    product_id: Series[pd.Int64Dtype] = numbers("id", ge=1)
    counted: Series[pd.Int64Dtype] = numbers("millionths", ge=0)
