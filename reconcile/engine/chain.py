"""The chain of a stock: its operations in order, and what its gaps tell of write-offs that are missing.

A sale whose write-off is missing left the stock as it was, or a gap of just that amount lies open around it: then it
was deducted, and not under its receipt. Where several answers fit, none is given.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.exact import IntArray, Times
from reconcile.core.positions import by_stock_and_time, starts
from reconcile.model.contracts import DEDUCTIONS

_UNKNOWN, ELSEWHERE, NEVER, UNCLEAR = range(len(DEDUCTIONS))
_MOST_SUMS = 4096
"""Of so many sums and more, what explains a gap is not looked for."""


@dataclasses.dataclass(frozen=True)
class Claims:
    """Write-offs that are missing: so much of a product, for a sale of that time."""

    product: IntArray
    amount: IntArray
    sold_at: Times


class Answer(NamedTuple):
    """What became of a missing write-off (a place in `DEDUCTIONS`), and the operation after the gap; 0 where none."""

    deduction: int
    operation_id: int


class _Gap(NamedTuple):
    """Between two operations of one stock, by the place of the later."""

    later: int
    moved: int


def told_apart(operations: pd.DataFrame, claims: Claims) -> list[Answer]:
    """What became of each missing write-off."""
    answers: list[list[Answer]] = [[] for _ in claims.product]
    if not answers:
        return []
    chain = _Chain(operations, set(claims.product.tolist()))
    fitting: defaultdict[_Gap, list[int]] = defaultdict(list)
    for claim in np.flatnonzero(~np.isnat(claims.sold_at)).tolist():
        for gaps in chain.around(int(claims.product[claim]), claims.sold_at[claim]):
            moved = [gap for gap in gaps if gap.moved]
            if len(moved) == 1:
                fitting[moved[0]].append(claim)
            else:
                answers[claim].append(Answer(UNCLEAR if moved else NEVER if gaps else _UNKNOWN, 0))
    ids = operations["operation_id"].to_numpy()
    for gap, some in fitting.items():
        explained = _explaining([int(claims.amount[claim]) for claim in some], -gap.moved)
        for place, claim in enumerate(some):
            is_elsewhere = explained is not None and place in explained
            without = UNCLEAR if explained is None else NEVER
            answers[claim].append(
                Answer(ELSEWHERE, int(ids[gap.later])) if is_elsewhere else Answer(without, 0)
            )
    return [_one_answer(found) for found in answers]


def _one_answer(found: Sequence[Answer]) -> Answer:
    """Of a product that lies in several stocks: one of them tells it was deducted, or all that it was not."""
    elsewhere = [answer for answer in found if answer.deduction == ELSEWHERE]
    if len(elsewhere) == 1:
        return elsewhere[0]
    kinds = {answer.deduction for answer in found}
    return Answer(NEVER if kinds == {NEVER} else UNCLEAR if kinds - {_UNKNOWN, NEVER} else _UNKNOWN, 0)


def _explaining(amounts: Sequence[int], moved: int) -> frozenset[int] | None:
    """The only choice of amounts that adds up to what moved; None where there is none, or more than one."""
    if sum(amounts) == moved and (min(amounts) > 0 or max(amounts) < 0):
        return frozenset(range(len(amounts)))  # nothing but all of them comes to as much
    choices: dict[int, frozenset[int] | None] = {0: frozenset()}
    for place, amount in enumerate(amounts):
        further = dict(choices)
        for total, chosen in choices.items():
            with_it = None if chosen is None else chosen | {place}
            further[total + amount] = None if total + amount in further else with_it
        choices = further
        if len(choices) > _MOST_SUMS:
            return None
    return choices.get(moved)


class _Chain:
    """The stocks of some products, each with its operations in order."""

    def __init__(self, operations: pd.DataFrame, products: set[int]) -> None:
        order = by_stock_and_time(operations)
        self._order = order[np.isin(operations["product_id"].to_numpy()[order], list(products))]
        product, stock = (operations[name].to_numpy()[self._order] for name in ("product_id", "stock_id"))
        self._time = operations["operated_at"].to_numpy()[self._order]
        before, after = (
            operations[f"{name}_quantity"].to_numpy()[self._order] for name in ("before", "after")
        )
        self._moved = before[1:] - after[:-1]
        bounds = [*np.flatnonzero(starts(stock, product)).tolist(), len(stock)]
        self._stocks: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for start, end in itertools.pairwise(bounds):
            self._stocks[int(product[start])].append((start, end))

    def around(self, product: int, time: np.datetime64) -> Iterator[list[_Gap]]:
        """For each stock of a product, the gaps between operations before and after that time."""
        for start, end in self._stocks[product]:
            within = self._time[start:end]
            first = max(start + int(np.searchsorted(within, time, "left")) - 1, start)
            last = min(start + int(np.searchsorted(within, time, "right")) - 1, end - 2)
            yield [_Gap(int(self._order[at + 1]), int(self._moved[at])) for at in range(first, last + 1)]
