"""Which products are not kept in stock, as the settings say."""

from __future__ import annotations

import dataclasses

import pandas as pd

from reconcile.core.text import without_case
from reconcile.model.catalogue import Catalogue
from reconcile.settings.model import Settings


@dataclasses.dataclass(frozen=True)
class UntrackedProducts:
    """The products and the inventory behaviours whose sale takes nothing from stock."""

    products: frozenset[int]
    """Ids of products that the settings name, themselves or by their category."""
    behaviors: frozenset[str]
    """Values of `inventory_behavior`, as text."""


def untracked_products(settings: Settings, lines: pd.DataFrame, catalogue: Catalogue) -> UntrackedProducts:
    """The untracked products of a day.

    The name of a category is known from the catalogue alone; which products it holds, from the catalogue and from the
    columns `product_id` and `category_id` of `lines` (`reconcile.model.contracts.SaleLines`).
    """
    products = settings.untracked.products
    named = {without_case(name) for name in settings.untracked.categories}
    if named:
        of_name = {key for key, each in catalogue.products.items() if without_case(each.category) in named}
        categories = {catalogue.products[key].category_id for key in of_name} - {0}
        of_id = {key for key, each in catalogue.products.items() if each.category_id in categories}
        sold = lines.loc[lines["category_id"].isin(categories), "product_id"].tolist()
        products = products.union(of_name, of_id, sold)
    return UntrackedProducts(products, frozenset(map(str, settings.inventory_behavior.untracked)))
