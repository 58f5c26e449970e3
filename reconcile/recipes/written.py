"""What each line wrote off, product by product."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from reconcile.exact import BoolArray, IntArray, sum_by
from reconcile.positions import Positions


@dataclasses.dataclass(frozen=True)
class Join:
    """Lines and operations, and which belong together."""

    lines: pd.DataFrame
    operations: pd.DataFrame
    line: Positions
    """Of each operation, -1 where none."""
    is_own: BoolArray
    q: IntArray


@dataclasses.dataclass(frozen=True)
class Written:
    """One row a line and product that it wrote off, in the order of both."""

    line: Positions
    product: IntArray
    q: IntArray
    operations: IntArray
    cost: IntArray
    """Sum of |total_cost|."""
    quantity: IntArray
    """Sum of |quantity|."""
    of_operation: Positions
    """The row of each operation of the day; -1 where it is of none of these lines."""

    @classmethod
    def of(cls, join: Join, chosen: BoolArray) -> Written:
        """What the chosen lines wrote off."""
        rows = np.flatnonzero(join.line >= 0)
        rows = rows[chosen[join.line[rows]]]
        line, product = join.line[rows], join.operations["product_id"].to_numpy()[rows]
        order = np.lexsort([product, line])
        line, product = line[order], product[order]
        is_first = np.ones(len(rows), dtype=np.bool_)
        is_first[1:] = (line[1:] != line[:-1]) | (product[1:] != product[:-1])
        group = np.cumsum(is_first) - 1
        size = int(is_first.sum())
        of_operation = np.full(len(join.line), -1, dtype=np.intp)
        of_operation[rows[order]] = group

        def summed(column: IntArray) -> IntArray:
            return sum_by(group, column[rows[order]], size)

        return cls(
            line=line[is_first],
            product=product[is_first],
            q=summed(join.q),
            operations=np.bincount(group, minlength=size).astype(np.int64),
            cost=summed(np.abs(join.operations["total_cost"].to_numpy())),
            quantity=summed(np.abs(join.operations["quantity"].to_numpy())),
            of_operation=of_operation,
        )

    def find(self, line: Positions, product: IntArray) -> Positions:
        """Where each line and product stands among the rows; -1 where it was not written off."""
        codes, of_own = _codes(self.product, product)
        width = max(len(np.unique(codes)), 1)
        keys = self.line * width + codes
        order = np.argsort(keys, kind="stable")
        wanted = line * width + of_own
        at = np.searchsorted(keys[order], wanted)
        at[at == len(keys)] = 0
        if not len(keys):
            return np.full(len(line), -1, dtype=np.intp)
        found = order[at]
        found[(keys[found] != wanted) | (of_own < 0)] = -1
        return np.asarray(found, dtype=np.intp)


def _codes(known: IntArray, wanted: IntArray) -> tuple[IntArray, IntArray]:
    """Both as places among the known ids; -1 where not among them."""
    ids, codes = np.unique(known, return_inverse=True)
    at = np.searchsorted(ids, wanted)
    at[at == len(ids)] = 0
    found = ids[at] == wanted if len(ids) else np.zeros(len(wanted), dtype=np.bool_)
    return codes.astype(np.int64), np.where(found, at, -1)
