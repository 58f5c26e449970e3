"""How long a million lines take from typed columns through pandera, match and all rules.

    python -m tests.benchmarks.bench_engine [--lines 1000000] [--faults 0.01]

Beside it, turn by turn in the same run, a bare merge with six checks: by DuckDB, on one thread and on all, and by
pandas. DuckDB works on its own tables in memory, numbers as DECIMAL(18, 6), so that like the engine it is exact; it
only counts what each check finds, no row is given back. pandas works on the int64 columns of the engine. The counts of
DuckDB and pandas must be equal, and those of the checks that a rule makes just so must be the engine's.

What is compared is CPU time, of all cores together: on a busy machine the clock says little. DuckDB on one thread is
the baseline; with more it takes more CPU and less time. What counts is the ratio; times move with the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics

import duckdb
import numpy as np
import pandas as pd

from reconcile.engine.judge import judge_day
from reconcile.engine.match import match_day
from reconcile.frames import Day, RawCounts
from reconcile.model.contracts import Receipts, SaleLines, StockOperations
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import day_thresholds
from tests.benchmarks.measuring import cpu_and_wall, peak_mib
from tests.given.synthetic import synthetic_day

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
SETTINGS = Settings()
ROUNDS = 5
CORES = os.cpu_count() or 1
NUMBERS = (
    *("count", "portion_size", "quantity", "before_quantity", "after_quantity"),
    *("cost", "before_cost", "total_cost"),
)
"""Columns in millionths that the checks read."""


def planted(frames: Frames, share: float) -> Frames:
    """The same day with a share of its operations wrong: quantity, balance, total or cost."""
    receipts, lines, operations = frames
    operations = operations.copy()
    chance = np.random.default_rng(1)
    columns = ("quantity", "after_quantity", "total_cost", "before_cost")
    for column in columns:
        wrong = chance.random(len(operations)) < share / len(columns)
        operations[column] = operations[column].mask(wrong, operations[column] * 2)
    return receipts, lines, operations


def engine(frames: Frames) -> pd.DataFrame:
    """What the program does with typed columns: the findings."""
    receipts, lines, operations = frames
    day = Day(
        receipts=Receipts.checked(receipts),
        lines=SaleLines.checked(lines),
        operations=StockOperations.checked(operations),
        repeated=operations.iloc[:0],
        quarantine=pd.DataFrame(),
        broken_lines=frozenset(),
        failures=(),
        receipts_without_id=0,
        raw_counts=RawCounts(len(receipts), len(receipts), len(lines), len(operations)),
        given_times={},
    )
    matched = match_day(day, SETTINGS)
    thresholds = day_thresholds(SETTINGS.thresholds, matched.lines, day.catalogue)
    return judge_day(matched, {}, RULES, SETTINGS.rules, thresholds)[0]


def pandas_merge(frames: Frames) -> tuple[int, ...]:
    """A pandas merge and six checks, no contract, no classes, no findings with ids and words."""
    _, lines, operations = frames
    wanted = ["receipt_product_id", "receipt_id", "product_id", "count", "portion_size"]
    joined = operations.merge(
        lines[wanted], on="receipt_product_id", how="left", suffixes=("", "_of_line"), indicator=True
    )
    orphan = joined["_merge"] != "both"
    written_off = joined.groupby("receipt_product_id")["quantity"].sum().reindex(lines["receipt_product_id"])
    sold = (lines["count"] * lines["portion_size"] // 1_000_000).to_numpy()
    missing = written_off.isna().to_numpy()
    mismatch = ~missing & (written_off.fillna(0).astype("int64").to_numpy() != sold)
    balance = joined["before_quantity"] - joined["quantity"] != joined["after_quantity"]
    total = (joined["cost"] * joined["quantity"] // 1_000_000 - joined["total_cost"]).abs() > 10_000
    drift = (joined["cost"] - joined["before_cost"]).abs() * 20 > joined["before_cost"]
    return tuple(int(check.sum()) for check in (missing, mismatch, orphan, balance, total, drift))


SIX_CHECKS = """
with written as (select receipt_product_id, sum(quantity) as quantity from operations group by 1),
of_lines as (
    select count(*) filter (quantity is null) as missing,
        count(*) filter (quantity <> cast("count" * portion_size as decimal(18, 6))) as mismatch
    from lines left join written using (receipt_product_id)
),
of_operations as (
    select count(*) filter (lines.receipt_product_id is null) as orphan,
        count(*) filter (before_quantity - quantity <> after_quantity) as balance,
        count(*) filter (abs(cost * quantity - total_cost) > 0.01) as total,
        count(*) filter (abs(cost - before_cost) * 20 > before_cost) as drift
    from operations left join lines using (receipt_product_id)
)
select missing, mismatch, orphan, balance, total, drift from of_lines, of_operations
"""


def duckdb_tables(frames: Frames) -> duckdb.DuckDBPyConnection:
    """The lines and operations as tables of DuckDB in memory, numbers as decimals."""
    connection = duckdb.connect()
    for name, frame in zip(("lines", "operations"), frames[1:], strict=True):
        numbers = [column for column in NUMBERS if column in frame]
        decimals = ", ".join(
            f'("{each}"::decimal(38, 6) / 1000000)::decimal(18, 6) as "{each}"' for each in numbers
        )
        connection.register("given", frame)
        connection.execute(f"create table {name} as select * replace ({decimals}) from given")  # noqa: S608  names of this file
    return connection


def duckdb_merge(tables: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    """The same merge and checks by DuckDB."""
    counts: list[tuple[int, ...]] = tables.execute(SIX_CHECKS).fetchall()
    return counts[0]


def on(threads: int, tables: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection, with so many threads."""
    return tables.execute(f"set threads = {threads}")


