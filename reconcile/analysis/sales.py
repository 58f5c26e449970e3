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


def share(part: int | None, whole: int | None) -> int | None:
    """`part` of `whole` in millionths of 1; None where the whole is not above 0, or one of them is not known."""
    return None if part is None or whole is None or whole <= 0 else half_even(part * MICRO, whole)


@dataclasses.dataclass(frozen=True)
class Sales:
    """Sums of the reconciled receipts, in millionths of money."""

    net: int | None
    """Of the lines, after their discounts, less returns; None where no line says its amount."""
    of_receipts: int | None
    """What is charged, or taken off, for receipts as a whole: their totals less their lines, of the receipts whose
    amounts are all known; None where there are none."""
    expected_cost: int
    """Of what should have been written off, at the unit costs of the warehouse."""
    actual_cost: int
    """Of what was written off."""


def sales(result: Result, bridge: Bridge) -> Sales:
    """The sales of a day."""
    amounts = line_amounts(result.lines)
    net = sum_of_known(amounts) if len(amounts) else 0
    return Sales(net, _of_receipts(result, amounts), bridge.sold, bridge.written_off)


def _of_receipts(result: Result, amounts: pd.Series[Any]) -> int | None:
    receipts, of_line, quarantine = result.receipts, result.lines["receipt_id"], result.quarantine
    unreadable = quarantine["receipt_id"][(quarantine["record"] == "line").to_numpy()].dropna()
    unknown = {*of_line[amounts.isna().to_numpy()].tolist(), *unreadable.tolist()}
    is_known = receipts["total"].notna() & ~receipts["receipt_id"].isin(unknown)
    counted = receipts[(receipts["receipt_class"] == "reconciled") & ~receipts["is_dead"] & is_known]
    charged = sum_of_known(_receipt_amounts(counted))
    if charged is None:
        return None
    return charged - (sum_of_known(amounts[of_line.isin(counted["receipt_id"]).to_numpy()]) or 0)


def _receipt_amounts(receipts: pd.DataFrame) -> pd.Series[Any]:
    """The total of each receipt in millionths: negative for a return, 0 for a void receipt; NA where not known."""
    signed = receipts["total"].abs() * np.where(receipts["is_return"], -1, 1)
    return signed.mask(receipts["is_dead"].to_numpy(), 0)


class Coverage(NamedTuple):
    """One class of sales."""

    name: str
    """`judged`, `unverified`, `untracked` (lines), `open`, `failed` (receipts)."""
    number: int
    amount: int | None
    """The sum of the amounts that are known; None where there are sales and none of them says its amount."""
    unknown: int
    """How many of the number have no known amount."""


def coverage(result: Result) -> list[Coverage]:
    """How much of the day's sales was judged, and how much not, by class. Open receipts count with their totals."""
    lines, listed, status = result.control.lines, result.control.receipts, result.lines["status"]
    of_lines, of_receipts = line_amounts(result.lines), _receipt_amounts(result.receipts)

    def of(name: str, number: int, amounts: pd.Series[Any]) -> Coverage:
        return Coverage(name, number, sum_of_known(amounts) if number else 0, number - int(amounts.count()))

    return [
        of("judged", sum(lines[name] for name in JUDGED), of_lines[status.isin(JUDGED).to_numpy()]),
        *(of(name, lines[name], of_lines[(status == name).to_numpy()]) for name in NOT_JUDGED),
        *(
            of(name, listed[name], of_receipts[(result.receipts["receipt_class"] == name).to_numpy()])
            for name in OF_RECEIPTS
        ),
    ]
