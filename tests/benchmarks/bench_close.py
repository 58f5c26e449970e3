"""How long the close of a month takes beside judging its days again, and how much memory.

    python -m tests.benchmarks.bench_close [--receipts 200] [--days 10 31]

A made-up month with faults and late changes is judged day by day, as its nights would. Then, turn by turn in one run,
each in a fresh Python, imports included, in CPU seconds: the close; judging each day again from its evidence, nothing
written; and the days' reports and books made again. What counts are the ratios; times move with the machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from reconcile import Settings
from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
from tests.benchmarks.bench_day import cpu_seconds
from tests.given.made_month import FIRST, month, write_evidence

ROUNDS = 5
JUDGED = """
import sys
from pathlib import Path
from reconcile import Settings, read_evidence, reconcile_day
for path in sorted(Path(sys.argv[1]).glob("*.evidence.jsonl.gz")):
    reconcile_day(read_evidence(path), Settings())
"""
MADE_AGAIN = """
import sys
from pathlib import Path
from reconcile import Settings
from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
for path in sorted(Path(sys.argv[1]).glob("*.evidence.jsonl.gz")):
    replay(path, Settings(), Output(Path(sys.argv[2]), workbook=sys.argv[3] == "workbook"))
"""


def main() -> None:
    """Print times side by side, their ratios, and the peak of memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, default=200)
    parser.add_argument("--days", type=int, nargs="+", default=[10, 31])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for days in options.days:
            folder = Path(name) / str(days)
            of_nights(folder, days, options.receipts)
            _beside(folder, days)
            print(f"{days} days: the close takes {_peak_mib(folder, days):.0f} MiB at its peak")


def of_nights(folder: Path, days: int, receipts: int) -> None:
    """A folder with the reports, books and evidence of so many days."""
    made = month(days, receipts, share="0.01")
    for day in made.all_days():
        replay(write_evidence(made, day, folder), Settings(), Output(folder))


def _close(folder: Path, days: int) -> tuple[str, ...]:
    last = FIRST + timedelta(days - 1)
    return (
        "-m", "reconcile", "close", "--from", str(FIRST), "--to", str(last), "--out", str(folder)
    )  # fmt: skip


def _beside(folder: Path, days: int) -> None:
    again = str(folder.with_name("again"))
    ways = {
        "judging them again, nothing written": ("-c", JUDGED, str(folder)),
        "their JSON and books made again": ("-c", MADE_AGAIN, str(folder), again, "json"),
        "their workbooks too": ("-c", MADE_AGAIN, str(folder), again, "workbook"),
    }
    found: dict[str, list[tuple[float, float]]] = {what: [] for what in ways}
    for _ in range(ROUNDS):
        for what, command in ways.items():
            shutil.rmtree(again, ignore_errors=True)
            Path(again).mkdir()
            found[what].append((cpu_seconds(*_close(folder, days)), cpu_seconds(*command)))
    for what, pairs in found.items():
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        print(f"{days} days: close {ours:.2f} s of CPU, {what} {theirs:.2f} s, ratio {ratio:.3f}")


_MEASURED = """
import resource, subprocess, sys
subprocess.run([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small Python that starts the one that is measured: a process begins with the peak of the one that started it."""


def _peak_mib(folder: Path, days: int) -> float:
    command = [sys.executable, "-c", _MEASURED, *_close(folder, days)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout) / 2**10


if __name__ == "__main__":
    main()
