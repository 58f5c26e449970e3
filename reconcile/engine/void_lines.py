"""What stands under lines that sold nothing, by product: goods that left the books without a sale.

Source: rules/README.md, `unexpected-write-off`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.core.exact import sum_by
from reconcile.core.positions import starts
from reconcile.engine.claims import claims
from reconcile.engine.join import Join
from reconcile.model.matched import VoidWriteOffs


def void_write_offs(join: Join, lines: pd.DataFrame) -> pd.DataFrame:
    """`VoidWriteOffs` of the lines that sold nothing and lost no operation. `lines` has `sold` and `is_label`."""
    chosen = ((lines["sold"] == 0) & ~lines["lost_operation"]).to_numpy()
    rows = np.flatnonzero(join.line >= 0)
    rows = rows[chosen[join.line[rows]]]
    operations = join.operations.iloc[rows]
    line, product = join.line[rows], operations["product_id"].to_numpy()
    order = np.lexsort([product, line])
    line, product, q = line[order], product[order], join.q[rows][order]
    is_start = starts(line, product)
    group, first = np.cumsum(is_start) - 1, np.flatnonzero(is_start)
    line, product = line[first], product[first]
    is_own = product == lines["product_id"].to_numpy()[line]
    taken = sum_by(group, q, len(first))
    wrong = taken != 0
    has_own = np.isin(line, line[is_own & wrong])
    frame = pd.DataFrame(
        {
            "line": line.astype(np.int64),
            **{
                name: lines[name].to_numpy()[line]
                for name in ("receipt_id", "receipt_product_id", "is_label")
            },
            "product_id": product,
            "product": operations["product"].array[order][first],
            "written_off": taken,
            "worth": sum_by(group, operations["worth"].to_numpy()[order], len(first)),
            "is_own": is_own,
            "has_own": has_own,
            "claim": claims(len(first)),
        }
    )[wrong]
    is_first = frame["is_own"] | (~frame["has_own"] & ~frame.duplicated("line"))
    return VoidWriteOffs.checked(
        frame.assign(is_first=is_first).drop(columns=["is_own", "has_own"]).reset_index(drop=True)
    )
