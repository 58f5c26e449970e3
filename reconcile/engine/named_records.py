"""The records that findings name, and those that follow from one of them: ids and texts, for all rules in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray
from reconcile.core.positions import Positions, take_or
from reconcile.engine.match import Matched
from rules import Rule
from rules.flags import Flags

IDS = ("receipt_id", "receipt_product_id", "operation_id", "product_id", "stock_id")
TEXTS = ("product", "dish", "storage")
NAMED_BY = {
    "line": ("receipt_id", "receipt_product_id"),
    "ingredient": ("receipt_id", "receipt_product_id", "product_id"),
    "operation": ("operation_id",),
    "receipt": ("receipt_id",),
    "product": ("product_id",),
}
LAST = np.iinfo(np.int64).max
Flagged = tuple[Rule, Flags]
Columns = dict[str, Any]


def named_records(flagged: Sequence[Flagged], matched: Matched) -> Columns:
    """The ids (0: unknown) and texts (None) of the records that findings name, and of those that follow from one."""
    size, start = sum(len(flags.rows) for _, flags in flagged), 0
    columns: Columns = {name: np.zeros(size, dtype=np.int64) for name in IDS}
    columns |= {name: np.full(size, None, dtype=object) for name in TEXTS}
    for names in NAMED_BY:
        rows = [flags.rows for rule, flags in flagged if rule.names == names and len(flags.rows)]
        if rows:
            end = start + sum(map(len, rows))
            for name, part in _RECORDS[names](np.concatenate(rows), matched).items():
                columns[name][start:end] = part
            start = end
    return columns


def _of_operations(rows: Positions, matched: Matched) -> Columns:
    some = matched.operations.iloc[rows]
    return {
        "receipt_id": some["asked_receipt_id"].to_numpy(),
        **{name: some[name].to_numpy() for name in IDS[1:]},
        "product": _texts(some["product"]),
        "storage": _texts(some["storage"]),
        "dish": _dishes(matched, np.where(some["is_own"], -1, some["line"])),
    }


def _of_lines(rows: Positions, matched: Matched) -> Columns:
    some = matched.lines.iloc[rows]
    return {
        **{name: some[name].to_numpy() for name in ("receipt_id", "receipt_product_id", "product_id")},
        "product": _texts(some["product"]),
        **_where_one_operation_tells(rows, matched.operations["line"].to_numpy(), matched.operations),
    }


def _of_ingredients(rows: Positions, matched: Matched) -> Columns:
    some, operations = matched.ingredients.iloc[rows], matched.operations
    products = np.unique(some["product_id"])
    at = np.searchsorted(products, operations["product_id"].to_numpy())
    at[products[at % len(products)] != operations["product_id"].to_numpy()] = -1
    of_operation = np.where(at >= 0, operations["line"].to_numpy() * len(products) + at, -1)
    wanted = some["line"].to_numpy() * len(products) + np.searchsorted(products, some["product_id"])
    return {
        **{name: some[name].to_numpy() for name in ("receipt_id", "receipt_product_id", "product_id")},
        "product": _texts(some["product"]),
        "dish": _dishes(matched, some["line"].to_numpy()),
        **_where_one_operation_tells(wanted, of_operation, operations),
    }


def _of_products(rows: Positions, matched: Matched) -> Columns:
    some = matched.lines.iloc[rows]
    return {"product_id": some["product_id"].to_numpy(), "product": _texts(some["product"])}


def _of_receipts(rows: Positions, matched: Matched) -> Columns:
    return {"receipt_id": matched.receipts["receipt_id"].to_numpy()[rows]}


_RECORDS: dict[str, Callable[[Positions, Matched], Columns]] = {
    "line": _of_lines,
    "ingredient": _of_ingredients,
    "operation": _of_operations,
    "receipt": _of_receipts,
    "product": _of_products,
}


def _where_one_operation_tells(wanted: IntArray, given: IntArray, operations: pd.DataFrame) -> Columns:
    """For what is flagged: the operation, where there is one; the stock and storage, where they are the same.

    `given` tells for each operation to which of the wanted it belongs.
    """
    groups, place = np.unique(wanted, return_inverse=True)
    at = np.searchsorted(groups, given) % len(groups)  # what is beyond the last group is none of the first
    belongs = groups[at] == given
    at = at[belongs]

    def same(values: IntArray, otherwise: int) -> IntArray:
        lowest, highest = np.full(len(groups), LAST), np.full(len(groups), -1)
        np.minimum.at(lowest, at, values[belongs])
        np.maximum.at(highest, at, values[belongs])
        found: IntArray = np.where(lowest == highest, lowest, otherwise)
        return found[place]

    storage = operations["storage"].cat
    names = np.array([*storage.categories, None], dtype=object)
    names[names == ""] = None
    return {
        "operation_id": same(operations["operation_id"].to_numpy(), 0),
        "stock_id": same(operations["stock_id"].to_numpy(), 0),
        "storage": names[same(storage.codes.to_numpy().astype(np.int64), -1)],
    }


def _texts(column: pd.Series[str]) -> Any:
    texts = column.to_numpy(dtype=object)
    texts[texts == ""] = None
    return texts


def _dishes(matched: Matched, line: Positions) -> Any:
    """What lines sold, by their positions; unknown for -1."""
    product = matched.lines["product"].cat
    names = np.array([*product.categories, None], dtype=object)
    names[names == ""] = None
    return names[take_or(product.codes.to_numpy(), line, -1)]
