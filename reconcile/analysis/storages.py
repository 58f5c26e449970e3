"""The storages of products.

Input: `operations` (`reconcile.model.matched.MatchedOperations`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.core.columns import bare, stored
from reconcile.core.positions import numbered, starts


def usual_storages(operations: pd.DataFrame) -> dict[int, int]:
    """By product, the id of the storage with the most operations of it."""
    product, storage = bare(operations, "product_id"), bare(operations, "storage_id")
    number, first = numbered(product, storage)
    most_first = first[np.lexsort([storage[first], -np.bincount(number), product[first]])]
    usual = most_first[starts(product[most_first])]
    return dict(zip(product[usual].tolist(), storage[usual].tolist(), strict=True))


def storages_of(storages: Sequence[int], operations: pd.DataFrame) -> list[str]:
    """The name of each storage id, as the first operation of it has it; empty where it is not known."""
    keys, first = np.unique(bare(operations, "storage_id"), return_index=True)
    names = dict(zip(keys.tolist(), stored(operations, "storage")[first].tolist(), strict=True))
    return [names.get(key, "") for key in storages]
