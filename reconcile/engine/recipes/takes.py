"""What one portion of a product takes from stock, and each of its modifiers: exact fractions, to any depth.

A preparation is due as itself where the line wrote it off itself, else as its own recipe. So what a line owes depends
on what is sold, on the modifiers chosen, and on which preparations it wrote off: on nothing else of the line. Source:
rules.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from reconcile.core.exact import MICRO
from reconcile.core.text import shown
from reconcile.model.catalogue import NO_TIME, NOT_LISTED, Catalogue, Modifier, Product
from reconcile.model.modifiers import Choice
from reconcile.settings.model import Untracked

Amounts = Mapping[int, Fraction]
"""By ingredient, in its own unit."""


class Unknowable(Exception):
    """What a line owes can't be told; says why. `in_a_circle`: its recipe contains itself."""

    def __init__(self, why: str, *, in_a_circle: bool = False) -> None:
        super().__init__(why)
        self.in_a_circle = in_a_circle


@dataclasses.dataclass(frozen=True)
class Takes:
    """What a line takes by the recipes, in parts that scale differently."""

    portion: Amounts
    """For each unit sold."""
    modifiers: Amounts
    """Of the modifiers chosen, once."""
    scaled_modifiers: Amounts
    """Of those that are adjusted to the portion size."""
    updated_at: np.datetime64
    """When the product, or a preparation in it, was last changed; NaT where unknown."""

    @property
    def ingredients(self) -> list[int]:
        """All that is named, also with an amount of 0."""
        return sorted({*self.portion, *self.modifiers, *self.scaled_modifiers})

    @property
    def takes_nothing(self) -> bool:
        parts = (self.portion, self.modifiers, self.scaled_modifiers)
        return not any(amount for part in parts for amount in part.values())


