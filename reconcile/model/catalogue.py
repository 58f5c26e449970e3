"""The product catalogue: products, recipes and modifiers. Amounts are counts of millionths."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from reconcile.core.exact import MICRO

COMPOSITE_TYPES = frozenset({"DISH", "PREPARATION"})
NO_TIME = np.datetime64("NaT", "s")
NOT_LISTED = "it is not in the catalogue"


@dataclasses.dataclass(frozen=True)
class Modifier:
    """One modifier of a product's modifier groups."""

    id: int | None
    name: str
    ingredient_id: int | None
    dish_id: int | None
    """Another dish that it adds; None if it adds none, or the dish it belongs to."""
    brutto: int
    """How much of the ingredient, or how many portions of the dish, one modifier takes."""
    is_scaled: bool
    """Whether its group is adjusted to the portion size (`adjust_to_portion`)."""
    problem: str = ""
    """Why its amount is unknown; empty if known."""


@dataclasses.dataclass(frozen=True)
class Product:
    """One product."""

    id: int
    name: str
    type: str
    unit: str = ""
    category_id: int = 0
    """0 where unknown."""
    category: str = ""
    """Its name; empty where unknown."""
    inventory_behavior: str = ""
    cost_price: int = 0
    """0 where unknown."""
    net_output: int = MICRO
    """Of a preparation: how much its recipe makes; 0 if unreadable."""
    updated_at: np.datetime64 = NO_TIME
    """Local time; NaT if unknown or with an offset that can't be converted."""
    is_deleted: bool = False
    is_listed: bool = True
    """False if only named inside other products, as an ingredient or a variant."""
    recipe: Mapping[int, int] | None = None
    """Amounts per portion by ingredient id; None if unknown."""
    problem: str = ""
    """Why the recipe is unknown; empty if known."""
    modifiers: tuple[Modifier, ...] = ()

    @property
    def is_composite(self) -> bool:
        """Whether it is made from a recipe."""
        return self.type in COMPOSITE_TYPES


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """The products by id, and what is missing."""

    products: Mapping[int, Product] = dataclasses.field(default_factory=dict)
    total: int | None = None
    """The number of products that the API stated; None if no catalogue was fetched."""
    missing: str = ""
    """Why the catalogue is missing or incomplete; empty if it is complete."""

    @property
    def listed(self) -> int:
        """The number of products in the list that were read."""
        return sum(product.is_listed for product in self.products.values())
