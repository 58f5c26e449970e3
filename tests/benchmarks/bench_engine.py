"""How long a million lines take from typed columns through pandera, match and all rules.

    python -m tests.benchmarks.bench_engine [--lines 1000000] [--faults 0.01]

Beside it, in the same run, the floor that a plain script would reach: a bare pandas merge on the same int64
columns with six checks. What counts is the ratio; times move with the machine.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np
import pandas as pd

from reconcile.engine.judge import judge_day
from reconcile.engine.match import match_day
from reconcile.frames import Day, RawCounts
from reconcile.model.contracts import Receipts, SaleLines, StockOperations
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import day_thresholds
from tests.benchmarks.measuring import peak_mib, timed
from tests.given.synthetic import synthetic_day

Frames = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
SETTINGS = Settings()
ROUNDS = 5


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


def engine(frames: Frames) -> int:
    """What the program does with typed columns."""
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
    return len(judge_day(matched, {}, RULES, SETTINGS.rules, thresholds)[0])


def bare_merge(frames: Frames) -> int:
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
    return int(sum(check.sum() for check in (missing, mismatch, orphan, balance, total, drift)))


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
    print(f"{options.lines:,} lines, {len(in_order[2]):,} operations, {engine(in_order):,} findings")
    print(
        f"engine: pandera, match, {len(RULES)} rules, findings. bare: one merge, six checks. Median of {ROUNDS} pairs."
    )
    for name, frames in (("rows in no order", shuffled(in_order)), ("rows in order of ids", in_order)):
        pairs = [(timed(engine, frames), timed(bare_merge, frames)) for _ in range(ROUNDS)]
        ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(first / second for first, second in pairs)
        memory = peak_mib(engine, frames) / peak_mib(bare_merge, frames)
        print(
            f"{name:<21} engine {ours:.2f} s, bare {bare:.2f} s, ratio {ratio:.2f}, memory ratio {memory:.2f}"
        )
    print(f"peak memory of the engine: {peak_mib(engine, in_order):.0f} MiB over the day's own frames")


if __name__ == "__main__":
    main()
