"""What was not posted: products that are never written off, and receipts without any operation.

Source: rules/README.md, "What was not posted".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.columns import with_columns
from reconcile.core.exact import BoolArray, IntArray, nullable, sum_of_known
from reconcile.core.positions import Positions, take_or
from reconcile.engine.claims import claimed, no_values, texts
from reconcile.model.matched import DEDUCTIONS
from reconcile.rulebook.flags import bools, ints, is_any_of, is_kind, is_unclaimed, value_of
from reconcile.settings.thresholds import DayThresholds

NEVER_RULE, RECEIPT_RULE = "goods-never-written-off", "receipt-not-posted"
_FEWEST_LINES = 3


@dataclasses.dataclass(frozen=True)
class Unposted:
    """What was found."""

    lines: pd.DataFrame
    """With claims."""
    receipts: dict[str, Any]
    """New columns of the receipts: `unposted_lines`, their value `unposted_value`, and `only_returns`."""


def with_missing(lines: pd.DataFrame, operations: pd.DataFrame, thresholds: DayThresholds) -> pd.DataFrame:
    """The lines with `is_missing` and `found`, as in `MatchedLines`."""
    is_missing = _is_missing(lines, thresholds)
    return with_columns(lines, is_missing=is_missing, found=_found_under(is_missing, lines, operations))


def _is_missing(lines: pd.DataFrame, thresholds: DayThresholds) -> BoolArray:
    """Lines that took nothing from stock of what is due, and would be a missing write-off if nothing explains it."""
    sold = ints(lines, "sold")
    direct = is_kind(lines, "direct") & (ints(lines, "own_operations") == 0)
    dish = is_kind(lines, "composite") & (ints(lines, "operations") == 0)
    dish &= is_any_of(lines, "recipe", "known") | bools(lines, "sibling_written_off")
    missing: BoolArray = (direct | dish) & (sold != 0) & ~bools(lines, "lost_operation")
    return missing & ((sold > 0) | thresholds.returns_restock(ints(lines, "product_id")))


def _found_under(is_missing: BoolArray, lines: pd.DataFrame, operations: pd.DataFrame) -> pd.Categorical:
    """For each missing line with operations, how many there are and of what; else the empty text."""
    line = operations["line"].to_numpy()
    rows = np.flatnonzero(take_or(is_missing, line, False))
    found: dict[int, list[str]] = {}
    for at, name in zip(line[rows].tolist(), operations["product"].iloc[rows].tolist(), strict=True):
        found.setdefault(at, []).append(name)
    shown = {at: f"{len(names)} ({', '.join(sorted(set(names)))})" for at, names in found.items()}
    return texts(shown, len(lines))


def find_unposted(
    lines: pd.DataFrame,
    operations: pd.DataFrame,
    receipt_of_line: Positions,
    *,
    has_operations: BoolArray,
    off: Collection[str],
) -> Unposted:
    """Claim the lines of products that are never written off, then those of receipts that were not posted.

    `lines` (`MatchedLines`) has `is_missing`: it would be a missing write-off. `has_operations` is of each
    receipt, orphans and quarantined operations included. `off`: rules that are switched off.
    """
    if NEVER_RULE not in off:
        never = _never_written_off(lines, operations, receipt_of_line, has_operations)
        lines = claimed(lines, np.flatnonzero(never).tolist(), NEVER_RULE)
    size = len(has_operations)
    missing = lines["is_missing"].to_numpy() & is_unclaimed(lines)
    rows = np.flatnonzero(missing & ~has_operations[receipt_of_line])
    number = np.bincount(receipt_of_line[rows], minlength=size)
    not_posted = number >= 2
    if RECEIPT_RULE in off:
        not_posted[:] = False
    rows = rows[not_posted[receipt_of_line[rows]]]
    values: dict[int, list[Any]] = {}
    worth = value_of(lines, rows, -ints(lines, "due")[rows]).tolist()
    for receipt, each in zip(receipt_of_line[rows].tolist(), worth, strict=True):
        values.setdefault(receipt, []).append(each)
    has_sale = np.zeros(size, dtype=np.bool_)
    is_sale = ~is_kind(lines, "untracked") & (ints(lines, "sold") > 0)
    has_sale[receipt_of_line[is_sale]] = True
    value = no_values(size)
    value[list(values)] = nullable(map(sum_of_known, values.values()))
    return Unposted(
        claimed(lines, rows.tolist(), RECEIPT_RULE),
        {
            "unposted_lines": np.where(not_posted, number, 0).astype(np.int64),
            "unposted_value": value,
            "only_returns": not_posted & ~has_sale,
        },
    )


def unposted_deductions(lines: pd.DataFrame, receipt_ids: pd.Series[int]) -> Any:
    """For each receipt, what the stock shows of its lines that were not posted, where that is the same; else empty."""
    rows = np.flatnonzero(is_any_of(lines, "claim", RECEIPT_RULE))
    of_line = zip(ints(lines, "receipt_id")[rows].tolist(), lines["deduction"].array.codes[rows], strict=True)
    shown: dict[int, set[int]] = {}
    for receipt, code in of_line:
        shown.setdefault(receipt, set()).add(code)
    codes = np.zeros(len(receipt_ids), dtype=np.int8)
    for row in np.flatnonzero(receipt_ids.isin(list(shown))).tolist():
        first, *others = shown[receipt_ids.iloc[row]]
        codes[row] = 0 if others else first
    return kinds(codes, DEDUCTIONS)


def _never_written_off(
    lines: pd.DataFrame, operations: pd.DataFrame, receipt_of_line: Positions, has_operations: BoolArray
) -> BoolArray:
    """Missing lines of direct products with three or more such lines, and no operation anywhere."""
    product = lines["product_id"].to_numpy()
    of_kind = is_kind(lines, "direct") & (ints(lines, "sold") != 0)
    is_missing = of_kind & lines["is_missing"].to_numpy() & is_unclaimed(lines)
    if np.bincount(np.unique(product[is_missing], return_inverse=True)[1]).max(initial=0) < _FEWEST_LINES:
        return np.zeros(len(lines), dtype=np.bool_)
    contradicts = of_kind & lines["lost_operation"].to_numpy()
    contradicts |= of_kind & is_any_of(lines, "claim", "misplaced-write-off", "wrong-product")
    written_off = ints(operations, "product_id")[ints(operations, "q") > 0]
    shown = np.concatenate([written_off, product[contradicts]])
    never = is_missing & ~np.isin(product, shown)
    counts = has_operations[receipt_of_line] | _only_product(product, lines, receipt_of_line)
    products, number = np.unique(product[never & counts], return_counts=True)
    return np.asarray(never & np.isin(product, products[number >= _FEWEST_LINES]), dtype=np.bool_)


def _only_product(product: IntArray, lines: pd.DataFrame, receipt_of_line: Positions) -> BoolArray:
    """Lines whose receipt holds no due line of another product."""
    due = ~is_kind(lines, "untracked") & (ints(lines, "sold") != 0)
    size = int(receipt_of_line.max(initial=-1)) + 1
    lowest, highest = np.full(size, np.iinfo(np.int64).max), np.zeros(size, dtype=np.int64)
    np.minimum.at(lowest, receipt_of_line[due], product[due])
    np.maximum.at(highest, receipt_of_line[due], product[due])
    return np.asarray((lowest == highest)[receipt_of_line], dtype=np.bool_)
