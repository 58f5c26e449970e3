"""The contracts of what the rules found: findings, their causes, and the classes of lines and operations.

Units as in `reconcile.model.contracts`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from reconcile.model.classes import LINE_CLASSES, OPERATION_CLASSES, SEVERITIES
from reconcile.model.contract import Contract, numbers
from reconcile.model.matched import MatchedLines, MatchedOperations


class JudgedLines(MatchedLines):
    """Sale lines with their class in the control totals."""

    status: Series[pd.CategoricalDtype] = pa.Field(isin=LINE_CLASSES)


class JudgedOperations(MatchedOperations):
    """Stock operations with their class in the control totals."""

    status: Series[pd.CategoricalDtype] = pa.Field(isin=OPERATION_CLASSES)


class Findings(Contract):
    """One row per finding, in the order of rules, then ids. Numbers are nullable counts of millionths."""

    id: Series[pd.StringDtype] = pa.Field(unique=True)
    rule: Series[pd.CategoricalDtype]
    severity: Series[pd.CategoricalDtype] = pa.Field(isin=SEVERITIES)
    receipt_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    receipt_product_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    operation_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    product_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    product: Series[pd.StringDtype] = pa.Field(nullable=True)
    dish: Series[pd.StringDtype] = pa.Field(nullable=True)
    """What the line sold, where `product` is an ingredient, or another product."""
    stock_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    storage: Series[pd.StringDtype] = pa.Field(nullable=True)
    expected: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    actual: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    difference: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    expected_text: Series[pd.StringDtype] = pa.Field(nullable=True)
    """Instead of `expected` where a rule compares no numbers: a time as the API gave it."""
    actual_text: Series[pd.StringDtype] = pa.Field(nullable=True)
    is_goods: Series[np.bool_]
    """Its value counts as goods, over or under."""
    repeats: Series[np.bool_]
    """All findings of its rule, product and stock are one item to work through."""
    put_back: Series[np.int64] = numbers("millionths")
    """Its value, where the stock shows that what it took too much was put back since; else 0."""
    explained_by: Series[pd.StringDtype] = pa.Field(nullable=True)
    """The id of the finding that explains this one."""
    notes: Series[np.object_]
    """What the rule added to the message (`reconcile.language.messages.Notes`)."""
    message: Series[pd.StringDtype]
    """In English, its numbers plain: for programs."""
    cause: Series[pd.StringDtype] = pa.Field(nullable=True)
    """The id of its cause (`Causes`), where it has one."""


class Causes(Contract):
    """One row per cause: what findings of one rule, dish, ingredient and ratio have in common, or those of one voided
    line or pair of receipts, and their sums.
    """

    id: Series[pd.StringDtype] = pa.Field(unique=True)
    rule: Series[pd.CategoricalDtype]
    severity: Series[pd.CategoricalDtype] = pa.Field(isin=SEVERITIES)
    dish_id: Series[np.int64] = numbers("id", ge=1)
    """The product of the sale lines."""
    dish: Series[pd.StringDtype]
    product_id: Series[np.int64] = numbers("id", ge=1)
    """The product that was written off wrong; the dish itself where that are several."""
    product: Series[pd.StringDtype] = pa.Field(nullable=True)
    ratio: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """Written off / due, in millionths; unknown where nothing was due."""
    words: Series[pd.StringDtype]
    findings: Series[np.int64] = numbers("count", ge=1)
    expected: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    actual: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """Sum of the values that are known."""
    receipt_id: Series[pd.Int64Dtype] = numbers("id", nullable=True)
    """Of the first of its findings."""
