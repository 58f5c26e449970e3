"""Reads stock operations of reconciled receipts into their frame, and finds repeats and overflowing amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, MICRO, magnitude, positive_int
from reconcile.evidence.structs import Operation, Raw
from reconcile.evidence.typed import GivenOperations
from reconcile.frames import reading
from reconcile.frames.quarantine import LostMove, ReadProblems, reject_conflicts, sorted_by
from reconcile.frames.records import Records

UNREADABLE_LINE = -1
"""Instead of a line id that can't be read: any line of the receipt may have lost the operation."""
_NUMBERS = ("quantity", "before_quantity", "after_quantity", "cost", "total_cost")
_NO_DOCUMENT = (None, 0, "0")
"""Values of `operation_id` that mean: of the receipt itself. Some servers write 0 for none."""


def names_unknown_line(receipt: Raw, operations: Sequence[Any]) -> bool:
    """Whether any operation has a line id that is not in this version of the receipt."""
    lines = receipt.get("receipt_products")
    lines = lines if isinstance(lines, list) else []
    shown = {positive_int(line.get("id")) for line in lines if isinstance(line, dict)}
    named = [operation.get("receipt_product_id") for operation in operations if isinstance(operation, dict)]
    return any(line is not None and positive_int(str(line)) not in shown for line in named)


def operations_frame(
    given: dict[int, GivenOperations], zone: ZoneInfo | None, problems: ReadProblems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The operations by receipt requested, as `StockOperations`: each once, and the repeats."""
    answers = list(given.values())
    parts = [each.operations for each in answers]
    asked = np.array([key for key, part in zip(given, parts, strict=True) for _ in part], dtype=np.int64)
    records = Records.within(Operation, parts, lambda part: answers[part].raw())
    columns: dict[str, Any] = {
        "operation_id": records.ids("id"),
        "asked_receipt_id": asked,
        "receipt_id": records.ids("receipt_id", optional=True),
        "receipt_product_id": records.ids("receipt_product_id", optional=True),
        "of_document": np.array([key not in _NO_DOCUMENT for key in records["operation_id"]], dtype=np.bool_),
        "product_id": records.ids("product_id"),
        "product": reading.texts(records.inside("product")["name"]),
        "stock_id": records.ids("stock_id"),
        "storage_id": records.ids("storage_id", optional=True),
        "storage": reading.texts(records.inside("stock").inside("storage")["name"]),
    }
    columns |= {name: records.numbers(name) for name in _NUMBERS}
    columns["before_cost"] = records.numbers("before_cost", default=0)
    columns["operated_at"], columns["operated_zoned"] = records.times("operated_at", zone)
    problems.given_times |= records.given_times("operated_at", columns["operation_id"])
    frame = pd.DataFrame(columns)
    _reject_overflow(frame, records)
    return _split_repeats(frame, records, problems)


def _reject_overflow(frame: pd.DataFrame, records: Records) -> None:
    """Reject amounts whose product, or sum over a receipt, is too large to be exact; later stages rely on this."""
    size = {name: magnitude(frame[name].to_numpy()) for name in ("quantity", "cost", "total_cost")}
    records.reject(
        size["quantity"] * size["cost"] >= float(LIMIT) * MICRO, "cost × quantity is too large to be exact"
    )
    for name in ("quantity", "total_cost"):
        if size[name].sum() < LIMIT:
            continue
        sums = pd.Series(size[name]).groupby(frame["asked_receipt_id"]).transform("sum").to_numpy()
        records.reject(sums >= LIMIT, f"{name} of its receipt adds up to more than can be exact")


def _split_repeats(
    frame: pd.DataFrame, records: Records, problems: ReadProblems
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The valid operations, each once, and their repeats; invalid ones go to quarantine."""
    ignored = ("asked_receipt_id", "product", "storage")
    is_foreign = frame["receipt_id"].to_numpy() != frame["asked_receipt_id"].to_numpy()
    order = np.lexsort((frame["asked_receipt_id"].to_numpy(), is_foreign))
    later = reject_conflicts(frame, records, "operation_id", ignored, order)
    mask = records.broken()
    later &= ~mask
    keys, lines, asked = (
        frame[name].to_list() for name in ("operation_id", "receipt_product_id", "asked_receipt_id")
    )
    for row, reason in records.reasons.items():
        line = lines[row]
        if line == 0 and records["receipt_product_id"][row] is not None:
            line = UNREADABLE_LINE
        problems.quarantine.append(("operation", keys[row] or None, asked[row], line or None, reason))
    lost = np.flatnonzero(mask & (frame["stock_id"].to_numpy() > 0))
    moves = (frame[name].to_numpy()[lost] for name in ("stock_id", "operated_at", "operation_id"))
    problems.lost_moves += [
        LostMove(int(stock), time, int(key)) for stock, time, key in zip(*moves, strict=True)
    ]
    once = sorted_by(frame, "operation_id", ~(mask | later))
    return once, sorted_by(frame, "operation_id", later)
