"""Reads sale lines (`receipt_products[]` of reconciled receipts) into their frame."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from reconcile.core.exact import LIMIT, MICRO, magnitude
from reconcile.evidence.records import Raw
from reconcile.frames import reading
from reconcile.frames.quarantine import ReadProblems, reject_conflicts, sorted_by
from reconcile.frames.records import Records, first_of
from reconcile.model.catalogue import NO_TIME
from reconcile.model.modifiers import chosen_texts

_FIELDS = (
    "id", "product_id", "product_hash", "count", "portion_size", "price", "subtotal", "total", "total_discount",
    "is_gift", "created_at", "deleted_at", "meta", "product", "receipt_product_modificators", "modificators",
)  # fmt: skip
_DESCRIPTIVE = (
    "product", "unit", "category_id", "price", "subtotal", "sale_amount", "discount", "is_gift", "created_at",
    "deleted_at",
)  # fmt: skip
"""Two versions of a line that differ in these alone are the same line."""


def lines_frame(
    receipts: dict[int, Raw], zone: ZoneInfo | None, problems: ReadProblems
) -> tuple[pd.DataFrame, frozenset[tuple[int, int]]]:
    """The lines of these receipts (`SaleLines`), and (receipt id, line id) of quarantined lines."""
    owners = [key for key, receipt in receipts.items() for _ in receipt["receipt_products"]]
    records = Records(
        [line for receipt in receipts.values() for line in receipt["receipt_products"]], _FIELDS
    )
    product = records.inside(
        "product", "name", "full_name", "type", "inventory_behavior", "cost_price", "unit", "category_id"
    )
    unit = product.inside("unit", "symbol", "name")
    named = records.inside("meta", "product").inside("product", "name")
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
    sale_amount, discount = _amounts(records)
    frame = pd.DataFrame(
        {
            "receipt_product_id": keys,
            "receipt_id": np.array(owners, dtype=np.int64),
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
            "price": reading.known_numbers(records["price"]),
            "subtotal": reading.numbers(records["subtotal"], 0)[0],
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
        problems.quarantine.append(("line", int(keys[row]) or None, owners[row], None, reason))
    problems.repeated_lines = int((repeats & ~mask).sum())
    valid = sorted_by(frame, "receipt_product_id", ~(mask | repeats))
    left_out = zip(frame["receipt_id"][mask].tolist(), keys[mask].tolist(), strict=True)
    return valid, frozenset(pair for pair in left_out if pair[1])


def _amounts(records: Records) -> tuple[Any, Any]:
    """The sale amount and the discount of each line; NA where the line does not say."""
    gross, total, discount = (
        pd.Series(reading.known_numbers(records[name])) for name in ("subtotal", "total", "total_discount")
    )
    return total.fillna(gross - discount.fillna(0)).array, discount.fillna(gross - total).array
