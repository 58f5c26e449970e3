"""How long the workbook takes, and how much memory, by sale lines.

    python -m tests.benchmarks.bench_workbook [--lines 5000 100000]

Beside it, in the same run, XlsxWriter (constant memory) writes the same cells of the two big sheets, with a number
format for each column, and none of the other sheets, tables, links or proofs. Each writer runs in a process of its
own; memory is the peak over what the process held before it began to write.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import pandas as pd
import xlsxwriter  # type: ignore[import-untyped]  # it has no types

from reconcile.analysis.units import product_units
from reconcile.engine.day import judge_frames
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence, Header
from reconcile.frames import Day, RawCounts
from reconcile.frames.quarantine import ReadProblems
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.sheet import Sheet
from reconcile.report.sheets.details import lines_sheet, operations_sheet
from reconcile.settings.model import Settings
from tests.given.synthetic import synthetic_day
from tests.given.workbook_reading import write

ROUNDS = 3
WRITERS = ("reconcile", "xlsxwriter")


def result_of(lines: int) -> Result:
    """A clean day of that many lines, judged."""
    receipts, sale_lines, operations = synthetic_day(lines)
    day = Day(
        receipts=receipts,
        lines=sale_lines,
        operations=operations,
        repeated=operations.iloc[:0],
        quarantine=ReadProblems().frame(),
        broken_lines=frozenset(),
        failures=(),
        receipts_without_id=0,
        raw_counts=RawCounts(len(receipts), len(receipts), len(sale_lines), len(operations)),
        given_times={},
    )
    header = Header(date(2026, 1, 19), "clopos")
    return judge_frames(
        day, Evidence(header, listed_total=len(receipts), finished_at="2026-01-20T02:10:31Z"), Settings()
    )


def cells_of(sheet: Sheet) -> pd.DataFrame:
    """The values that a sheet shows, as a frame that pandas can write."""
    (table,) = sheet.tables
    shown = {}
    for column in table.columns:
        values = pd.concat([column.values(frame) for frame in table.frames], ignore_index=True)
        if column.header in ("Receipt", "Line", "Operation", "Product id", "Stock"):
            values = values.astype("str").astype(object)
        elif pd.api.types.is_integer_dtype(values.dtype):
            values = values.astype("Float64").fillna(0.0).astype("float64") / 1_000_000
        elif not pd.api.types.is_datetime64_any_dtype(values.dtype):
            values = values.astype(object)
        shown[column.header] = values
    return pd.DataFrame(shown)


def write_bare(sheets: dict[str, pd.DataFrame], path: Path) -> None:
    """The cells with their formats, row by row."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    looks = {
        "f": book.add_format({"num_format": "#,##0.00"}),
        "M": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    plain = book.add_format()
    for name, cells in sheets.items():
        page = book.add_worksheet(name)
        page.write_row(0, 0, list(cells.columns))
        formats = [looks.get(kind.kind, plain) for kind in cells.dtypes]
        columns = [cells[column].tolist() for column in cells.columns]
        for row, values in enumerate(zip(*columns, strict=True), 1):
            for place, (value, look) in enumerate(zip(values, formats, strict=True)):
                if isinstance(value, str):
                    page.write_string(row, place, value, look)
                elif isinstance(value, float):
                    page.write_number(row, place, value, look)
                else:
                    page.write_datetime(row, place, value, look)
    book.close()


def write_once(writer: str, lines: int) -> tuple[float, float]:
    """Seconds, and MiB over what was held before."""
    result = result_of(lines)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.xlsx"
        made = (
            lines_sheet(result, WorkbookContext()),
            operations_sheet(result, product_units(result), WorkbookContext()),
        )
        sheets = {sheet.name: cells_of(sheet) for sheet in made}
        before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
        if writer == "reconcile":
            write(result, path)
        else:
            write_bare(sheets, path)
        seconds = time.perf_counter() - begun
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def main() -> None:
    """Print both, and the ratios, by size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, nargs="+", default=[5_000, 100_000])
    parser.add_argument("--once", choices=WRITERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(write_once(options.once, options.lines[0])))
        return
    for lines in options.lines:
        compare(lines)


def compare(lines: int) -> None:
    """Both writers in turn, several times."""
    rounds: dict[str, list[tuple[float, float]]] = {writer: [] for writer in WRITERS}
    for _ in range(ROUNDS):
        for writer in WRITERS:
            command = [sys.executable, "-m", "tests.benchmarks.bench_workbook", "--lines", str(lines)]
            told = subprocess.run([*command, "--once", writer], check=True, capture_output=True, text=True)
            rounds[writer].append(json.loads(told.stdout))
    print(f"{lines:,} lines, median of {ROUNDS} rounds, each writer in its own process")
    median = {
        writer: [statistics.median(column) for column in zip(*rounds[writer], strict=True)]
        for writer in WRITERS
    }
    for writer, (seconds, mib) in median.items():
        print(f"{writer:<10} {seconds:6.2f} s   {mib:6.0f} MiB")
    (ours, _), (theirs, _) = (median[writer] for writer in WRITERS)
    print(f"ratio      {ours / theirs:6.2f}")


if __name__ == "__main__":
    main()
