"""What the worst days cost: whether the time grows with the day, and not with its square.

    python -m tests.benchmarks.bench_worst [--sizes 1000 10000]

Three days of one product, each at two sizes: as many orphans as lines that are short of them, all closed at one time;
the same with no time at all; and all operations within one second. The ratio of the times stands beside that of the
sizes.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from datetime import date
from typing import Any

from reconcile import load_settings, reconcile_day
from reconcile.evidence.day import Evidence, Header
from tests.benchmarks.measuring import timed
from tests.given.day_records import COLA, DAY, Raw, line, operation, receipt


def evidence(receipts: list[Raw], operations: dict[int, list[Raw]]) -> Evidence:
    """A day of these receipts."""
    listed = [("list", each) for each in receipts]
    header = Header(date.fromisoformat(DAY), "clopos")
    return Evidence(header, len(listed), listed, operations, finished_at="2026-01-20T02:11:00Z")


def orphans(size: int, **fields: Any) -> Evidence:
    """Half of the receipts are short of one, the others have one too many under no line."""
    receipts, operations = [], {}
    for key in range(1, size + 1):
        receipts.append(receipt(key, [line(10**6 + key, COLA, 1)], **fields))
        of_line = operation(key, key, 10**6 + key, left=-key)
        stray = operation(10**7 + key, key, 10**6 + key, left=-key) | {"receipt_product_id": None}
        operations[key] = [] if key % 2 else [of_line, stray]
    return evidence(receipts, operations)


def one_second(size: int) -> Evidence:
    """All sales of the day in one second, the ids in no order of the stock."""
    numbers = list(range(1, size + 1))
    random.Random(1).shuffle(numbers)
    receipts = [receipt(key, [line(10**6 + key, COLA, 1)]) for key in numbers]
    operations = {
        key: [operation(key, key, 10**6 + key, left=-place) | {"before_quantity": 1 - place}]
        for place, key in enumerate(numbers)
    }
    return evidence(receipts, operations)


DAYS: dict[str, Callable[[int], Evidence]] = {
    "orphans and short lines at one time": orphans,
    "orphans and short lines without a time": lambda size: orphans(size, closed_at=None),
    "all operations in one second": one_second,
}


def judge(day: Evidence) -> object:
    return reconcile_day(day, load_settings())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    ask.add_argument("--sizes", type=int, nargs=2, default=(1000, 10_000))
    small, large = ask.parse_args().sizes
    for name, make in DAYS.items():
        times = [min(timed(judge, make(size)) for _ in range(3)) for size in (small, large)]
        ratio = times[1] / times[0]
        print(
            f"{name}: {times[0]:.2f} s and {times[1]:.2f} s; {ratio:.1f} times for {large // small} times the day"
        )


if __name__ == "__main__":
    main()
