"""Ids and texts of the records that findings name, and of related records: for all rules in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray
from reconcile.core.positions import Positions, positions, take_or
from reconcile.engine.match import Matched
from reconcile.rulebook.flags import Flags, bools, ints
from reconcile.rulebook.rule import Rule

IDS = ("receipt_id", "receipt_product_id", "operation_id", "product_id", "stock_id")
TEXTS = ("product", "dish", "storage")
NAMED_BY = {
    "line": ("receipt_id", "receipt_product_id"),
    "ingredient": ("receipt_id", "receipt_product_id", "product_id"),
    "operation": ("operation_id",),
    "receipt": ("receipt_id",),
    "product": ("product_id",),
}
FRAMES = ("lines", "ingredients", "operations", "receipts", "misplacements", "void_write_offs", "dear_lines")
LAST = np.iinfo(np.int64).max
Flagged = tuple[Rule, Flags]
Columns = dict[str, Any]


def named_records(flagged: Sequence[Flagged], matched: Matched) -> Columns:
    """`IDS` (0: unknown) and `TEXTS` (None: unknown) of the flagged rows, rules in the order of `FRAMES`."""
    size, start = sum(len(flags.rows) for _, flags in flagged), 0
    columns: Columns = {name: np.zeros(size, dtype=np.int64) for name in IDS}
    columns |= {name: np.full(size, None, dtype=object) for name in TEXTS}
    for frame in FRAMES:
        of_frame = [(rule, flags) for rule, flags in flagged if rule.judges == frame and len(flags.rows)]
        if of_frame:
            rows = np.concatenate([flags.rows for _, flags in of_frame])
            for name, part in _RECORDS[frame](rows, matched).items():
                columns[name][start : start + len(rows)] = part
        for rule, flags in of_frame:
            end = start + len(flags.rows)
            for name in _NOT_NAMED.get(rule.names, ()):
                columns[name][start:end] = 0 if name in IDS else None
            start = end
    return columns


_NOT_NAMED = {
    "product": ("receipt_id", "receipt_product_id", "operation_id", "stock_id", "storage", "dish"),
    "receipt": ("receipt_product_id", "operation_id", "product_id", "stock_id", "storage", "product", "dish"),
}
"""Of rules that judge rows of a frame and name something larger: what stays unknown."""


def _of_operations(rows: Positions, matched: Matched) -> Columns:
    operations = matched.operations
    line = np.where(bools(operations, "is_own"), -1, ints(operations, "line"))
    return {
        "receipt_id": ints(operations, "asked_receipt_id")[rows],
        **{name: ints(operations, name)[rows] for name in IDS[1:]},
        "product": _texts(operations, "product", rows),
        "storage": _texts(operations, "storage", rows),
        "dish": _dishes(matched, line[rows]),
    }


def _of_lines(rows: Positions, matched: Matched) -> Columns:
    return {
        **_ids(matched.lines, "ingredient", rows),
        **_of_only_operation(rows, matched.operations["line"].to_numpy(), matched.operations),
    }


def _of_line_products(frame: pd.DataFrame, rows: Positions, matched: Matched) -> Columns:
    """Of rows of a line and a product."""
    operations, product = matched.operations, ints(frame, "product_id")[rows]
    products = np.unique(product)
    at = positions(products, operations["product_id"].to_numpy())
    of_operation = np.where(at >= 0, operations["line"].to_numpy() * len(products) + at, -1)
    line = ints(frame, "line")[rows]
    wanted = line * len(products) + np.searchsorted(products, product)
    return {
        **_ids(frame, "ingredient", rows),
        "dish": _dishes(matched, line),
        **_of_only_operation(wanted, of_operation, operations),
    }


def _ids(frame: pd.DataFrame, names: str, rows: Positions) -> Columns:
    """The ids that name such records, and the product, if they have one."""
    ids = {name: ints(frame, name)[rows] for name in NAMED_BY[names]}
    return {**ids, "product": _texts(frame, "product", rows)} if "product" in frame else ids


_RECORDS: dict[str, Callable[[Positions, Matched], Columns]] = {
    "lines": _of_lines,
    "ingredients": lambda rows, matched: _of_line_products(matched.ingredients, rows, matched),
    "operations": _of_operations,
    "receipts": lambda rows, matched: _ids(matched.receipts, "receipt", rows),
    "misplacements": lambda rows, matched: _of_line_products(matched.misplacements, rows, matched),
    "void_write_offs": lambda rows, matched: _of_line_products(matched.void_write_offs, rows, matched),
    "dear_lines": lambda rows, matched: _of_line_products(matched.dear_lines, rows, matched),
}


def _of_only_operation(wanted: IntArray, given: IntArray, operations: pd.DataFrame) -> Columns:
    """`operation_id` where a flagged row has a single operation; `stock_id` and `storage` where all its have the same.

    `wanted` has a key for each flagged row, `given` the key of each operation.
    """
    groups, place = np.unique(wanted, return_inverse=True)
    at = positions(groups, given)
    belongs = np.flatnonzero(at >= 0)
    at = at[belongs]

    def same(values: IntArray, otherwise: int) -> IntArray:
        lowest, highest = np.full(len(groups), LAST), np.full(len(groups), -1)
        np.minimum.at(lowest, at, values[belongs])
        np.maximum.at(highest, at, values[belongs])
        found: IntArray = np.where(lowest == highest, lowest, otherwise)
        return found[place]

    storage = operations["storage"].cat
    return {
        "operation_id": same(operations["operation_id"].to_numpy(), 0),
        "stock_id": same(operations["stock_id"].to_numpy(), 0),
        "storage": _names(storage)[same(storage.codes.to_numpy().astype(np.int64), -1)],
    }


def _texts(frame: pd.DataFrame, name: str, rows: Positions) -> Any:
    texts = frame[name].array[rows].to_numpy(dtype=object)
    texts[texts == ""] = None
    return texts


def _dishes(matched: Matched, line: Positions) -> Any:
    """The products of lines, by their positions; None for -1."""
    product = matched.lines["product"].cat
    return _names(product)[take_or(product.codes.to_numpy(), line, -1)]


def _names(column: Any) -> Any:
    """The categories of a column (its `.cat`) by code; None for -1 and for an empty text."""
    names = np.array([*column.categories, None], dtype=object)
    names[names == ""] = None
    return names
