"""What each line wrote off, by product."""

from __future__ import annotations

import dataclasses

import numpy as np

from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray, sum_by
from reconcile.core.positions import Positions, starts
from reconcile.engine.join import Join


@dataclasses.dataclass(frozen=True)
class WriteOffs:
    """One row per line and product that it wrote off, in the order of both. Sums are in millionths."""

    line: Positions
    product: IntArray
    q: IntArray
    operations: IntArray
    cost: IntArray
    """Sum of |total_cost| of those whose cost can be relied on."""
    quantity: IntArray
    """Sum of |quantity| of the same."""
    of_operation: Positions
    """The row of each operation of the day; -1 where it belongs to none of these lines."""

    @classmethod
    def of(cls, join: Join, chosen: BoolArray) -> WriteOffs:
        """Those of the chosen lines."""
        rows = np.flatnonzero(join.line >= 0)
        rows = rows[chosen[join.line[rows]]]
        line, product = join.line[rows], bare(join.operations, "product_id")[rows]
        order = np.lexsort([product, line])
        line, product = line[order], product[order]
        is_first = starts(line, product)
        group = np.cumsum(is_first) - 1
        size = int(is_first.sum())
        of_operation = np.full(len(join.line), -1, dtype=np.intp)
        of_operation[rows[order]] = group

        is_costed = bare(join.operations, "is_costed")

        def summed(column: IntArray) -> IntArray:
            return sum_by(group, column[rows[order]], size)

        return cls(
            line=line[is_first],
            product=product[is_first],
            q=summed(join.q),
            operations=np.bincount(group, minlength=size).astype(np.int64),
            cost=summed(np.where(is_costed, np.abs(bare(join.operations, "total_cost")), 0)),
            quantity=summed(np.where(is_costed, np.abs(bare(join.operations, "quantity")), 0)),
            of_operation=of_operation,
        )

    def has_any(self, lines: int) -> BoolArray:
        """For each of so many lines, whether it has a row."""
        found = np.zeros(lines, dtype=np.bool_)
        found[self.line] = True
        return found

    def find(self, line: Positions, product: IntArray) -> Positions:
        """The row of each line and product; -1 where the line did not write it off."""
        if not len(self.line):
            return np.full(len(line), -1, dtype=np.intp)
        ids = np.unique(self.product)
        keys, wanted = (
            of_line * (len(ids) + 1) + np.searchsorted(ids, of_product)
            for of_line, of_product in ((self.line, self.product), (line, product))
        )
        at = np.searchsorted(keys, wanted)  # the rows, and so their keys, are in order
        at[at == len(keys)] = 0
        return np.where((self.line[at] == line) & (self.product[at] == product), at, -1)
