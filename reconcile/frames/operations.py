"""Stock operations of the reconciled receipts: their frame, their repeats, what is too large together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.evidence import Raw, whole
from reconcile.exact import LIMIT, MICRO
from reconcile.frames import reading
from reconcile.frames.quarantine import Broken, LeftOut, repeated_rows

SOME_LINE = -1
"""An operation was of some line of its receipt, and no one can tell which."""
_NUMBERS = ("quantity", "before_quantity", "after_quantity", "cost", "before_cost", "total_cost")


def names_unknown_line(receipt: Raw, operations: Sequence[Any]) -> bool:
    """Whether some operation is of a line that this version of the receipt does not show."""
    lines = receipt.get("receipt_products")
    shown = (
        {whole(line.get("id")) for line in lines if isinstance(line, dict)}
        if isinstance(lines, list)
        else set()
    )
    named = [operation.get("receipt_product_id") for operation in operations if isinstance(operation, dict)]
    return any(line is not None and whole(str(line)) not in shown for line in named)


def operations_frame(
    given: dict[int, list[Any]], zone: ZoneInfo | None, left: LeftOut
) -> tuple[pd.DataFrame, pd.DataFrame]:
    asked = np.array([key for key, items in given.items() for _ in items], dtype=np.int64)
    records = [item if isinstance(item, dict) else {} for items in given.values() for item in items]
    broken = Broken(len(records))
    columns: dict[str, Any] = {}
    for column, field, optional in (
        ("operation_id", "id", False),
        ("receipt_id", "receipt_id", True),
        ("receipt_product_id", "receipt_product_id", True),
        ("document_id", "operation_id", True),
        ("product_id", "product_id", False),
        ("stock_id", "stock_id", False),
        ("storage_id", "storage_id", True),
    ):
        columns[column], bad = reading.ids([record.get(field) for record in records], optional)
        broken.add(field, records, bad, reading.id_problem)
    for field in _NUMBERS:
        columns[field], bad = reading.numbers([record.get(field) for record in records])
        broken.add(field, records, bad, reading.number_problem)
    moments = [record.get("operated_at") for record in records]
    operated_at, zoned, bad = reading.times(moments, zone)
    broken.add("operated_at", records, bad, reading.time_problem)
    left.keep_given("operated_at", columns["operation_id"], moments, bad)
    frame = pd.DataFrame(
        {
            "operation_id": columns["operation_id"],
            "asked_receipt_id": asked,
            **{
                name: columns[name]
                for name in ("receipt_id", "receipt_product_id", "document_id", "product_id")
            },
            "product": reading.texts([reading.nested(record, "product", "name") for record in records]),
            "stock_id": columns["stock_id"],
            "storage_id": columns["storage_id"],
            "storage": reading.texts(
                [reading.nested(record, "stock", "storage", "name") for record in records]
            ),
            **{name: columns[name] for name in _NUMBERS},
            "operated_at": operated_at,
            "operated_zoned": zoned,
        }
    )
    _too_large_together(frame, broken)
    return _set_apart(frame, broken, records, left)


def _too_large_together(frame: pd.DataFrame, broken: Broken) -> None:
    """Products and sums of a receipt that int64 could not hold: no later stage has to ask again."""
    size = {
        name: np.abs(frame[name].to_numpy().astype(np.float64)) for name in ("quantity", "cost", "total_cost")
    }
    for row in np.flatnonzero(size["quantity"] * size["cost"] >= float(LIMIT) * MICRO).tolist():
        broken.reasons.setdefault(row, "cost × quantity is too large to be exact")
    for name in ("quantity", "total_cost"):
        if size[name].sum() < LIMIT:
            continue
        sums = pd.Series(size[name]).groupby(frame["asked_receipt_id"]).transform("sum").to_numpy()
        for row in np.flatnonzero((sums >= LIMIT) & ~broken.mask()).tolist():
            broken.reasons.setdefault(row, f"{name} of its receipt adds up to more than can be exact")


def _set_apart(
    frame: pd.DataFrame, broken: Broken, records: Sequence[Raw], left: LeftOut
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The operations that count, and the repeats of them; the broken go to quarantine."""
    content = [name for name in frame.columns if name not in ("asked_receipt_id", "product", "storage")]
    own_first = (frame["receipt_id"] != frame["asked_receipt_id"]).to_numpy()
    order = np.lexsort((frame["asked_receipt_id"].to_numpy(), own_first))
    repeats = repeated_rows(frame, "operation_id", content, order)
    for row in np.flatnonzero(repeats.conflict).tolist():
        broken.reasons.setdefault(row, "id comes twice with two contents")
    mask = broken.mask()
    keys, lines, asked = (
        frame[name].to_list() for name in ("operation_id", "receipt_product_id", "asked_receipt_id")
    )
    for row, reason in broken.reasons.items():
        line = lines[row]
        if line == 0 and records[row].get("receipt_product_id") is not None:
            line = SOME_LINE
        left.quarantine.append(("operation", keys[row] or None, asked[row], line or None, reason))
    later = repeats.later & ~mask
    counted = frame[~(mask | later)].sort_values("operation_id", kind="stable", ignore_index=True)
    return counted, frame[later].sort_values("operation_id", kind="stable", ignore_index=True)
