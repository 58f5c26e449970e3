"""How long the books of a day take beside the whole command, and how large they are.

    python -m tests.benchmarks.bench_books [--receipts 200 1000 5000] [--days 31]

The command judges a generated day from its evidence, JSON and books alone, then with its workbook; its CPU seconds are
measured in a fresh Python, imports included. Beside it, turn by turn in one run: a fresh Python that does the same
without the books. What counts is the ratio; times move with the machine. Then a month of such days is asked in SQL.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path

from reconcile import load_settings, read_evidence, reconcile_day
from reconcile.books.read import connected, stored_days
from reconcile.books.write import write_books
from reconcile.engine.result import Result
from tests.benchmarks.bench_day import cpu_seconds, evidence_file, of_command
from tests.benchmarks.measuring import timed
from tests.given.made_days import DAY

ROUNDS = 7
WITHOUT = (
    "from reconcile.batch import write; write.write_books = lambda *_: None; "
    "from reconcile.__main__ import run; run()"
)
"""The command, but for the books. It leaves as the command does: the interpreter would take longer to end."""


def main() -> None:
    """Print times side by side, their ratios, and sizes."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--receipts", type=int, nargs="+", default=[200, 1000, 5000])
    parser.add_argument("--days", type=int, default=31, help="of the month that is asked in SQL")
    options = parser.parse_args()
    for receipts in options.receipts:
        with tempfile.TemporaryDirectory() as name:
            _beside_the_command(Path(name), receipts)
            _month(Path(name), receipts, options.days)


def _beside_the_command(folder: Path, receipts: int) -> None:
    path = evidence_file(folder, receipts)
    for what, extra in (("JSON and books", ("--format", "json-only")), ("workbook, JSON and books", ())):
        _, _, *arguments = of_command(path, folder / "out", *extra)
        pairs = [
            (cpu_seconds("-m", "reconcile", *arguments), cpu_seconds("-c", WITHOUT, *arguments))
            for _ in range(ROUNDS)
        ]
        ours, without = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(first / second for first, second in pairs)
        print(
            f"{receipts:>6,} receipts: {what} {ours:.2f} s of CPU, without books {without:.2f} s, ratio {ratio:.2f}"
        )


def _month(folder: Path, receipts: int, days: int) -> None:
    result = reconcile_day(read_evidence(folder / f"{receipts}.evidence.jsonl"), load_settings())
    seconds = statistics.median(timed(lambda day: write_books(day, folder), result) for _ in range(ROUNDS))
    last = DAY + timedelta(days=days - 1)
    for number in range(days):
        path = write_books(_on(result, number), folder)
    size = sum(file.stat().st_size for file in path.iterdir()) / 1024
    begun = timed(lambda out: _ask(out, last.toordinal()), folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"        books written in {seconds * 1000:.0f} ms, {size:.0f} KiB a day; {days} days, "
        f"{size * days / 1024:.1f} MiB: checked and asked in {begun * 1000:.0f} ms, peak of the process {peak:.0f} MiB"
    )


def _on(result: Result, number: int) -> Result:
    header = dataclasses.replace(result.header, date=DAY + timedelta(days=number))
    return dataclasses.replace(result, header=header)


def _ask(out: Path, last: int) -> object:
    """The state of the days, then what each product differs by."""
    found = stored_days(out, None, DAY, DAY.fromordinal(last))
    with connected([each.folder for each in found.values() if each.is_whole]) as books:
        return books.execute("SELECT product_id, sum(value) FROM findings GROUP BY ALL ORDER BY 2").fetchall()


if __name__ == "__main__":
    main()
