"""The thresholds of a day, by product: the general ones, and the exceptions that the settings make.

An exception for a product goes before one for its category, that before one for its unit, key by key. Units and
categories are those of the day's lines, else of the catalogue. Steps and shares are counts of millionths.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray, exact_micros
from reconcile.model.catalogue import Catalogue
from reconcile.settings.model import ThresholdException, Thresholds


@dataclasses.dataclass(frozen=True)
class DayThresholds:
    """What may differ, asked for by product ids: each answer has a number for each of them."""

    general: Thresholds = dataclasses.field(default_factory=Thresholds)
    products: pd.Index = dataclasses.field(default_factory=lambda: pd.Index([], dtype=np.int64))
    """Those with an exception."""
    exceptions: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """By threshold, where any product has an exception: that of each of `products`, and last the general one."""

    def quantity_step(self, products: IntArray) -> IntArray:
        """The difference of quantity that is rounding."""
        steps: IntArray = self._of("quantity_step", products)
        return steps

    def money_step(self, products: IntArray) -> IntArray:
        """The smallest step of money in a total."""
        steps: IntArray = self._of("money_step", products)
        return steps

    def cost_step(self, products: IntArray) -> IntArray:
        """The smallest step of a unit cost."""
        steps: IntArray = self._of("cost_step", products)
        return steps

    def cost_drift_share(self, products: IntArray) -> IntArray:
        """The share of the cost before by which a unit cost may change."""
        shares: IntArray = self._of("cost_drift_share", products)
        return shares

    def returns_restock(self, products: IntArray) -> BoolArray:
        """Whether a return is expected to put goods back into stock."""
        restock: BoolArray = self._of("returns_restock", products)
        return restock

    def _of(self, name: str, products: IntArray) -> Any:
        if name not in self.exceptions:  # one number seen as many: it takes no memory
            return np.broadcast_to(_plain(getattr(self.general, name)), len(products))
        return self.exceptions[name][self.products.get_indexer(pd.Index(products))]  # -1: the last


def day_thresholds(settings: Thresholds, lines: pd.DataFrame, catalogue: Catalogue) -> DayThresholds:
    """The thresholds of a day with these lines (`reconcile.model.contracts.SaleLines`)."""
    by_product = _exceptions(settings, lines, catalogue)
    products = pd.Index(sorted(by_product), dtype=np.int64)
    rows = [msgspec.structs.asdict(by_product[key]) for key in products.tolist()]
    exceptions = {}
    for name in ThresholdException.__struct_fields__:
        values = [row[name] for row in rows]
        if any(value is not None for value in values):
            general = getattr(settings, name)
            exceptions[name] = np.array(
                [_plain(general if value is None else value) for value in (*values, general)]
            )
    return DayThresholds(settings, products, exceptions)


def _plain(value: Decimal | bool) -> int | bool:
    return exact_micros(value) if isinstance(value, Decimal) else value


def _exceptions(
    settings: Thresholds, lines: pd.DataFrame, catalogue: Catalogue
) -> dict[int, ThresholdException]:
    """By product, what the three tables make of it together."""
    found = dict[int, ThresholdException]()
    if settings.by_unit:
        by_unit = {unit.casefold(): some for unit, some in settings.by_unit.items()}
        units = {key: product.unit for key, product in catalogue.products.items() if product.unit}
        for key, unit in (units | _known(lines, "unit", "")).items():
            _add(found, key, by_unit.get(unit.casefold()))
    if settings.by_category:
        categories = {key: product.category_id for key, product in catalogue.products.items()}
        for key, category in (categories | _known(lines, "category_id", 0)).items():
            _add(found, key, settings.by_category.get(category))
    for key, some in settings.by_product.items():
        _add(found, key, some)
    return found


def _known(lines: pd.DataFrame, column: str, unknown: Any) -> dict[int, Any]:
    """By product, the first value on its lines that is known."""
    some = lines.loc[lines[column] != unknown, ["product_id", column]].drop_duplicates("product_id")
    return dict(zip(some["product_id"].tolist(), some[column].tolist(), strict=True))


def _add(found: dict[int, ThresholdException], key: int, more: ThresholdException | None) -> None:
    """What is more special goes before what was found."""
    if more is not None:
        named = {name: value for name, value in msgspec.structs.asdict(more).items() if value is not None}
        found[key] = msgspec.structs.replace(found.get(key, ThresholdException()), **named)
