"""How the time of a night grows with the days that are in its folder.

    python -m tests.benchmarks.bench_folder [--days 1 10 100 400]

Each earlier day has its workbook, in which a person answered its findings, its JSON and its evidence. The night that is
timed is a day of 200 receipts, judged from evidence and written with its workbook. Timed turn by turn beside the same
night in a folder of one day. What counts is the ratio; times move with the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import shutil
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path

from reconcile import load_settings
from reconcile.batch.write import Output, replay
from tests.benchmarks.bench_day import evidence_file
from tests.benchmarks.measuring import timed
from tests.given.answered_days import answer, run
from tests.given.made_days import DAY

ROUNDS = 7
_FAULTS = ("missing", "twice")


def folder_of(days: int, folder: Path, evidence: Path) -> Path:
    """A folder with so many days before the night, all of whose findings were answered."""
    folder.mkdir()
    for number in range(days, 0, -1):
        day = DAY - timedelta(days=number)
        path = run(folder, day, *_FAULTS)
        for receipt in (1, 2):
            with contextlib.suppress(ValueError):
                answer(path, receipt + 100 * (days - number), "Explained", "a staff meal")
        shutil.copy(evidence, folder / f"{day}.evidence.jsonl.gz")
    return folder


def main() -> None:
    """Print times side by side, and their ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, nargs="+", default=[1, 10, 100, 400])
    options = parser.parse_args()
    settings = load_settings()
    with tempfile.TemporaryDirectory() as name:
        night = evidence_file(Path(name), 200)

        def judge(folder: Path) -> object:
            with contextlib.redirect_stderr(io.StringIO()):
                return replay(night, settings, Output(folder))

        folders = {days: folder_of(days, Path(name) / f"{days} days", night) for days in {1, *options.days}}
        for folder in folders.values():
            judge(folder)
        for days in options.days:
            pairs = [(timed(judge, folders[days]), timed(judge, folders[1])) for _ in range(ROUNDS)]
            ours, one = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(first / second for first, second in pairs)
            size = (folders[days] / "ledger.sqlite").stat().st_size / 2**20
            print(
                f"{days:>4} days: {ours * 1000:.0f} ms, one day {one * 1000:.0f} ms, ratio {ratio:.2f}, "
                f"ledger {size:.1f} MiB"
            )


if __name__ == "__main__":
    main()
