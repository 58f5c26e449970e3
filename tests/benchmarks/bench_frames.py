"""How long raw records take to become valid frames, in microseconds an operation.

    python -m tests.benchmarks.bench_frames [--receipts 20000]

From the bytes of an evidence file to typed, validated frames; beside it, in the same run, what the standard
library takes to parse the same bytes with exact numbers and do nothing else with them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from reconcile.evidence import EvidenceLog, read_evidence
from reconcile.frames import build_day
from reconcile.settings import Settings
from tests.random_days import PRODUCTS, build

ROUNDS = 5
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
    log = EvidenceLog(path, evidence.header)
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


def parse_only(path: Path) -> None:
    """The same bytes through the standard library, numbers exact, result thrown away."""
    with path.open("rb") as lines:
        for line in lines:
            json.loads(line, parse_float=Decimal)


def timed(work: Callable[[Path], None], path: Path) -> float:
    begun = time.perf_counter()
    work(path)
    return time.perf_counter() - begun


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
        pairs = [(timed(to_frames, path), timed(parse_only, path)) for _ in range(ROUNDS)]
    ours, parsed = (statistics.median(column) / operations * 1e6 for column in zip(*pairs, strict=True))
    ratio = statistics.median(first / second for first, second in pairs)
    print(f"{options.receipts:,} receipts, {operations:,} operations, each with its line")
    print(f"evidence to valid frames      {ours:.1f} us an operation")
    print(f"json, parse_float=Decimal     {parsed:.1f} us an operation")
    print(f"ratio                         {ratio:.2f} (median of {ROUNDS} pairs)")


if __name__ == "__main__":
    main()
