"""How the time of a night grows with the days that are in its folder.

    python -m tests.benchmarks.bench_folder [--days 1 10 100 400]

Each earlier day has its workbook, in which a person answered its findings, its JSON and its evidence. The night that is
timed is a day of 200 receipts, judged from evidence and written with its workbook. Timed turn by turn beside the same
night in a folder of one day. What counts is the ratio; times move with the machine.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from reconcile import Settings
from reconcile.batch.report_files import Output
from reconcile.batch.write import judge, report
from reconcile.evidence.day import Evidence
from tests.benchmarks.bench_day import evidence_file
from tests.benchmarks.measuring import timed
from tests.given.answered_days import FIRST, answer, evidence_of, run
from tests.given.random_days import build

ROUNDS = 7
_FAULTS = ("missing", "twice")


def folder_of(days: int, folder: Path, evidence: Path) -> Path:
    """A folder with so many days before the night, all of whose findings were answered in their workbooks."""
    folder.mkdir()
    for number in range(days):
        path = run(folder, FIRST + timedelta(number), *_FAULTS)
        for receipt in (1, 2):
            answer(path, receipt + 100 * number, "Explained", "a staff meal")
        shutil.copy(evidence, folder / f"{FIRST + timedelta(number)}.evidence.jsonl.gz")
    return folder


def night_after(days: int) -> Evidence:
    """A day of 200 receipts."""
    sales = build([([(31042, Decimal(1), Decimal(1))], False)] * 200)
    return evidence_of(sales, FIRST + timedelta(days))


def main() -> None:
    """Print times side by side, and their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, nargs="+", default=[1, 10, 100, 400])
    options = parser.parse_args()
    settings = Settings()
    with tempfile.TemporaryDirectory() as name:
        some = evidence_file(Path(name), 200)
        folders = {days: folder_of(days, Path(name) / f"{days} days", some) for days in {1, *options.days}}
        nights = {days: night_after(days) for days in folders}

        def reconcile(days: int) -> object:
            return report(judge(nights[days], settings, [folders[days]]), Output(folders[days]))

        for days in folders:
            reconcile(days)
        for days in options.days:
            pairs = [(timed(reconcile, days), timed(reconcile, 1)) for _ in range(ROUNDS)]
            ours, one = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(first / second for first, second in pairs)
            size = (folders[days] / "ledger.sqlite").stat().st_size / 2**20
            print(
                f"{days:>4} days: {ours * 1000:.0f} ms, one day {one * 1000:.0f} ms, ratio {ratio:.2f}, "
                f"ledger {size:.1f} MiB"
            )


if __name__ == "__main__":
    main()
