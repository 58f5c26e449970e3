"""Stock operations of the reconciled receipts: their frame, their repeats, what is too large together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, MICRO, magnitude, positive_int
from reconcile.evidence.records import Raw
from reconcile.frames import reading
from reconcile.frames.quarantine import LeftOut, repeated_rows
from reconcile.frames.records import Records

SOME_LINE = -1
"""An operation was of some line of its receipt, and no one can tell which."""
_FIELDS = (
    "id", "receipt_id", "receipt_product_id", "operation_id", "product_id", "stock_id", "storage_id",
    "quantity", "before_quantity", "after_quantity", "cost", "before_cost", "total_cost", "operated_at",
    "product", "stock",
)  # fmt: skip
_NUMBERS = ("quantity", "before_quantity", "after_quantity", "cost", "before_cost", "total_cost")


def names_unknown_line(receipt: Raw, operations: Sequence[Any]) -> bool:
    """Whether some operation is of a line that this version of the receipt does not show."""
    lines = receipt.get("receipt_products")
    shown = (
        {positive_int(line.get("id")) for line in lines if isinstance(line, dict)}
        if isinstance(lines, list)
        else set()
    )
    named = [operation.get("receipt_product_id") for operation in operations if isinstance(operation, dict)]
    return any(line is not None and positive_int(str(line)) not in shown for line in named)


def operations_frame(
    given: dict[int, list[Any]], zone: ZoneInfo | None, left: LeftOut
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The operations that count (`StockOperations`), and every further giving of the same ones."""
    records = Records([operation for operations in given.values() for operation in operations], _FIELDS)
    columns: dict[str, Any] = {
        "operation_id": records.ids("id"),
        "asked_receipt_id": np.array([key for key, items in given.items() for _ in items], dtype=np.int64),
        "receipt_id": records.ids("receipt_id", optional=True),
        "receipt_product_id": records.ids("receipt_product_id", optional=True),
        "of_document": np.array([number is not None for number in records["operation_id"]], dtype=np.bool_),
        "product_id": records.ids("product_id"),
        "product": reading.texts(records.inside("product", "name")["name"]),
        "stock_id": records.ids("stock_id"),
        "storage_id": records.ids("storage_id", optional=True),
        "storage": reading.texts(records.inside("stock", "storage").inside("storage", "name")["name"]),
    }
    columns |= {name: records.numbers(name) for name in _NUMBERS}
    columns["operated_at"], columns["operated_zoned"] = records.times("operated_at", zone)
    left.given_times |= records.given_times("operated_at", columns["operation_id"])
    frame = pd.DataFrame(columns)
    _too_large_together(frame, records)
    return _set_apart(frame, records, left)


def _too_large_together(frame: pd.DataFrame, records: Records) -> None:
    """Products and sums of a receipt that int64 could not hold: no later stage has to ask again."""
    size = {name: magnitude(frame[name].to_numpy()) for name in ("quantity", "cost", "total_cost")}
    records.reject(
        size["quantity"] * size["cost"] >= float(LIMIT) * MICRO, "cost × quantity is too large to be exact"
    )
    for name in ("quantity", "total_cost"):
        if size[name].sum() < LIMIT:
            continue
        sums = pd.Series(size[name]).groupby(frame["asked_receipt_id"]).transform("sum").to_numpy()
        records.reject(sums >= LIMIT, f"{name} of its receipt adds up to more than can be exact")


def _set_apart(frame: pd.DataFrame, records: Records, left: LeftOut) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The operations that count, and the repeats of them; the broken go to quarantine."""
    content = [name for name in frame.columns if name not in ("asked_receipt_id", "product", "storage")]
    own_first = (frame["receipt_id"] != frame["asked_receipt_id"]).to_numpy()
    order = np.lexsort((frame["asked_receipt_id"].to_numpy(), own_first))
    repeats = repeated_rows(
        frame.assign(broken=records.broken()), "operation_id", [*content, "broken"], order
    )
    records.reject(repeats.conflict, "id comes twice with two contents")
    mask = records.broken()
    keys, lines, asked = (
        frame[name].to_list() for name in ("operation_id", "receipt_product_id", "asked_receipt_id")
    )
    for row, reason in records.reasons.items():
        line = lines[row]
        if line == 0 and records["receipt_product_id"][row] is not None:
            line = SOME_LINE
        left.quarantine.append(("operation", keys[row] or None, asked[row], line or None, reason))
    later = repeats.later & ~mask
    counted = frame[~(mask | later)].sort_values("operation_id", kind="stable", ignore_index=True)
    return counted, frame[later].sort_values("operation_id", kind="stable", ignore_index=True)
