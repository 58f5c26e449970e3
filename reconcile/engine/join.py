"""Joins sale lines and stock operations on `receipt_product_id`: the line of each operation, and sums by line.

Source: rules/README.md, "Terms".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection

import numpy as np
import pandas as pd

from reconcile.core.columns import with_columns
from reconcile.core.exact import BoolArray, IntArray, sum_by
from reconcile.core.positions import Positions, positions, take_or
from reconcile.engine.direction import sales, taken
from reconcile.engine.total_costs import TotalCosts, total_costs
from reconcile.engine.zones import without_zone
from reconcile.frames import Day
from reconcile.settings.thresholds import DayThresholds

Sums = dict[str, IntArray]
"""By name, a sum for each line, in millionths; or a count."""


@dataclasses.dataclass(frozen=True)
class Join:
    """Lines and operations, joined."""

    lines: pd.DataFrame
    operations: pd.DataFrame
    line: Positions
    """The line of each operation, -1 where there is none."""
    is_own: BoolArray
    q: IntArray
    receipt_of_line: Positions
    receipt_of_operation: Positions
    costs: TotalCosts


def join_day(day: Day, thresholds: DayThresholds, off: Collection[str]) -> Join:
    """Lines with what they sold; operations with their line, what they took, and the fields of their receipt."""
    lines, operations, receipts = day.lines, day.operations, day.receipts
    ids = receipts["receipt_id"].to_numpy()
    of_line, of_operation = (
        positions(ids, each.to_numpy()) for each in (lines["receipt_id"], operations["asked_receipt_id"])
    )
    line, is_orphan = _line_of_operation(day)
    is_own = take_or(lines["product_id"].to_numpy(), line, 0) == operations["product_id"].to_numpy()
    sold = sales(lines, receipts, of_line)
    of_receipt = receipts["is_return"].to_numpy()[of_operation]
    is_return = np.where(line < 0, of_receipt, take_or(sold["is_return"], line, False))
    on_sale = take_or(sold["sold"], line, 0) > 0
    costs = total_costs(operations, on_sale, thresholds)
    q, either_sign = taken(operations, line, is_own, is_return=is_return, on_sale=on_sale, sold=sold["sold"])
    seen = ("business_day", "created_at", "created_zoned", "closed_at", "closed_zoned")
    joined = with_columns(
        operations,
        line=line.astype(np.int64, copy=False),
        is_orphan=is_orphan,
        is_own=is_own,
        is_return=is_return,
        q=q,
        worth=np.sign(q) * np.abs(operations["total_cost"].to_numpy()),
        either_sign=either_sign,
        on_sale=on_sale,
        is_total_off=costs.is_total_off,
        is_costed=costs.is_costed,
        **{name: receipts[name].to_numpy()[of_operation] for name in seen},
    )
    joined = without_zone(joined, thresholds.general, is_on="cut-off" not in off)
    return Join(with_columns(lines, **sold), joined, line, is_own, q, of_line, of_operation, costs)


def _line_of_operation(day: Day) -> tuple[Positions, BoolArray]:
    """The line of each operation (-1: none), and whether it is an orphan.

    An operation belongs to a line if the line is of the receipt that was asked for, `receipt_id` is that receipt, and
    it is no other document's. One of a quarantined line has no line to join, but is no orphan.
    """
    operations = day.operations
    asked = operations["asked_receipt_id"].to_numpy()
    line = positions(day.lines["receipt_product_id"].to_numpy(), operations["receipt_product_id"].to_numpy())
    belongs = (operations["receipt_id"].to_numpy() == asked) & ~operations["of_document"].to_numpy()
    same_receipt = take_or(day.lines["receipt_id"].to_numpy(), line, 0) == asked
    line[~(belongs & same_receipt)] = -1
    is_orphan = line < 0
    if day.broken_lines:
        named = zip(asked.tolist(), operations["receipt_product_id"].tolist(), strict=True)
        is_orphan &= ~(belongs & np.array([pair in day.broken_lines for pair in named], dtype=np.bool_))
    return line, is_orphan


def sums_by_line(join: Join) -> Sums:
    """What was written off for each line, over all its operations and over its own."""
    line, is_own, q, size = join.line, join.is_own, join.q, len(join.lines)
    total_cost, quantity = join.operations["total_cost"].to_numpy(), join.operations["quantity"].to_numpy()
    is_costed = is_own & join.operations["is_costed"].to_numpy()

    def by_line(rows: BoolArray, **columns: IntArray) -> Sums:
        """The sums of columns over these operations."""
        groups = line[rows]
        return {name: sum_by(groups, each[rows], size) for name, each in columns.items()}

    def number(rows: BoolArray) -> IntArray:
        return np.bincount(line[rows], minlength=size).astype(np.int64)

    return (
        {"operations": number(line >= 0), "own_operations": number(is_own)}
        | by_line(line >= 0, written_off=q, written_off_cost=join.operations["worth"].to_numpy())
        | by_line(is_own, own_written_off=q)
        | by_line(is_costed, own_cost=np.abs(total_cost), own_quantity=np.abs(quantity))
    )
