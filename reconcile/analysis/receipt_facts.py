"""What a receipt says of each of its lines and items: when, how and where it was sold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def receipt_facts(receipt_ids: pd.Series[Any], receipts: pd.DataFrame) -> pd.DataFrame:
    """A row for each receipt id, in order: `sold_at`, when the receipt was closed, else created; `sale_type_id`;
    `terminal_id`; `source`. All are missing where the id is.
    """
    facts = pd.DataFrame(
        {
            "sold_at": receipts["closed_at"].fillna(receipts["created_at"]),
            **{
                name: receipts[name].astype("Int64").mask(receipts[name] == 0)
                for name in ("sale_type_id", "terminal_id")
            },
            "source": receipts["source"],
        }
    ).set_index(receipts["receipt_id"].to_numpy())
    return facts.reindex(receipt_ids.fillna(0).to_numpy(np.int64)).set_index(receipt_ids.index)
