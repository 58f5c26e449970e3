"""Sales in money: what was sold, what it cost, and how much of it was judged.

Input: `receipts`, `lines`, `control` and `failures` of a `Result`, and its bridge.
"""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.analysis.bridge import Bridge
from reconcile.core.exact import MICRO, half_even, sum_of_known
from reconcile.engine.result import Result

JUDGED = ("matched", "flagged")
NOT_JUDGED = ("unverified", "untracked")
"""Classes of lines. A void line is no sale."""
OF_RECEIPTS = ("open", "failed")
"""Classes of receipts, which have no lines here."""


def line_amounts(lines: pd.DataFrame) -> Any:
    """The sale amount of each line, in millionths: negative for a return, 0 for a void line; NA where not known."""
    amounts = lines["sale_amount"].abs() * np.sign(lines["sold"].to_numpy())
    return amounts.mask((lines["sold"] == 0).to_numpy(), 0)


def share(part: int | None, whole: int) -> int | None:
    """`part` of `whole` in millionths of 1; None where the whole is not above 0, or the part is not known."""
    return None if part is None or whole <= 0 else half_even(part * MICRO, whole)


@dataclasses.dataclass(frozen=True)
class Sales:
    """Sums of the reconciled receipts, in millionths of money."""

    net: int
    """Of the lines, after their discounts, less returns."""
    by_receipts: int
    """Of the receipts' own totals: with what is charged or taken off for a receipt as a whole."""
    expected_cost: int
    """Of what should have been written off, at the unit costs of the warehouse."""
    actual_cost: int
    """Of what was written off."""


def sales(result: Result, bridge: Bridge) -> Sales:
    """The sales of a day."""
    receipts = result.receipts
    counted = receipts[(receipts["receipt_class"] == "reconciled") & ~receipts["is_dead"]]
    return Sales(
        sum_of_known(line_amounts(result.lines)) or 0,
        sum_of_known(_receipt_amounts(counted)) or 0,
        bridge.sold,
        bridge.written_off,
    )


def _receipt_amounts(receipts: pd.DataFrame) -> pd.Series[Any]:
    return receipts["total"].abs() * np.where(receipts["is_return"], -1, 1)


class Coverage(NamedTuple):
    """One class of sales."""

    name: str
    """`judged`, `unverified`, `untracked` (lines), `open`, `failed` (receipts)."""
    number: int
    amount: int


def coverage(result: Result) -> list[Coverage]:
    """How much of the day's sales was judged, and how much not, by class. Open receipts count with their totals."""
    amounts, status, receipts = line_amounts(result.lines), result.lines["status"], result.receipts
    lines, listed = result.control.lines, result.control.receipts

    def of_lines(*classes: str) -> int:
        return sum_of_known(amounts[status.isin(classes).to_numpy()]) or 0

    def of_receipts(name: str) -> int:
        return sum_of_known(_receipt_amounts(receipts[receipts["receipt_class"] == name])) or 0

    return [
        Coverage("judged", sum(lines[name] for name in JUDGED), of_lines(*JUDGED)),
        *(Coverage(name, lines[name], of_lines(name)) for name in NOT_JUDGED),
        *(Coverage(name, listed[name], of_receipts(name)) for name in OF_RECEIPTS),
    ]