def check_equal(frames: Frames, tables: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The engine's findings. Raises AssertionError unless all count the same."""
    counts, findings = duckdb_merge(tables), engine(frames)
    assert counts == pandas_merge(frames), (counts, pandas_merge(frames))
    missing, _, orphan, balance, total, _ = counts
    rules = ("missing-write-off", "orphan-operation", "balance-broken", "total-cost-mismatch")
    found = tuple(int((findings["rule"] == rule).sum()) for rule in rules)
    assert found == (missing, orphan, balance, total), (found, counts)
    return findings


def shuffled(frames: Frames) -> Frames:
    """The same rows in no order."""
    receipts, lines, operations = frames
    lines, operations = (
        each.sample(frac=1, random_state=1).reset_index(drop=True) for each in (lines, operations)
    )
    return receipts, lines, operations


def main() -> None:
    """Print times side by side, their ratio, and peak memory."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--faults", type=float, default=0.01, help="share of operations that are wrong")
    options = parser.parse_args()
    in_order = planted(synthetic_day(options.lines), options.faults)
    print(f"{options.lines:,} lines, {len(in_order[2]):,} operations. Median of {ROUNDS} rounds: CPU, clock.")
    for name, frames in (("rows in no order", shuffled(in_order)), ("rows in order of ids", in_order)):
        tables = duckdb_tables(frames)
        print(f"{name}: {len(check_equal(frames, tables)):,} findings of {len(RULES)} rules")
        rounds = [
            (
                cpu_and_wall(engine, frames),
                cpu_and_wall(duckdb_merge, on(1, tables)),
                cpu_and_wall(duckdb_merge, on(CORES, tables)),
                cpu_and_wall(pandas_merge, frames),
            )
            for _ in range(ROUNDS)
        ]
        names = ("engine", "DuckDB, 1 thread", f"DuckDB, {CORES} threads", "pandas")
        for place, who in enumerate(names):
            cpu, wall = (statistics.median(each[place][part] for each in rounds) for part in (0, 1))
            ratios = (
                statistics.median(each[0][part] / each[place][part] for each in rounds) for part in (0, 1)
            )
            print(
                f"  {who:<18} {cpu:.2f} s, {wall:.2f} s; engine / it: {', '.join(f'{of:.2f}' for of in ratios)}"
            )
    print(f"peak memory of the engine: {peak_mib(engine, in_order):.0f} MiB over the day's own frames")


if __name__ == "__main__":
    main()
