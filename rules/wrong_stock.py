"""Write-off from another product's stock.

What it checks: All operations of a stock record carry one product and one storage that day.
Why it matters: A stock record holds one product in one storage. Where two take from it, both balances are wrong, and so
    are their costs.
Example:
    stock   product   operations
    5001    Cola      7
    5001    Fanta     1            <- flagged: taken from the stock of cola
Not flagged: A product that is taken from several stocks. An operation whose storage the API does not give. Where two
    products have the most operations equally often, all operations of the stock are flagged.
What to do: Look at which product the stock record belongs to, and correct the stock of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.exact import multiply
from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags, Rows, ints
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="warning",
    names="operation",
    judges="operations",
    reads="stock_id product_id product storage_id storage q cost",
    message="the stock is that of {expected}, the operation is of {actual}",
    amounts="apart",
)
_FIELDS = (
    ("product", to_say("{own} was taken from the stock of {other}")),
    ("storage", to_say("the stock is in storage {other}, the operation is of storage {own}")),
)
"""In which a stock and an operation may differ, and how it is told."""
Kind = tuple[int, int]
"""Product and storage."""


class _Stranger(NamedTuple):
    """An operation that is not of the kind of its stock."""

    row: int
    other: int
    """An operation of that kind."""
    field: int
    """Position in `_FIELDS`."""
    expected: int
    actual: int


def judge(operations: pd.DataFrame, thresholds: DayThresholds) -> Flags:  # noqa: ARG001  one signature for all rules
    """Flag operations of another product, or of another storage, than most of their stock."""
    found = sorted(each for rows in _mixed_stocks(operations) for each in _strangers(operations, rows))
    rows = np.array([each.row for each in found], dtype=np.intp)
    return Flags(
        rows,
        expected_text=np.array([str(each.expected) for each in found], dtype=object),
        actual_text=np.array([str(each.actual) for each in found], dtype=object),
        value=multiply(ints(operations, "q")[rows], ints(operations, "cost")[rows]),
        notes=[_names(each, operations) for each in found],
    )


def _names(stranger: _Stranger, operations: pd.DataFrame) -> Notes:
    """The two by name, where both have one."""
    name, text = _FIELDS[stranger.field]
    names = {"own": operations[name].iat[stranger.row], "other": operations[name].iat[stranger.other]}
    return (Note(text, names),) if all(names.values()) else ()


def _strangers(operations: pd.DataFrame, rows: Rows) -> Iterator[_Stranger]:
    """The operations of one stock that are not of the kind that most are; all, where most are of two kinds."""
    kinds = _kinds(operations, rows)
    number = Counter(kinds)
    if len(number) == 1:
        return
    highest = max(number.values())
    most = [kind for kind, times in number.items() if times == highest]
    lowest = sorted(number)[:2]
    example = dict(zip(reversed(kinds), reversed(rows.tolist()), strict=True))
    for row, kind in zip(rows.tolist(), kinds, strict=True):
        if most != [kind]:
            other = most[0] if len(most) == 1 else lowest[kind == lowest[0]]
            field = int(kind[0] == other[0])
            yield _Stranger(row, example[other], field, other[field], kind[field])


def _kinds(operations: pd.DataFrame, rows: Rows) -> list[Kind]:
    """The kind of each operation of a stock. A storage that is not known is taken to be the one that most have."""
    product, storage = (ints(operations, name)[rows].tolist() for name in ("product_id", "storage_id"))
    known = Counter(sorted(each for each in storage if each))
    usual = known.most_common(1)[0][0] if known else 0
    return [(each, of or usual) for each, of in zip(product, storage, strict=True)]


def _mixed_stocks(operations: pd.DataFrame) -> list[Rows]:
    """The positions of the operations of each stock that carries more than one product or storage."""
    stock, product, storage = (ints(operations, name) for name in ("stock_id", "product_id", "storage_id"))
    codes, stocks = pd.factorize(stock)
    example = np.empty(len(stocks), dtype=np.intp)
    example[codes] = np.arange(len(codes))
    other = example[codes]
    is_mixed = np.zeros(len(stocks), dtype=np.bool_)
    is_mixed[codes[(product != product[other]) | (storage != storage[other])]] = True
    rows = np.flatnonzero(is_mixed[codes])
    rows = rows[np.lexsort([storage[rows], product[rows], stock[rows]])]
    return np.split(rows, np.flatnonzero(np.diff(stock[rows])) + 1) if len(rows) else []
