"""The data contracts between the stages: one pandera model per frame, strict about columns and types.

Numbers are int64 counts of millionths (`reconcile.core.exact`). Ids are positive int64, and 0 where the API gave
none. Texts are categories, empty where unknown. Times are naive, local to the venue, NaT where absent; the
`…_zoned` flag marks one that came with `Z` while no zone is configured, so that it can't be compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import DateTime
from pandera.typing import Series

from reconcile.model.contract import Contract, numbers, seconds

RECEIPT_CLASSES = ("reconciled", "open", "other_day", "failed")


class Receipts(Contract):
    """One row per listed receipt that has an id."""

    receipt_id: Series[np.int64] = numbers("id", ge=1, unique=True)
    receipt_class: Series[pd.CategoricalDtype] = pa.Field(isin=RECEIPT_CLASSES)
    business_day: Series[DateTime] = seconds()
    created_at: Series[DateTime] = seconds()
    created_zoned: Series[np.bool_]
    closed_at: Series[DateTime] = seconds()
    closed_zoned: Series[np.bool_]
    is_return: Series[np.bool_]
    is_dead: Series[np.bool_]
    """Deleted or cancelled."""
    is_deleted: Series[np.bool_]
    """Deleted, whatever its `order_status`, the label, says."""
    deleted_at: Series[DateTime] = seconds()
    cid: Series[pd.CategoricalDtype]
    """The id that the till made for the sale; empty where absent."""
    total: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """What the guest owed, as the API has it."""
    sale_type_id: Series[np.int64] = numbers("id", ge=0)
    terminal_id: Series[np.int64] = numbers("id", ge=0)
    source: Series[pd.CategoricalDtype]
    """Where the receipt was made, such as `pos`; empty where absent."""
    awaits_posting: Series[np.bool_]
    """Open, because it has no operation and closed so late that the till may not have posted it when the run began."""
    total_cost: Series[np.int64] = numbers("millionths")
    """The API's `totalCost`; 0 where absent."""
    lost_operation: Series[np.bool_]
    """An operation of this receipt was quarantined, so its sums are incomplete."""


class SaleLines(Contract):
    """One row per line of a reconciled receipt (`receipt_products[]`)."""

    receipt_product_id: Series[np.int64] = numbers("id", ge=1, unique=True)
    receipt_id: Series[np.int64] = numbers("id", ge=1)
    product_id: Series[np.int64] = numbers("id", ge=1)
    product: Series[pd.CategoricalDtype]
    unit: Series[pd.CategoricalDtype]
    category_id: Series[np.int64] = numbers("id", ge=0)
    """Of the product; 0 where unknown."""
    type: Series[pd.CategoricalDtype]
    """GOODS, MODIFICATION, DISH, PREPARATION, INGREDIENT, TIMER; empty where unknown."""
    inventory_behavior: Series[pd.CategoricalDtype]
    product_hash: Series[pd.CategoricalDtype]
    """Product and modifiers, as the API has it."""
    modifiers: Series[pd.CategoricalDtype]
    """The modifiers chosen, as text (`reconcile.model.modifiers`)."""
    count: Series[np.int64] = numbers("millionths")
    portion_size: Series[np.int64] = numbers("millionths")
    cost_price: Series[np.int64] = numbers("millionths")
    """The catalogue's unit cost; 0 where unknown."""
    price: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    subtotal: Series[np.int64] = numbers("millionths")
    """Before discounts; 0 where absent or unreadable."""
    sale_amount: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """The API's `total`, after discounts, without a sign for returns; else `subtotal` − `total_discount`."""
    discount: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """The API's `total_discount`, else `subtotal` − `total`."""
    is_gift: Series[np.bool_]
    created_at: Series[DateTime] = seconds()
    deleted_at: Series[DateTime] = seconds()
    is_deleted: Series[np.bool_]
    lost_operation: Series[np.bool_]
    """An operation that is, or may be, of this line was quarantined."""


class StockOperations(Contract):
    """One row per stock operation that the API gave for a reconciled receipt, each id once."""

    operation_id: Series[np.int64] = numbers("id", ge=1, unique=True)
    asked_receipt_id: Series[np.int64] = numbers("id", ge=1)
    """The receipt that was asked for."""
    receipt_id: Series[np.int64] = numbers("id", ge=0)
    receipt_product_id: Series[np.int64] = numbers("id", ge=0)
    of_document: Series[np.bool_]
    """The API gave an `operation_id` that is not 0: the operation belongs to another document, not to the receipt."""
    product_id: Series[np.int64] = numbers("id", ge=1)
    product: Series[pd.CategoricalDtype]
    stock_id: Series[np.int64] = numbers("id", ge=1)
    storage_id: Series[np.int64] = numbers("id", ge=0)
    storage: Series[pd.CategoricalDtype]
    quantity: Series[np.int64] = numbers("millionths")
    before_quantity: Series[np.int64] = numbers("millionths")
    after_quantity: Series[np.int64] = numbers("millionths")
    cost: Series[np.int64] = numbers("millionths")
    before_cost: Series[np.int64] = numbers("millionths")
    """0 where absent."""
    total_cost: Series[np.int64] = numbers("millionths")
    operated_at: Series[DateTime] = seconds()
    operated_zoned: Series[np.bool_]


class Quarantine(Contract):
    """One row per record that can't be read exactly; it is in no sum."""

    record: Series[pd.CategoricalDtype] = pa.Field(isin=("receipt", "line", "operation"))
    id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    receipt_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    receipt_product_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    """Of an operation: the line that lost it."""
    reason: Series[pd.StringDtype]
