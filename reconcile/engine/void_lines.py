"""What stands under lines that sold nothing, by product: goods that left the books without a sale.

Source: rules/README.md, `unexpected-write-off`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import sum_by
from reconcile.core.positions import starts, take_or
from reconcile.engine.claims import claims
from reconcile.engine.join import Join
from reconcile.model.matched import VoidWriteOffs
from reconcile.rulebook.flags import bools, ints


def void_write_offs(join: Join, lines: pd.DataFrame) -> pd.DataFrame:
    """`VoidWriteOffs` of the lines that sold nothing and lost no operation. `lines` has `sold` and `is_label`."""
    chosen = (ints(lines, "sold") == 0) & ~bools(lines, "lost_operation")
    rows = np.flatnonzero(take_or(chosen, join.line, False))
    rows = rows[np.lexsort([ints(join.operations, "product_id")[rows], join.line[rows]])]
    is_start = starts(join.line[rows], ints(join.operations, "product_id")[rows])
    group, first = np.cumsum(is_start) - 1, rows[is_start]
    taken = sum_by(group, join.q[rows], len(first))
    worth = sum_by(group, ints(join.operations, "worth")[rows], len(first))
    wrong = taken != 0
    first = first[wrong]
    line, is_own = join.line[first], join.is_own[first]
    is_first = is_own | (~np.isin(line, line[is_own]) & starts(line))
    return VoidWriteOffs.checked(
        pd.DataFrame(
            {
                "line": line.astype(np.int64),
                **{
                    name: lines[name].to_numpy()[line]
                    for name in ("receipt_id", "receipt_product_id", "is_label")
                },
                "product_id": ints(join.operations, "product_id")[first],
                "product": join.operations["product"].array[first],
                "written_off": taken[wrong],
                "worth": worth[wrong],
                "claim": claims(len(first)),
                "is_first": is_first,
            }
        )
    )