class Recipes:
    """The catalogue's recipes, exploded. Products that the settings call untracked are never due."""

    def __init__(self, catalogue: Catalogue, untracked: Untracked) -> None:
        self.products = catalogue.products
        self._untracked = untracked
        self._behaviors = {str(behavior) for behavior in untracked.inventory_behaviors}
        self._circles: dict[int, tuple[int, ...]] = {}
        """Of each product that was looked at: the circle of recipes below it; empty where there is none."""
        self._exploded: dict[tuple[int, frozenset[int]], tuple[Amounts, frozenset[int]]] = {}

    @functools.cached_property
    def made(self) -> list[int]:
        """Products that are made of others, also those that only a modifier names."""
        composite = {key for key, product in self.products.items() if product.is_composite}
        linked = {modifier.dish_id for product in self.products.values() for modifier in product.modifiers}
        return sorted(composite | {key for key in linked if key is not None})

    def is_untracked(self, key: int) -> bool:
        """Whether an ingredient takes nothing from stock by the settings, or is time sold."""
        product = self.products.get(key)
        return key in self._untracked.products or (
            product is not None and (product.inventory_behavior in self._behaviors or product.type == "TIMER")
        )

    def takes(self, key: int, chosen: tuple[Choice, ...], written_off: frozenset[int]) -> Takes:
        """What a product with these modifiers takes, by a line that wrote off these products itself.

        Raises `Unknowable` where the recipes don't tell.
        """
        product = self.products.get(key)
        if product is None or not product.is_listed:
            raise Unknowable(NOT_LISTED)
        self._refuse_circle(key)
        modifiers = [(_modifier(product, choice), choice.amount) for choice in chosen]
        for modifier, _ in modifiers:
            self._refuse_circle(modifier.ingredient_id or modifier.dish_id or key)
        scale = self._scale(product)
        if product.recipe is None:
            raise Unknowable(product.problem)
        changed = {key}
        parts: list[defaultdict[int, Fraction]] = [defaultdict(Fraction) for _ in range(3)]
        for ingredient, gross in product.recipe.items():
            self._add(parts[0], changed, ingredient, Fraction(gross, MICRO) * scale, written_off)
        for modifier, amount in modifiers:
            takes = modifier.ingredient_id or modifier.dish_id
            if takes is not None:
                if modifier.dish_id not in (None, *written_off, *self.products):
                    raise Unknowable(f"the dish of the modifier {shown(modifier.name)}: {NOT_LISTED}")
                each = Fraction(modifier.brutto, MICRO) * amount
                self._add(parts[1 + modifier.is_scaled], changed, takes, each, written_off)
        times = [self.products[each].updated_at for each in changed if each in self.products]
        known = [time for time in times if not np.isnat(time)]
        return Takes(parts[0], parts[1], parts[2], max(known, default=NO_TIME))

    def _add(
        self, part: defaultdict[int, Fraction], changed: set[int], key: int, amount: Fraction,
        written_off: frozenset[int],
    ) -> None:  # fmt: skip
        """So much of an ingredient is due, or of what it is made of."""
        amounts, made_of = self._explode(key, written_off)
        changed |= made_of
        for ingredient, of_one in amounts.items():
            part[ingredient] += amount * of_one

    def _explode(self, key: int, written_off: frozenset[int]) -> tuple[Amounts, frozenset[int]]:
        """What one unit of an ingredient is due as, and which recipes say so. No circle is below it."""
        waiting = [key]
        while waiting:  # no recursion: recipes may be deeper than Python's stack
            last = waiting[-1]
            if (last, written_off) not in self._exploded:
                parts = self._explodes_into(last, written_off)
                open_parts = [part for part in parts or () if (part, written_off) not in self._exploded]
                if open_parts:
                    waiting += open_parts
                    continue
                self._exploded[last, written_off] = self._one(last, parts, written_off)
            waiting.pop()
        return self._exploded[key, written_off]

    def _explodes_into(self, key: int, written_off: frozenset[int]) -> Mapping[int, int] | None:
        """The recipe that an ingredient is due as; None where it is due as itself."""
        product = self.products.get(key)
        if product is None or not product.is_composite or key in written_off or self.is_untracked(key):
            return None
        if product.recipe is None:
            raise Unknowable(f"the recipe of {self._name(key)} is not known: {product.problem}")
        return product.recipe

    def _one(
        self, key: int, recipe: Mapping[int, int] | None, written_off: frozenset[int]
    ) -> tuple[Amounts, frozenset[int]]:
        """One unit of an ingredient, whose parts are exploded already."""
        if self.is_untracked(key):
            return {}, frozenset()
        if recipe is None:
            is_composite = key in self.products and self.products[key].is_composite
            return {key: Fraction(1)}, frozenset([key] if is_composite else [])
        part: defaultdict[int, Fraction] = defaultdict(Fraction)
        made_of = {key}
        scale = self._scale(self.products[key])
        for ingredient, gross in recipe.items():
            self._add(part, made_of, ingredient, Fraction(gross, MICRO) * scale, written_off)
        return part, frozenset(made_of)

    def _scale(self, product: Product) -> Fraction:
        """The share of its recipe that one unit takes: all of it for a dish, a preparation's by `net_output`."""
        if product.type != "PREPARATION":
            return Fraction(1)
        if not product.net_output:
            raise Unknowable(f"net_output of {product.name or product.id} is no positive number")
        return Fraction(MICRO, product.net_output)

    def _refuse_circle(self, key: int) -> None:
        if circle := self._circle(key):
            names = " → ".join(map(self._name, circle))
            raise Unknowable(f"its recipe goes in a circle: {names}", in_a_circle=True)

    def _circle(self, start: int) -> tuple[int, ...]:
        """The first circle that the recipes below a product go in, from a product back to itself."""
        path: dict[int, Iterator[int]] = {start: self._parts(start)}
        while start not in self._circles:
            last, parts = next(reversed(path.items()))
            part = next(parts, None)
            if part is None:
                del path[last]
                self._circles.setdefault(last, ())
            elif part in path:
                at = list(path)
                self._circles |= dict.fromkeys(path, (*at[at.index(part) :], part))
            elif self._circles.get(part):
                self._circles |= dict.fromkeys(path, self._circles[part])
            elif part not in self._circles:
                path[part] = self._parts(part)
        return self._circles[start]

    def _parts(self, key: int) -> Iterator[int]:
        """The ingredients of a product that are themselves made of others."""
        product = self.products.get(key)
        if product is not None and product.is_composite and not self.is_untracked(key):
            for part in product.recipe or ():
                made = self.products.get(part)
                if made is not None and made.is_composite:
                    yield part

    def _name(self, key: int) -> str:
        product = self.products.get(key)
        return (product.name if product else "") or str(key)


def _modifier(product: Product, choice: Choice) -> Modifier:
    """The modifier that was chosen. Raises `Unknowable` where the product has none such."""
    if choice.problem:
        raise Unknowable(choice.problem)
    for modifier in product.modifiers:
        same = modifier.id == choice.id if choice.id is not None else modifier.name == choice.name
        if same:
            if modifier.problem:
                raise Unknowable(f"of the modifier {choice}, {modifier.problem}")
            return modifier
    raise Unknowable(f"the modifier {choice} is not in the catalogue")
