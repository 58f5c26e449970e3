"""How long the overview of a chain takes, how large its page is, and how long a browser needs to open it.

    python -m tests.benchmarks.bench_overview [--venues 100] [--days 100] [--shown 1000]

The books of five judged days stand at every day and venue, in shares as of a chain that has half its days in order; one
day in fifty has none. The command is measured in a fresh Python, imports included, in seconds of CPU. Beside it in the
same run: DuckDB alone reads the same files of control totals. Then the page of a year of so many venues (`--shown`) is
rendered from values in memory, each day with a workbook and amounts of eight digits, and opened in a browser; beside
it an empty page.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from reconcile.books.database import in_memory
from tests.given.answered_days import FIRST, judged_day
from tests.given.browser import chromium
from tests.given.demo_day import demo_result
from tests.given.made_chains import Stamp
from tests.given.places import ROOT
from tests.given.shown_chains import large_page

_ROUNDS = 5
_FIRST_VENUE = 1000
_OPENED = """
const done = arguments[arguments.length - 1];
requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
"""


def main() -> None:
    """Print times, sizes and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--venues", type=int, default=100)
    parser.add_argument("--days", type=int, default=100)
    parser.add_argument("--shown", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _read(Path(name), options.venues, options.days)
        _open(Path(name), options.shown)


def _read(folder: Path, venues: int, days: int) -> None:
    out = folder / "out"
    controls = _make(out, folder / "stamps", venues, days)
    bare, ours = _cpu(lambda: _bare(controls)), _cpu(lambda: _command(out))
    print(
        f"{len(controls):,} days of {venues:,} venues: {ours:.1f} s of CPU, {ours / len(controls) * 1e6:.0f} µs a day; "
        f"DuckDB alone reads the control totals in {bare:.1f} s, ratio {ours / bare:.2f}",
        flush=True,
    )


def _open(folder: Path, venues: int) -> None:
    page, empty = folder / "large.html", folder / "empty.html"
    rendered = _cpu(lambda: page.write_bytes(large_page(venues)))
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    opened, nothing = (_opened(path) for path in (page, empty))
    print(
        f"{venues:,} venues of a year: {page.stat().st_size / 2**20:.2f} MiB, made in {rendered:.1f} s of CPU; "
        f"opened in {opened:.2f} s, an empty page in {nothing:.2f} s"
    )


def _make(out: Path, stamps: Path, venues: int, days: int) -> list[str]:
    """A folder of books and workbooks; the files of control totals."""
    chosen = random.Random(7)
    faults = [(), ("missing",), ("twice",), ("thrice", "missing")]
    kinds = [Stamp(judged_day(FIRST, *each), stamps / f"{number}") for number, each in enumerate(faults)]
    kinds.append(Stamp(demo_result(), stamps / "many"))
    paths = []
    for number in range(days):
        day = FIRST - timedelta(number)
        for venue in range(_FIRST_VENUE, _FIRST_VENUE + venues):
            if chosen.random() < 0.02:
                continue
            (kind,) = chosen.choices(range(len(kinds)), [50, 20, 20, 9, 1])
            placed = kinds[kind].place(out, day, venue, tables=("findings",))
            paths.append(str(placed / "control.parquet"))
            if kind:
                (out / f"{day}-venue-{venue}.xlsx").touch()
    return paths


def _cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU of this process and those that it waits for."""
    begun = os.times()
    work()
    ended = os.times()
    return sum(ended[:4]) - sum(begun[:4])


def _bare(paths: list[str]) -> object:
    with in_memory() as connection:
        return [
            connection.read_parquet(paths[place : place + 400]).aggregate("sum(over), sum(under)").fetchall()
            for place in range(0, len(paths), 400)
        ]


def _command(out: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "reconcile", "overview", "--out", str(out), "--quiet"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip


def _opened(path: Path) -> float:
    """Seconds from the start until the page is painted, the median of some."""
    with chromium() as browser:
        found = []
        for _ in range(_ROUNDS):
            browser.get(path.as_uri())
            found.append(float(browser.execute_async_script(_OPENED)) / 1000)
    return statistics.median(found)


if __name__ == "__main__":
    main()
