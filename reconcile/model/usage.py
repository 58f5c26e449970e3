"""The contract of theoretical and actual usage. Units as in `reconcile.model.contracts`."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from reconcile.model.contract import Contract, numbers


class ProductUsage(Contract):
    """One row per product and storage: `reconcile.analysis.products.by_product`, with units and kinds."""

    product_id: Series[pd.Int64Dtype] = numbers("id")
    storage_id: Series[pd.Int64Dtype] = numbers("id")
    product: Series[pd.StringDtype]
    category: Series[pd.StringDtype]
    storage: Series[pd.StringDtype]
    unit: Series[pd.StringDtype] = pa.Field()
    is_ingredient: Series[pd.BooleanDtype]
    """It is used by recipes that day."""
    due: Series[pd.Int64Dtype] = numbers("millionths")
    """Theoretical usage."""
    q: Series[pd.Int64Dtype] = numbers("millionths")
    """Actual usage."""
    apart: Series[pd.Int64Dtype] = numbers("millionths")
    returned: Series[pd.Int64Dtype] = numbers("millionths")
    difference: Series[pd.Int64Dtype] = numbers("millionths")
    """q − due."""
    value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """Of the difference without what is set apart."""
    lines: Series[pd.Int64Dtype] = numbers("count")
