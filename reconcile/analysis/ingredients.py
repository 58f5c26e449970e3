"""Theoretical and actual usage by ingredient and storage.

Input: `ingredients` and `operations` of a `Result`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply_ratio, nullable
from reconcile.engine.result import Result


def by_ingredient(result: Result) -> pd.DataFrame:
    """One row per ingredient (`product_id`) and storage, over all lines of known recipe, the largest gross value first.

    `product`, `unit` and `storage` are names, `lines` is a number of sale lines. In millionths of the unit: `due` and
    `q` (theoretical and actual usage), `net` (q − due) and `gross` (sum of |q − due|). In millionths of money: `value`
    and `gross_value`; NA where a unit cost is unknown.

    What is due of a line counts in the storage that most of its write-off came from; without a write-off, in the
    storage with the most operations of that product that day.
    """
    rows = result.ingredients[result.ingredients["has_recipe"]].reset_index(drop=True)
    parts = _by_storage(rows, result.operations)
    row, is_main, q = (parts[name].to_numpy() for name in ("row", "is_main", "q"))
    from_others = np.zeros(len(rows), dtype=np.int64)
    np.add.at(from_others, row, np.where(is_main, 0, q))
    due = np.where(is_main, rows["due"].to_numpy()[row] - from_others[row], q)
    cost, of = (rows[f"unit_cost_{name}"].to_numpy()[row] for name in ("total", "quantity"))
    value = np.zeros(len(parts), dtype=object)
    differs = np.flatnonzero(q != due)
    priced = multiply_ratio((q - due)[differs], cost[differs], of[differs])
    value[differs] = priced.to_numpy(dtype=object, na_value=None)
    product = rows["product_id"].to_numpy()[row]
    groups = parts.assign(product_id=product).groupby(["product_id", "storage_id"]).indices
    gross_value = np.array([None if each is None else abs(each) for each in value], dtype=object)
    sums = {
        "due": due, "q": q, "net": q - due, "gross": np.abs(q - due), "value": value, "gross_value": gross_value,
    }  # fmt: skip
    first = [at[0] for at in groups.values()]
    table = pd.DataFrame(
        {
            "product_id": product[first],
            "storage": parts["storage"].to_numpy()[first],
            **{name: rows[name].astype("str").to_numpy()[row[first]] for name in ("product", "unit")},
            "lines": np.array([int(is_main[at].sum()) for at in groups.values()], dtype=np.int64),
            **{
                name: nullable(
                    None if None in column[at].tolist() else sum(column[at]) for at in groups.values()
                )
                for name, column in sums.items()
            },
        }
    )
    return table.sort_values(
        "gross_value", ascending=False, na_position="first", kind="stable", ignore_index=True
    )


def _by_storage(rows: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """One row per row of `rows` and storage: `row`, `storage_id`, `storage`, `q` written off, and `is_main`, which is
    set for one storage of each row. A row without a write-off comes once.
    """
    wanted = pd.MultiIndex.from_arrays([rows["line"], rows["product_id"]])
    given = pd.MultiIndex.from_arrays([operations["line"], operations["product_id"]])
    of_row = wanted.get_indexer(given)
    some = operations.loc[of_row >= 0, ["storage_id", "storage", "q"]].assign(row=of_row[of_row >= 0])
    by_storage = some.astype({"storage": "str"}).groupby(["row", "storage_id"])
    found = by_storage.agg(q=("q", "sum"), storage=("storage", "first")).reset_index()
    without = np.setdiff1d(np.arange(len(rows)), found["row"].to_numpy())
    main = _main_storages(operations)
    storages = [main.get(key, (0, "")) for key in rows["product_id"].to_numpy()[without].tolist()]
    absent = pd.DataFrame(storages, columns=["storage_id", "storage"]).assign(row=without, q=0)
    parts = pd.concat([found, absent], ignore_index=True).astype({"q": "int64", "row": "int64"})
    order = np.lexsort([parts["storage_id"], -parts["q"].abs(), parts["row"]])
    is_main = np.zeros(len(parts), dtype=np.bool_)
    is_main[order[~parts["row"].iloc[order].duplicated().to_numpy()]] = True
    return parts.assign(is_main=is_main)


def _main_storages(operations: pd.DataFrame) -> dict[int, tuple[int, str]]:
    """By product, id and name of the storage with the most operations of it."""
    by_storage = operations.astype({"storage": "str"}).groupby(["product_id", "storage_id"])
    counted = by_storage.agg(n=("q", "size"), storage=("storage", "first")).reset_index()
    most = counted.sort_values("n", ascending=False, kind="stable").drop_duplicates("product_id")
    columns = (most[name].tolist() for name in ("product_id", "storage_id", "storage"))
    return {key: (storage_id, storage) for key, storage_id, storage in zip(*columns, strict=True)}
