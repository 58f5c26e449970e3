"""How long raw records take to become valid frames, in microseconds an operation.

    python -m tests.benchmarks.bench_frames [--receipts 20000]

From the bytes of an evidence file to typed, validated frames. Beside it, in the same run and from the same
bytes: the standard library parsing with exact numbers and a plain loop that makes int64 columns of them, and
the parsing alone. Each operation comes with its line.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.records import read_evidence
from reconcile.frames import build_day
from reconcile.settings.model import Settings
from tests.benchmarks.measuring import timed
from tests.given.random_days import PRODUCTS, build

ROUNDS = 5
_IDS = ("id", "receipt_id", "receipt_product_id", "product_id", "stock_id", "storage_id")
_NUMBERS = ("quantity", "before_quantity", "after_quantity", "cost", "before_cost", "total_cost")
SETTINGS = Settings()


def write_day(path: Path, receipts: int) -> int:
    """A day of that many receipts, three lines each, with the field set of the API; how many operations."""
    products = sorted(PRODUCTS)
    lines = [
        (products[place % 4], Decimal(place % 7 + 1) / (1 if place % 3 else 8), Decimal(1))
        for place in range(3 * receipts)
    ]
    day = build([(lines[3 * place : 3 * place + 3], False) for place in range(receipts)])
    evidence = day.evidence()
    log = EvidenceLog(path, evidence.header, timedelta(0))
    for asked, receipt in evidence.receipts:
        log.append({"record": "receipt", "asked": asked, "receipt": receipt})
    for key, operations in evidence.operations.items():
        log.append({"record": "operations", "receipt_id": key, "operations": operations})
    log.append({"record": "end", "finished_at": "2026-01-20T02:11:00Z", "requests": 0})
    log.close()
    return len(day.every_operation())


def to_frames(path: Path) -> None:
    """Bytes to valid frames."""
    build_day(read_evidence(path), SETTINGS)


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


def parse_only(path: Path) -> None:
    """The same bytes through the standard library, numbers exact, result thrown away."""
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line, parse_float=Decimal)


def main() -> None:
    """Print both, and the ratio."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, default=20_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.evidence.jsonl"
        operations = write_day(path, options.receipts)
        works = (to_frames, plain_columns, parse_only)
        rounds = [[timed(work, path) for work in works] for _ in range(ROUNDS)]
    ours, columns, parsed = (statistics.median(each) / operations * 1e6 for each in zip(*rounds, strict=True))
    print(
        f"{options.receipts:,} receipts, {operations:,} operations, each with its line; median of {ROUNDS} rounds"
    )
    print(f"evidence to valid frames               {ours:5.1f} us an operation")
    for name, beside, place in (("json and a loop, to int64 columns", columns, 1), ("json alone", parsed, 2)):
        ratio = statistics.median(each[0] / each[place] for each in rounds)
        print(f"{name:<38} {beside:5.1f} us an operation, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
