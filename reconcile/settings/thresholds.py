"""The thresholds of a day by product: the general ones and the exceptions in the settings.

An exception for a product overrides one for its category, and that one for its unit, key by key. Units and categories
are those of the day's lines, or else of the catalogue. Steps and shares are counts of millionths.
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
    """Allowed differences. Each method takes product ids and returns an array of the same length."""

    general: Thresholds = dataclasses.field(default_factory=Thresholds)
    products: pd.Index = dataclasses.field(default_factory=lambda: pd.Index([], dtype=np.int64))
    """Ids of products with an exception."""
    exceptions: Mapping[str, IntArray] = dataclasses.field(default_factory=dict)
    """By threshold with any exception: an array of the values for `products`, then the general value."""

    def quantity_step(self, products: IntArray) -> IntArray:
        """Quantity differences that count as rounding."""
        return self._of("quantity_step", products)

    def money_step(self, products: IntArray) -> IntArray:
        """The smallest money step of a total cost."""
        return self._of("money_step", products)

    def cost_step(self, products: IntArray) -> IntArray:
        """The smallest step of a unit cost."""
        return self._of("cost_step", products)

    def cost_drift_share(self, products: IntArray) -> IntArray:
        """How much a unit cost may change, as a share of the cost before."""
        return self._of("cost_drift_share", products)

    def cost_to_price(self, products: IntArray) -> IntArray:
        """How many times what it brought in a sale may cost."""
        return self._of("cost_to_price", products)

    def returns_restock(self, products: IntArray) -> BoolArray:
        """Whether a return is expected to put goods back into stock."""
        return np.asarray(self._of("returns_restock", products), dtype=np.bool_)

    def _of(self, name: str, products: IntArray) -> IntArray:
        if name not in self.exceptions:  # a read-only view that takes no memory
            return np.broadcast_to(_as_int(getattr(self.general, name)), len(products))
        places = self.products.get_indexer(pd.Index(products))  # -1, the general value, if not found
        return self.exceptions[name][places]


def day_thresholds(settings: Thresholds, lines: pd.DataFrame, catalogue: Catalogue) -> DayThresholds:
    """The thresholds of a day.

    `lines` needs the columns `product_id`, `unit` and `category_id` of `reconcile.model.contracts.SaleLines`.
    """
    by_product = _exceptions(settings, lines, catalogue)
    products = pd.Index(sorted(by_product), dtype=np.int64)
    rows = [msgspec.structs.asdict(by_product[key]) for key in products.tolist()]
    exceptions = {}
    for name in ThresholdException.__struct_fields__:
        values = [row[name] for row in rows]
        if any(value is not None for value in values):
            general = getattr(settings, name)
            exceptions[name] = np.array(
                [_as_int(general if value is None else value) for value in (*values, general)]
            )
    return DayThresholds(settings, products, exceptions)


def _as_int(value: Decimal | bool) -> int | bool:
    return exact_micros(value) if isinstance(value, Decimal) else value


def _exceptions(
    settings: Thresholds, lines: pd.DataFrame, catalogue: Catalogue
) -> dict[int, ThresholdException]:
    """The exceptions of the three tables, combined by product id."""
    found = dict[int, ThresholdException]()
    if settings.by_unit:
        by_unit = {unit.casefold(): exception for unit, exception in settings.by_unit.items()}
        units = {key: product.unit for key, product in catalogue.products.items() if product.unit}
        for key, unit in (units | _known(lines, "unit", "")).items():
            _add(found, key, by_unit.get(unit.casefold()))
    if settings.by_category:
        categories = {key: product.category_id for key, product in catalogue.products.items()}
        for key, category in (categories | _known(lines, "category_id", 0)).items():
            _add(found, key, settings.by_category.get(category))
    for key, exception in settings.by_product.items():
        _add(found, key, exception)
    return found


def _known(lines: pd.DataFrame, column: str, unknown: Any) -> dict[int, Any]:
    """By product id, the first value on its lines that is not `unknown`."""
    first = lines.loc[lines[column] != unknown, ["product_id", column]].drop_duplicates("product_id")
    return dict(zip(first["product_id"].tolist(), first[column].tolist(), strict=True))


def _add(found: dict[int, ThresholdException], key: int, more: ThresholdException | None) -> None:
    """Let the more specific exception override what was found so far."""
    if more is not None:
        named = {name: value for name, value in msgspec.structs.asdict(more).items() if value is not None}
        found[key] = msgspec.structs.replace(found.get(key, ThresholdException()), **named)
