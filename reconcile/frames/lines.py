"""Reads sale lines (`receipt_products[]` of reconciled receipts) into their frame."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, MICRO, magnitude
from reconcile.evidence.structs import Line
from reconcile.evidence.typed import GivenReceipt
from reconcile.frames import reading
from reconcile.frames.quarantine import ReadProblems, reject_conflicts, sorted_by
from reconcile.frames.records import Records, first_of
from reconcile.model.catalogue import NO_TIME
from reconcile.model.modifiers import chosen_texts

_DESCRIPTIVE = (
    "product", "unit", "category_id", "price", "subtotal", "sale_amount", "discount", "is_gift", "created_at",
    "deleted_at",
)  # fmt: skip
"""Two versions of a line that differ in these alone are the same line."""


def lines_frame(
    receipts: dict[int, GivenReceipt], zone: ZoneInfo | None, problems: ReadProblems
) -> tuple[pd.DataFrame, frozenset[tuple[int, int]]]:
    """The lines of these receipts (`SaleLines`), and (receipt id, line id) of quarantined lines."""
    given = list(receipts.values())
    parts = [each.receipt.receipt_products or [] for each in given]
    owners = np.array([key for key, part in zip(receipts, parts, strict=True) for _ in part], dtype=np.int64)
    records = Records.within(Line, parts, lambda part: given[part].raw_lines())
    product = records.inside("product")
    unit = product.inside("unit")
    named = records.inside("meta").inside("product")
    keys, products = records.ids("id"), records.ids("product_id")
    counts, portions = records.numbers("count"), records.numbers("portion_size", default=MICRO)
    records.reject(
        magnitude(counts) * magnitude(portions) >= float(LIMIT) * MICRO,
        "count × portion_size is too large to be exact",
    )
    cost_price = product.numbers("cost_price", default=0)
    cost_price[product.broken()] = 0  # an estimate only: no reason to quarantine the line
    category_ids = product.ids("category_id", optional=True)  # the same
    times = {name: reading.times(records[name], zone) for name in ("created_at", "deleted_at")}
    subtotal, *amounts = (records.known_numbers(name) for name in ("subtotal", "total", "total_discount"))
    sale_amount, discount = _amounts(subtotal, *amounts)
    frame = pd.DataFrame(
        {
            "receipt_product_id": keys,
            "receipt_id": owners,
            "product_id": products,
            "product": reading.texts(first_of(named["name"], product["full_name"], product["name"])),
            "unit": reading.texts(first_of(unit["symbol"], unit["name"])),
            "category_id": category_ids,
            "type": reading.texts(product["type"]),
            "product_hash": reading.texts(records["product_hash"]),
            "modifiers": reading.texts(
                chosen_texts(records["receipt_product_modificators"], records["modificators"])
            ),
            "inventory_behavior": reading.texts(product["inventory_behavior"]),
            "count": counts,
            "portion_size": portions,
            "cost_price": np.abs(cost_price),
            "price": records.known_numbers("price"),
            "subtotal": subtotal.to_numpy(np.int64, na_value=0),
            "sale_amount": sale_amount,
            "discount": discount,
            "is_gift": reading.flags(records["is_gift"]),
            **{name: np.where(zoned, NO_TIME, time) for name, (time, zoned, _) in times.items()},
            "is_deleted": records.deletions(),
            "lost_operation": np.zeros(records.size, dtype=np.bool_),
        }
    )
    repeats = reject_conflicts(frame, records, "receipt_product_id", _DESCRIPTIVE)
    mask = records.broken()
    for row, reason in records.reasons.items():
        problems.quarantine.append(("line", int(keys[row]) or None, int(owners[row]), None, reason))
    problems.repeated_lines = int((repeats & ~mask).sum())
    valid = sorted_by(frame, "receipt_product_id", ~(mask | repeats))
    left_out = zip(frame["receipt_id"][mask].tolist(), keys[mask].tolist(), strict=True)
    return valid, frozenset(pair for pair in left_out if pair[1])


def _amounts(*amounts: pd.arrays.IntegerArray) -> tuple[Any, Any]:
    """The sale amount and the discount of each line; NA where the line does not say."""
    gross, total, discount = (each.to_numpy(np.int64, na_value=0) for each in amounts)
    no_gross, no_total, no_discount = (each.isna() for each in amounts)
    return (
        pd.arrays.IntegerArray(np.where(no_total, gross - discount, total), no_total & no_gross),
        pd.arrays.IntegerArray(
            np.where(no_discount, gross - total, discount), no_discount & (no_gross | no_total)
        ),
    )
