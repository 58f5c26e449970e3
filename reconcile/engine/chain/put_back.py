"""What was written off too much and was put back since: a later gap of just that amount stands in its stock.

Source: rules/README.md, "Stock chain".
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.columns import bare
from reconcile.core.exact import IntArray
from reconcile.language.messages import Note
from reconcile.language.translate import to_say
from reconcile.rulebook.flags import bools, is_any_of, values_of

PUT_BACK = to_say("put back since: the stock rose by just that amount before operation {operation}")
PUT_BACK_SET = to_say("put back since: the stock of each product rose by just that amount")


class _Part(NamedTuple):
    """What one finding took too much from one stock. Places are in the order of the chains."""

    finding: int
    amount: int
    place: int


class _Stocks(NamedTuple):
    """The operations in the order of the chains, and what may have been put back before each; 0 where nothing."""

    place: IntArray
    """Of each operation, by its position in the frame."""
    stock: IntArray
    """By place."""
    rose: IntArray
    """By place."""


def with_put_backs(findings: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """The findings with `put_back`: their value where all that they took too much was put back since, else 0.

    They say so in their notes. Each gap serves one finding, the nearest before it. `operations` has the columns of the
    chain and `set_operations`. No lost update counts, and no gap around a sale whose write-off is missing.
    """
    value = findings["value"].array.to_numpy(np.int64, na_value=0)
    put_back = np.zeros(len(findings), dtype=np.int64)
    can_be = bools(findings, "is_goods") & (value > 0) & ~is_any_of(findings, "rule", "receipt-not-posted")
    parts = _parts(findings, np.flatnonzero(can_be).tolist(), operations) if can_be.any() else {}
    if not parts:
        return findings.assign(put_back=put_back)
    stocks = _stocks(operations)
    back = _all_back(parts, stocks)
    notes = findings["notes"].to_numpy(copy=True)
    number = bare(operations, "operation_id")[np.argsort(stocks.place)]
    for finding, gaps in back.items():
        put_back[finding] = value[finding]
        one = Note(PUT_BACK, {"operation": int(number[gaps[0]])})
        notes[finding] = (*notes[finding], one if len(gaps) == 1 else Note(PUT_BACK_SET))
    return findings.assign(put_back=put_back, notes=notes)


def _stocks(operations: pd.DataFrame) -> _Stocks:
    place = bare(operations, "chain_position")
    order = np.argsort(place)
    previous = operations["previous_after"].array
    rose = bare(operations, "before_quantity") - previous.to_numpy(np.int64, na_value=0)
    is_open = is_any_of(operations, "gap", "moved", "perhaps lost update")
    is_open &= ~bools(operations, "holds_missing_sale") & ~previous.isna()
    rose = np.where(is_open & (rose > 0), rose, 0)
    return _Stocks(place, bare(operations, "stock_id")[order], rose[order])


def _all_back(parts: dict[int, list[_Part]], stocks: _Stocks) -> dict[int, list[int]]:
    """By finding, the places of the gaps in which all of its parts came back."""
    while True:
        served = _served([part for each in parts.values() for part in each], stocks)
        partly = {finding for finding, gaps in served.items() if len(gaps) < len(parts[finding])}
        if not partly:
            return served
        parts = {finding: each for finding, each in parts.items() if finding not in partly}


def _served(parts: list[_Part], stocks: _Stocks) -> dict[int, list[int]]:
    """The gaps that serve each finding: in the order of the chain, each gap the nearest part before it."""
    at_place: defaultdict[int, list[_Part]] = defaultdict(list)
    for part in parts:
        at_place[part.place].append(part)
    waiting: defaultdict[tuple[int, int], list[_Part]] = defaultdict(list)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for place in np.union1d(np.flatnonzero(stocks.rose), np.array(list(at_place), dtype=np.int64)).tolist():
        stock, rose = int(stocks.stock[place]), int(stocks.rose[place])
        if rose and waiting[stock, rose]:
            found[waiting[stock, rose].pop().finding].append(place)
        for part in at_place.get(place, ()):
            waiting[stock, part.amount].append(part)
    return dict(found)


def _parts(findings: pd.DataFrame, rows: list[int], operations: pd.DataFrame) -> dict[int, list[_Part]]:
    """By finding, what it took too much from each stock; none of a line whose operations are in several."""
    under = _Operations(operations, findings["receipt_id"].iloc[rows].dropna().to_numpy(np.int64))
    found: dict[int, list[_Part]] = {}
    names = ("rule", "operation_id", "receipt_id", "receipt_product_id", "product_id", "difference")
    columns = (findings[name].array[rows] for name in names)
    for row, rule, operation, receipt, line, product, difference in zip(rows, *columns, strict=True):
        if rule == "duplicate-receipt":
            of_finding = under.of_receipt(int(receipt))
        elif rule in _OF_OPERATION:
            of_finding = under.with_set(int(operation))
        else:
            of_finding = under.of_line(int(line), int(product))
        parts = under.by_stock(row, of_finding)
        if rule not in _OF_OPERATION and rule != "duplicate-receipt":
            parts = (
                [parts[0]._replace(amount=int(difference))]
                if len(parts) == 1 and difference is not pd.NA
                else []
            )
        if parts and all(part.amount > 0 for part in parts):
            found[row] = parts
    return found


_OF_OPERATION = ("duplicate-write-off", "orphan-operation", "wrong-product")


class _Operations:
    """The operations of some receipts, to be found by what findings name."""

    def __init__(self, operations: pd.DataFrame, receipts: IntArray) -> None:
        chosen = np.isin(bare(operations, "asked_receipt_id"), receipts)
        self._sets = operations["set_operations"].array[chosen].tolist()
        self._moves = list(values_of(operations, chosen, "stock_id", "q", "chain_position"))
        numbers = bare(operations, "operation_id")[chosen].tolist()
        self._row = {key: row for row, key in enumerate(numbers)}
        self._by_line: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._by_receipt: defaultdict[int, list[int]] = defaultdict(list)
        names = ("asked_receipt_id", "receipt_product_id", "product_id", "line")
        for row, (receipt, line, product, at) in enumerate(values_of(operations, chosen, *names)):
            self._by_receipt[receipt].append(row)
            if at >= 0:
                self._by_line[line, product].append(row)

    def of_receipt(self, receipt: int) -> list[int]:
        return self._by_receipt.get(receipt, [])

    def of_line(self, line: int, product: int) -> list[int]:
        return self._by_line.get((line, product), [])

    def with_set(self, operation: int) -> list[int]:
        row = self._row[operation]
        others = self._sets[row].split(",")
        return [row, *(self._row[int(other)] for other in others if other.strip())]

    def by_stock(self, finding: int, rows: list[int]) -> list[_Part]:
        """The sums of q in each stock, at the last place in its chain."""
        sums: dict[int, tuple[int, int]] = {}
        for stock, q, place in (self._moves[row] for row in rows):
            amount, last = sums.get(stock, (0, -1))
            sums[stock] = (amount + q, max(last, place))
        return [_Part(finding, amount, place) for amount, place in sums.values()]
