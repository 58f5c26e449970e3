"""Sale lines: `receipt_products[]` of the reconciled receipts, and their frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from reconcile.evidence import Raw
from reconcile.exact import LIMIT, MICRO
from reconcile.frames import reading
from reconcile.frames.quarantine import Broken, LeftOut, repeated_rows


def lines_frame(receipts: dict[int, Raw], left: LeftOut) -> tuple[pd.DataFrame, set[int]]:
    owners = [key for key, receipt in receipts.items() for _ in receipt["receipt_products"]]
    given = [line for receipt in receipts.values() for line in receipt["receipt_products"]]
    records = [line if isinstance(line, dict) else {} for line in given]
    broken = Broken(len(records))
    keys, bad = reading.ids([line.get("id") for line in records])
    broken.add("id", records, bad, reading.id_problem)
    products, bad = reading.ids([line.get("product_id") for line in records])
    broken.add("product_id", records, bad, reading.id_problem)
    counts, bad = reading.numbers([line.get("count") for line in records])
    broken.add("count", records, bad, reading.number_problem)
    portions, bad = reading.numbers([line.get("portion_size") for line in records], default=MICRO)
    broken.add("portion_size", records, bad, reading.number_problem)
    for row in np.flatnonzero(np.abs(counts.astype(np.float64) * portions) >= float(LIMIT) * MICRO).tolist():
        broken.reasons.setdefault(row, "count × portion_size is too large to be exact")
    catalogue_costs, bad = reading.numbers(
        [reading.nested(line, "product", "cost_price") for line in records], 0
    )
    catalogue_costs[bad] = 0
    frame = pd.DataFrame(
        {
            "receipt_product_id": keys,
            "receipt_id": np.array(owners, dtype=np.int64),
            "product_id": products,
            "product": reading.texts([_line_name(line) for line in records]),
            "unit": reading.texts([_unit(line) for line in records]),
            "type": reading.texts([reading.nested(line, "product", "type") for line in records]),
            "inventory_behavior": reading.texts(
                [reading.nested(line, "product", "inventory_behavior") for line in records]
            ),
            "count": counts,
            "portion_size": portions,
            "cost_price": np.abs(catalogue_costs),
            "is_deleted": reading.present([line.get("deleted_at") for line in records]),
            "is_gift": reading.flags([line.get("is_gift") for line in records]),
            "lost_operation": np.zeros(len(records), dtype=np.bool_),
        }
    )
    repeats = repeated_rows(
        frame, "receipt_product_id", ["receipt_id", "product_id", "count", "portion_size", "is_deleted"]
    )
    for row in np.flatnonzero(repeats.conflict).tolist():
        broken.reasons.setdefault(row, "id comes twice with two contents")
    mask = broken.mask()
    for row, reason in broken.reasons.items():
        left.quarantine.append(("line", int(keys[row]) or None, owners[row], None, reason))
    left.repeated_lines = int((repeats.later & ~mask).sum())
    valid = frame[~(mask | repeats.later)].sort_values("receipt_product_id", kind="stable", ignore_index=True)
    return valid, {int(key) for key in keys[mask]} - {0}


def _line_name(line: Raw) -> Any:
    return (
        reading.nested(line, "meta", "product", "name")
        or reading.nested(line, "product", "full_name")
        or reading.nested(line, "product", "name")
    )


def _unit(line: Raw) -> Any:
    return reading.nested(line, "product", "unit", "symbol") or reading.nested(
        line, "product", "unit", "name"
    )
