"""The catalogue as the engine knows it: products, their recipes and modifiers. Amounts are counts of millionths."""

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
    """One choice of a product's modifier groups. Amounts in millionths."""

    id: int | None
    name: str
    ingredient_id: int | None
    dish_id: int | None
    """Another dish that it adds; None where that is the dish it belongs to."""
    brutto: int
    """What one of it takes of the ingredient, or how many portions of the dish."""
    is_scaled: bool
    """Its group is adjusted to the portion size."""
    problem: str = ""
    """Why it can't be told what it takes."""


@dataclasses.dataclass(frozen=True)
class Product:
    """One product. Amounts in millionths."""

    id: int
    name: str
    type: str
    unit: str = ""
    category_id: int = 0
    """0 where unknown."""
    inventory_behavior: str = ""
    cost_price: int = 0
    """0 where unknown."""
    net_output: int = MICRO
    """How much its recipe makes, of a preparation; 0 where that can't be told."""
    updated_at: np.datetime64 = NO_TIME
    """NaT where unknown, or where it came with a zone that can't be converted."""
    is_deleted: bool = False
    is_listed: bool = True
    """False: known only from where it is named, as an ingredient or a variant."""
    recipe: Mapping[int, int] | None = None
    """What one portion takes, by ingredient; None where unknown."""
    problem: str = ""
    """Why the recipe is unknown."""
    modifiers: tuple[Modifier, ...] = ()

    @property
    def is_composite(self) -> bool:
        """Whether it is made of others."""
        return self.type in COMPOSITE_TYPES


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """The products by id, and why there are none, if so."""

    products: Mapping[int, Product] = dataclasses.field(default_factory=dict)
    total: int | None = None
    """How many there are said to be; None where no catalogue was had."""
    missing: str = ""
    """Why there is none, or not all of it."""

    @property
    def listed(self) -> int:
        """How many products were read."""
        return sum(product.is_listed for product in self.products.values())
