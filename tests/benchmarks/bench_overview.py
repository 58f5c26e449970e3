"""How long the overview of a chain takes, how large its page is, and how long a browser needs to open it.

    python -m tests.benchmarks.bench_overview [--venues 100 1000] [--days 365]

The books of five judged days stand at every day and venue, in shares as of a chain that has half its days in order; one
day in fifty has none. The command is measured in a fresh Python, imports included. Beside it in the same run: DuckDB
alone reads the same files of control totals; and the browser opens an empty page.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from reconcile.books.database import in_memory
from tests.given.answered_days import FIRST, judged_day
from tests.given.browser import chromium
from tests.given.demo_day import demo_result
from tests.given.made_chains import Stamp
from tests.given.places import ROOT

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
    parser.add_argument("--venues", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--days", type=int, default=365)
    options = parser.parse_args()
    for venues in options.venues:
        with tempfile.TemporaryDirectory() as name:
            _measure(Path(name), venues, options.days)


def _measure(folder: Path, venues: int, days: int) -> None:
    out = folder / "out"
    controls = _make(out, folder / "stamps", venues, days)
    bare = _seconds(lambda: _bare(controls))
    ours = _seconds(lambda: _command(out))
    again = _seconds(lambda: _command(out))
    page = out / "overview.html"
    print(
        f"{venues:>5,} venues × {days} days ({len(controls):,} with books): written in {ours:.1f} s, again in "
        f"{again:.1f} s; DuckDB alone reads the control totals in {bare:.1f} s, ratio {ours / bare:.2f}; "
        f"{page.stat().st_size / 2**20:.2f} MiB",
        flush=True,
    )
    empty = folder / "empty.html"
    empty.write_text("<!doctype html><title>empty</title>", encoding="utf-8")
    opened, nothing = (_opened(path) for path in (page, empty))
    print(f"      opened in {opened:.2f} s, an empty page in {nothing:.2f} s")


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


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


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
