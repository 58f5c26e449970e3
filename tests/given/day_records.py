"""Small builders of raw records, as the API gives them, and of evidence files.

What a test says is what matters to it; the rest is a sale that agrees with its write-off.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

Raw: TypeAlias = dict[str, Any]

DAY = "2026-01-19"
NEXT_DAY = "2026-01-20"
COLA = 31001


def receipt(key: int, lines: Sequence[Any] = (), *, day: str = DAY, **fields: Any) -> Raw:
    """A closed receipt of the day; `fields` add to it or replace what it says."""
    for line_ in lines:
        if isinstance(line_, dict):
            line_.setdefault("receipt_id", key)
    return {
        "id": key,
        "cid": f"00000000-0000-4000-8000-{key:012d}",
        "venue_id": 1,
        "status": 2,
        "order_status": "COMPLETED",
        "total": 22000,
        "created_at": f"{day} 15:00:00",
        "updated_at": f"{day} 15:08:00",
        "closed_at": f"{day} 15:07:49",
        "shift_date": day,
        "deleted_at": None,
        "receipt_products": list(lines),
    } | fields


def line(key: int, product: int = COLA, count: Any = 1, *, name: str = "Cola 0,5", **fields: Any) -> Raw:
    """A sale line of goods."""
    return {
        "id": key,
        "product_id": product,
        "count": count,
        "portion_size": 1,
        "price": 22000,
        "meta": {"product": {"name": name, "sold_by_weight": False}},
        "deleted_at": None,
        "product": {"id": product, "type": "GOODS", "name": name, "unit": {"id": 1, "symbol": "pcs"}},
    } | fields


def operation(
    key: int,
    receipt_id: int,
    line_id: int,
    product: int = COLA,
    quantity: Any = 1,
    *,
    left: Any = 100,
    **fields: Any,
) -> Raw:
    """A write-off at a cost of 10 a unit that leaves `left` in a stock of the product's own."""
    return {
        "id": key,
        "receipt_id": receipt_id,
        "receipt_product_id": line_id,
        "product_id": product,
        "stock_id": product + 5000,
        "storage_id": 3,
        "quantity": quantity,
        "before_quantity": left + quantity,
        "after_quantity": left,
        "cost": 10,
        "before_cost": 10,
        "total_cost": 10 * quantity,
        "operated_at": f"{DAY} 15:07:49",
        "product": {"id": product, "name": "Cola 0,5"},
        "stock": {"id": product + 5000, "storage": {"id": 3, "name": "Main Storage"}},
    } | fields


def sales(count: int, *, first: int = 1, day: str = DAY) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """So many receipts of one line each, every line written off exactly, out of one unbroken stock."""
    keys = range(first, first + count)
    receipts = [receipt(key, [line(10_000 + key)], day=day) for key in keys]
    operations = {
        key: [operation(50_000 + key, key, 10_000 + key, left=9_000_000 - key, operated_at=f"{day} 15:07:49")]
        for key in keys
    }
    return receipts, operations


def sales_with_differences(receipts: int) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """A day with differences, each receipt updated at a second of its own."""
    listed, operations = sales(receipts)
    for place, each in enumerate(listed):
        each["updated_at"] = f"{DAY} {15 + place // 3600}:{place // 60 % 60:02}:{place % 60:02}"
    operations[7][0]["quantity"] = 2
    operations[receipts - 3] = []
    return listed, operations


def vendors_pair() -> tuple[Raw, list[Raw]]:
    """The vendor's example: receipt 1 with lines 14 and 15, and the seed's operations 1001 and 1002."""
    names = {31042: "Апельсинли реване", 31046: "Ачма узум жевиз"}
    sold = receipt(
        1,
        [
            line(14, 31042, 1, name=names[31042], price=22000),
            line(15, 31046, 2, name=names[31046], price=4000),
        ],
        total=30000,
    )
    written_off = [
        _seed(1001, 14, 31042, names[31042], 5001, quantity=1, before=120, after=119, cost=8000, total=8000),
        _seed(1002, 15, 31046, names[31046], 5002, quantity=2, before=50, after=48, cost=1500, total=3000),
    ]
    return sold, written_off


def _seed(
    key: int, line_id: int, product: int, name: str, stock: int, *,
    quantity: int, before: int, after: int, cost: int, total: int,
) -> Raw:  # fmt: skip
    return {
        "id": key,
        "receipt_id": 1,
        "receipt_product_id": line_id,
        "product_id": product,
        "stock_id": stock,
        "storage_id": 3,
        "quantity": quantity,
        "before_quantity": before,
        "after_quantity": after,
        "cost": cost,
        "before_cost": cost,
        "total_cost": total,
        "operated_at": "2026-01-19 15:07:49",
        "product": {"id": product, "name": name},
        "stock": {"id": stock, "storage": {"id": 3, "name": "Main Storage"}},
    }


def run_record(**fields: Any) -> Raw:
    """The first line of evidence."""
    return {
        "record": "run",
        "format": 1,
        "program": "reconcile 0.1.0",
        "source": "clopos",
        "date": DAY,
        "venue_id": None,
        "window_days": 1,
        "started_at": f"{NEXT_DAY}T02:00:00Z",
    } | fields


def evidence_records(
    receipts: Iterable[Raw], operations: Mapping[int, Sequence[Any]], **fields: Any
) -> list[Raw]:
    """A finished run's records; `fields` go into the first of them."""
    given = list(receipts)
    return [
        run_record(**fields),
        {"record": "listed", "total": len(given)},
        *({"record": "receipt", "asked": "list", "receipt": each} for each in given),
        *(
            {"record": "operations", "receipt_id": key, "as_of": f"{DAY} 15:08:00", "operations": list(items)}
            for key, items in operations.items()
        ),
        {"record": "end", "finished_at": f"{NEXT_DAY}T02:04:11Z", "requests": 1 + len(operations)},
    ]


def write_records(path: Path, records: Iterable[Raw]) -> Path:
    """Records as lines, gzipped where the name says so."""
    text = "".join(
        f"{json.dumps(record, ensure_ascii=False, default=float)}\n" for record in records
    ).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    return path


def evidence_file(
    path: Path, receipts: Iterable[Raw], operations: Mapping[int, Sequence[Any]], **fields: Any
) -> Path:
    """A finished evidence file of these records."""
    return write_records(path, evidence_records(receipts, operations, **fields))
