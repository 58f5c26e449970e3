"""The storages of products.

Input: `operations` (`reconcile.model.matched.MatchedOperations`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def usual_storages(operations: pd.DataFrame) -> dict[int, int]:
    """By product, the id of the storage with the most operations of it."""
    counted = operations.groupby(["product_id", "storage_id"]).size().reset_index(name="n")
    most = counted.sort_values("n", ascending=False, kind="stable").drop_duplicates("product_id")
    return dict(zip(most["product_id"].tolist(), most["storage_id"].tolist(), strict=True))


def storages_of(storages: Sequence[int], operations: pd.DataFrame) -> list[str]:
    """The name of each storage id, as the first operation of it has it; empty where it is not known."""
    named = operations[["storage_id", "storage"]].drop_duplicates("storage_id").astype({"storage": "str"})
    names = dict(zip(named["storage_id"].tolist(), named["storage"].tolist(), strict=True))
    return [names.get(key, "") for key in storages]
