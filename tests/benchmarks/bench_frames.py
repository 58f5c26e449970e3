"""How long evidence takes to become valid frames, and a warm process to judge a day: CPU, beside `json`.

    python -m tests.benchmarks.bench_frames [--receipts 20000] [--rounds 7]

Of three days: one of that many receipts of three lines, with few fields, and made-up days of 200 and 1,000 receipts
with all of them. Beside it, in the same run and of the same bytes: the standard library parsing them with exact
numbers, the result thrown away; and a plain loop that makes int64 columns of them. The least of the rounds counts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from reconcile import read_evidence, reconcile_day
from reconcile.evidence.day import Evidence
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.privacy import kept_operation, kept_product, kept_receipt
from reconcile.frames import build_day
from reconcile.sandbox.discrepancies import plant
from reconcile.sandbox.generated_day import make_day
from reconcile.settings.model import Settings
from tests.benchmarks.measuring import cpu, json_alone
from tests.given import made_days
from tests.given.random_days import PRODUCTS, build

_IDS = ("id", "receipt_id", "receipt_product_id", "product_id", "stock_id", "storage_id")
_NUMBERS = ("quantity", "before_quantity", "after_quantity", "cost", "before_cost", "total_cost")
SETTINGS = Settings()


def plain_day(receipts: int) -> Evidence:
    """A day of that many receipts, three lines each, each with its operation; few fields."""
    products = sorted(PRODUCTS)
    lines = [
        (products[place % 4], Decimal(place % 7 + 1) / (1 if place % 3 else 8), Decimal(1))
        for place in range(3 * receipts)
    ]
    return build([(lines[3 * place : 3 * place + 3], False) for place in range(receipts)]).evidence()


def made_day(receipts: int) -> Evidence:
    """A made-up day of that many receipts, one in a hundred with a fault, with the fields that a run keeps."""
    store = make_day(made_days.DAY, receipts, 7)
    plant(store, made_days.DAY, Decimal("0.01"), 7)
    return made_days.evidence(store)


def write(evidence: Evidence, path: Path) -> Path:
    """The evidence as a run writes it, not compressed."""
    log = EvidenceLog(path, evidence.header, timedelta(0))
    for asked, receipt in evidence.receipts:
        log.append({"record": "receipt", "asked": asked, "receipt": kept_receipt(receipt)})
    for product in evidence.products:
        log.append({"record": "product", "product": kept_product(product)})
    log.append({"record": "catalogue", "total": len(evidence.products)})
    for key, operations in evidence.operations.items():
        kept = [kept_operation(each) for each in operations]
        log.append({"record": "operations", "receipt_id": key, "operations": kept})
    log.append({"record": "end", "finished_at": "2026-01-20T02:11:00Z", "requests": 0})
    log.close()
    return path


def to_frames(path: Path) -> None:
    """Bytes to valid frames."""
    build_day(read_evidence(path), SETTINGS)


def judge(path: Path) -> None:
    """Bytes to the result."""
    reconcile_day(read_evidence(path), SETTINGS)


def plain_columns(path: Path) -> None:
    """The same bytes to int64 columns by the standard library and a loop: nothing is checked, nothing set apart."""
    columns: dict[str, list[int]] = {name: [] for name in (*_IDS, *_NUMBERS, "line", "count", "portion_size")}
    with path.open("rb") as lines:
        for text in lines:
            record = json.loads(text, parse_float=Decimal)
            for operation in record.get("operations", ()):
                for name in _IDS:
                    columns[name].append(operation[name])
                for name in _NUMBERS:
                    columns[name].append(int(Decimal(operation[name]).scaleb(6)))
            for line in record.get("receipt", {}).get("receipt_products", ()):
                columns["line"].append(line["id"])
                for name in ("count", "portion_size"):
                    columns[name].append(int(Decimal(line[name]).scaleb(6)))
    for values in columns.values():
        np.array(values, dtype=np.int64)


def main() -> None:
    """Print times and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    works = (json_alone, plain_columns, to_frames, judge)
    days = {
        f"{options.receipts:,} receipts, few fields": plain_day(options.receipts),
        "200 receipts, all fields": made_day(200),
        "1,000 receipts, all fields": made_day(1000),
    }
    print(f"ms of CPU, least of {options.rounds} rounds; in brackets the ratio to json alone")
    with tempfile.TemporaryDirectory() as folder:
        for name, evidence in days.items():
            path = write(evidence, Path(folder) / f"{len(evidence.receipts)}.evidence.jsonl")
            for work in works:
                work(path)
            rounds = [[cpu(work, path) for work in works] for _ in range(options.rounds)]
            alone, loop, frames, judged = (1000 * min(each) for each in zip(*rounds, strict=True))
            print(
                f"{name:<28} json {alone:7.1f}, json and a loop {loop:7.1f} ({loop / alone:.2f}), "
                f"to frames {frames:7.1f} ({frames / alone:.2f}), judged {judged:7.1f} ({judged / alone:.2f})"
            )


if __name__ == "__main__":
    main()
