"""A clean day of any size, as typed frames: every line is written off exactly, and every stock's chain closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.model.contracts import Receipts, SaleLines, StockOperations

MICRO = 1_000_000
DAY = np.datetime64("2026-01-19", "s")
_LINES_A_RECEIPT = 3.3
_SPLIT = 0.3  # of the lines are written off in two operations
_PRODUCTS = 400
_STORAGES = ("Main storage", "Bar")
_UNITS = ("pcs", "kg", "l")
_TYPES = ("GOODS", "MODIFICATION", "INGREDIENT")
_OPENING = 1_000_000 * MICRO

Ints = npt.NDArray[np.int64]


def synthetic_day(lines: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Receipts, sale lines and stock operations of a day of `lines` lines, valid by the contracts."""
    chance = np.random.default_rng(seed)
    sales = _sale_lines(lines, chance)
    operations = _operations(sales, chance)
    receipts = _receipts(sales, operations)
    return (
        Receipts.validate(receipts),
        SaleLines.validate(sales),
        StockOperations.validate(operations),
    )


def _sale_lines(lines: int, chance: np.random.Generator) -> pd.DataFrame:
    receipts = max(round(lines / _LINES_A_RECEIPT), 1)
    owner = np.sort(chance.integers(0, receipts, lines))
    owner = np.unique(owner, return_inverse=True)[1]  # no receipt without a line
    product = chance.integers(0, _PRODUCTS, lines)
    by_weight = product % 5 == 0
    portion = np.where(by_weight, chance.integers(50, 1500, lines) * 1000, MICRO)
    return pd.DataFrame(
        {
            "receipt_product_id": np.arange(1, lines + 1, dtype=np.int64),
            "receipt_id": owner.astype(np.int64) + 1,
            "product_id": product + 31_000,
            "product": _named([f"Product {number:03}" for number in range(_PRODUCTS)], product),
            "unit": _named(_UNITS, np.where(by_weight, 1, 0)),
            "category_id": product % 20 + 1,
            "type": _named(_TYPES, product % 3),
            "inventory_behavior": _named(["", "1"], np.ones(lines, dtype=np.int64)),
            "product_hash": _named([""], np.zeros(lines, dtype=np.int64)),
            "modifiers": _named([""], np.zeros(lines, dtype=np.int64)),
            "count": chance.integers(1, 5, lines) * MICRO,
            "portion_size": portion,
            "cost_price": _cost(product),
            "price": pd.array(_cost(product) * 3, dtype="Int64"),
            "subtotal": np.zeros(lines, dtype=np.int64),
            "sale_amount": pd.array(_cost(product) * 3, dtype="Int64"),
            "discount": pd.array(np.zeros(lines, dtype=np.int64), dtype="Int64"),
            "is_gift": np.zeros(lines, dtype=np.bool_),
            "created_at": np.full(lines, _NEVER),
            "deleted_at": np.full(lines, _NEVER),
            "is_deleted": np.zeros(lines, dtype=np.bool_),
            "lost_operation": np.zeros(lines, dtype=np.bool_),
        }
    )


def _operations(lines: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    size = len(lines)
    times = 1 + (chance.random(size) < _SPLIT).astype(np.int64)
    line = np.repeat(np.arange(size), times)
    sold = (lines["count"].to_numpy() // MICRO) * lines["portion_size"].to_numpy()
    first = np.concatenate([[True], line[1:] != line[:-1]])[: len(line)]
    half = sold // 2000 * 1000  # in thousandths, like the API
    quantity = np.where(times == 1, sold, half)[line]
    quantity = np.where(~first, (sold - half)[line], quantity)
    product = lines["product_id"].to_numpy()[line] - 31_000
    receipt = lines["receipt_id"].to_numpy()[line]
    storage = (product % 7 == 0).astype(np.int64)
    before, after = _chains(product, quantity)
    cost = _cost(product)
    return pd.DataFrame(
        {
            "operation_id": np.arange(1, len(line) + 1, dtype=np.int64) + 700_000,
            "asked_receipt_id": receipt,
            "receipt_id": receipt,
            "receipt_product_id": lines["receipt_product_id"].to_numpy()[line],
            "of_document": np.zeros(len(line), dtype=np.bool_),
            "product_id": product + 31_000,
            "product": lines["product"].array[line],
            "stock_id": product + 5_000,
            "storage_id": storage + 1,
            "storage": _named(_STORAGES, storage),
            "quantity": quantity,
            "before_quantity": before,
            "after_quantity": after,
            "cost": cost,
            "before_cost": cost,
            "total_cost": cost // 10_000 * (quantity // 1000) * 10,
            "operated_at": _closed_at(receipt),
            "operated_zoned": np.zeros(len(line), dtype=np.bool_),
        }
    )


def _receipts(lines: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    ids = np.unique(lines["receipt_id"].to_numpy())
    size = len(ids)
    costs = np.zeros(size, dtype=np.int64)
    np.add.at(costs, operations["receipt_id"].to_numpy() - 1, operations["total_cost"].to_numpy())
    closed = _closed_at(ids)
    return pd.DataFrame(
        {
            "receipt_id": ids,
            "receipt_class": _named(["reconciled"], np.zeros(size, dtype=np.int64)),
            "business_day": np.full(size, DAY),
            "created_at": closed - np.timedelta64(600, "s"),
            "created_zoned": np.zeros(size, dtype=np.bool_),
            "closed_at": closed,
            "closed_zoned": np.zeros(size, dtype=np.bool_),
            "is_return": np.zeros(size, dtype=np.bool_),
            "is_dead": np.zeros(size, dtype=np.bool_),
            "is_deleted": np.zeros(size, dtype=np.bool_),
            "deleted_at": np.full(size, _NEVER),
            "cid": _named([""], np.zeros(size, dtype=np.int64)),
            "total": pd.array(np.full(size, MICRO), dtype="Int64"),
            "sale_type_id": np.ones(size, dtype=np.int64),
            "terminal_id": np.ones(size, dtype=np.int64),
            "source": _named(["pos"], np.zeros(size, dtype=np.int64)),
            "awaits_posting": np.zeros(size, dtype=np.bool_),
            "total_cost": costs,
            "lost_operation": np.zeros(size, dtype=np.bool_),
        }
    )


_NEVER = np.datetime64("NaT", "s")


def _named(names: Sequence[str], codes: Ints) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names)))


def _cost(product: Ints) -> Ints:
    """In whole hundredths, so that cost × quantity is exact."""
    return (product * 37 % 900 + 50) * 10_000


def _closed_at(receipt: Ints) -> npt.NDArray[np.datetime64]:
    """Receipts close one after the other, from nine in the morning, within twelve hours."""
    last = int(receipt.max()) if len(receipt) else 1
    return DAY + (9 * 3600 + receipt * 12 * 3600 // last).astype("timedelta64[s]")


def _chains(stock: Ints, quantity: Ints) -> tuple[Ints, Ints]:
    """Before and after each operation: every stock begins full, and what one leaves the next one finds."""
    order = np.argsort(stock, kind="stable")
    sums = np.cumsum(quantity[order])
    begins = np.concatenate([[True], stock[order][1:] != stock[order][:-1]])[: len(order)]
    base = np.maximum.accumulate(np.where(begins, sums - quantity[order], 0))
    taken = np.empty_like(sums)
    taken[order] = sums - base
    after = _OPENING - taken
    return after + quantity, after
