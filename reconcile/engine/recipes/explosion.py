"""Recipe explosion: what one unit of a product and its modifiers use of each ingredient, in exact fractions.

A preparation that the line wrote off as itself is an ingredient; any other is replaced by its recipe, to any depth. So
the amounts depend only on the product, the modifiers chosen and the preparations that the line wrote off. Source:
rules/README.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
import functools
import graphlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import numpy as np

from reconcile.core.exact import MICRO
from reconcile.core.text import shown
from reconcile.model.catalogue import NO_TIME, NOT_LISTED, Catalogue, Modifier, Product
from reconcile.model.modifiers import Choice
from reconcile.settings.untracked import UntrackedProducts

Amounts = Mapping[int, Fraction]
"""By ingredient, in its own unit."""


class UnknownRecipe(Exception):
    """The recipe can't be exploded; the message is the reason."""

    def __init__(self, reason: str, *, is_circular: bool = False) -> None:
        super().__init__(reason)
        self.is_circular = is_circular


@dataclasses.dataclass(frozen=True)
class Explosion:
    """Ingredient amounts of a product with its modifiers, in parts that scale differently."""

    portion: Amounts
    """For each unit sold."""
    modifiers: Amounts
    """Of the modifiers chosen, once."""
    scaled_modifiers: Amounts
    """Of those that are adjusted to the portion size."""
    updated_at: np.datetime64
    """When the product, or a preparation in it, was last changed; NaT where unknown."""
    unknown_modifier: str = ""
    """Why a modifier is left out; empty where all are known."""

    @property
    def ingredients(self) -> list[int]:
        """All ingredients, also those with an amount of 0."""
        return sorted({*self.portion, *self.modifiers, *self.scaled_modifiers})

    @property
    def is_empty(self) -> bool:
        """Whether every amount is 0."""
        parts = (self.portion, self.modifiers, self.scaled_modifiers)
        return not any(amount for part in parts for amount in part.values())


class Recipes:
    """Explodes the recipes of a catalogue. Untracked products are left out."""

    def __init__(
        self,
        catalogue: Catalogue,
        untracked: UntrackedProducts,
        itself: frozenset[int] = frozenset(),
        by_recipe: frozenset[int] = frozenset(),
    ) -> None:
        """`itself` and `by_recipe`: preparations that are only taken as themselves, or only as their recipes."""
        self.products = catalogue.products
        self.itself, self.by_recipe = itself, by_recipe
        self._untracked = untracked
        self._cycles: dict[int, tuple[int, ...]] = {}
        """Of each product that was searched: a cycle of recipes below it; empty where there is none."""
        self._units: dict[tuple[int, frozenset[int]], tuple[Amounts, frozenset[int]]] = {}

    @functools.cached_property
    def composites(self) -> list[int]:
        """Products with a recipe type, and dishes that only a modifier names."""
        composite = {key for key, product in self.products.items() if product.is_composite}
        linked = {modifier.dish_id for product in self.products.values() for modifier in product.modifiers}
        return sorted(composite | {key for key in linked if key is not None})

    def is_untracked(self, key: int) -> bool:
        """Whether a product is not kept in stock: by the settings, or because it is a timer."""
        product = self.products.get(key)
        return key in self._untracked.products or (
            product is not None
            and (product.inventory_behavior in self._untracked.behaviors or product.type == "TIMER")
        )

    def explode(
        self, key: int, chosen: tuple[Choice, ...], written_off: frozenset[int], *, itself: bool = False
    ) -> Explosion:
        """Explode a product with these modifiers, on a line that wrote off these products as themselves.

        A modifier that is unknown is left out. `itself`: the product is taken as itself, so that only its modifiers are
        exploded.

        Raises `UnknownRecipe`.
        """
        product = self.products.get(key)
        if product is None or not product.is_listed:
            raise UnknownRecipe(NOT_LISTED)
        self._check_not_circular(key)
        modifiers: list[tuple[Modifier, Fraction]] = []
        unknown_modifier = ""
        for choice in chosen:
            try:
                modifiers.append((self._modifier(product, choice, written_off), choice.amount))
            except UnknownRecipe as reason:
                unknown_modifier = str(reason)
        for modifier, _ in modifiers:
            self._check_not_circular(modifier.ingredient_id or modifier.dish_id or key)
        scale = self._scale(product)
        if product.recipe is None:
            raise UnknownRecipe(product.problem)
        used = {key}
        parts: list[defaultdict[int, Fraction]] = [defaultdict(Fraction) for _ in range(3)]
        recipe = {} if itself else product.recipe
        for ingredient, gross in recipe.items():
            self._add(parts[0], used, ingredient, Fraction(gross, MICRO) * scale, written_off)
        for modifier, amount in modifiers:
            added = modifier.ingredient_id or modifier.dish_id
            if added is not None:
                each = Fraction(modifier.brutto, MICRO) * amount
                self._add(parts[1 + modifier.is_scaled], used, added, each, written_off)
        times = [self.products[each].updated_at for each in used if each in self.products]
        known = [time for time in times if not np.isnat(time)]
        return Explosion(parts[0], parts[1], parts[2], max(known, default=NO_TIME), unknown_modifier)

    def _modifier(self, product: Product, choice: Choice, written_off: frozenset[int]) -> Modifier:
        """The product's modifier that was chosen. Raises `UnknownRecipe` where there is none, or it can't be read."""
        modifier = _modifier(product, choice)
        if not modifier.ingredient_id and modifier.dish_id not in (None, *written_off, *self.products):
            raise UnknownRecipe(f"the dish of the modifier {shown(modifier.name)}: {NOT_LISTED}")
        return modifier

    def parts(self, key: int, written_off: frozenset[int]) -> Amounts:
        """One unit of a preparation as its recipe; nothing where that is not known."""
        product, part = self.products[key], defaultdict[int, Fraction](Fraction)
        try:
            self._check_not_circular(key)
            for ingredient, gross in (product.recipe or {}).items():
                self._add(part, set(), ingredient, Fraction(gross, MICRO) * self._scale(product), written_off)
        except UnknownRecipe:
            return {}
        return part

    def reduced(self, key: int, chosen: tuple[Choice, ...]) -> frozenset[int]:
        """Preparations of which the chosen modifiers of a product take away."""
        found = [_find_modifier(self.products[key], choice) for choice in chosen]
        less = {each.ingredient_id or each.dish_id for each in found if each and each.brutto < 0}
        return frozenset(each for each in self.preparations(key, chosen) if each in less)

    def preparations(self, key: int, chosen: tuple[Choice, ...]) -> list[int]:
        """The tracked preparations in the recipe of a product and its modifiers, to any depth, the outer ones first."""
        product = self.products[key]
        modifiers = [modifier for choice in chosen if (modifier := _find_modifier(product, choice))]
        added = [each.ingredient_id or each.dish_id for each in modifiers]
        waiting = [*(product.recipe or ()), *(each for each in added if each and not self.is_circular(each))]
        parts: dict[int, Sequence[int]] = {}
        while waiting:
            part = self.products.get(waiting.pop())
            if (
                part is not None
                and part.is_composite
                and part.id not in parts
                and not self.is_untracked(part.id)
            ):
                parts[part.id] = [*(part.recipe or ())]
                waiting += parts[part.id]
        inner_first = [part for part in graphlib.TopologicalSorter(parts).static_order() if part in parts]
        return [part for part in reversed(inner_first) if self.products[part].type == "PREPARATION"]

    def _add(
        self, part: defaultdict[int, Fraction], used: set[int], key: int, amount: Fraction,
        written_off: frozenset[int],
    ) -> None:  # fmt: skip
        """Add an amount of an ingredient, exploded, to `part`, and the recipes involved to `used`."""
        amounts, recipes = self._unit(key, written_off)
        used |= recipes
        for ingredient, of_one in amounts.items():
            part[ingredient] += amount * of_one

    def _unit(self, key: int, written_off: frozenset[int]) -> tuple[Amounts, frozenset[int]]:
        """One unit of an ingredient, exploded, and the recipes involved. There must be no cycle below it."""
        waiting = [key]
        while waiting:  # no recursion: recipes may be deeper than Python's stack
            last = waiting[-1]
            if (last, written_off) not in self._units:
                recipe = self._recipe_in_place_of(last, written_off)
                open_parts = [part for part in recipe or () if (part, written_off) not in self._units]
                if open_parts:
                    waiting += open_parts
                    continue
                self._units[last, written_off] = self._combine(last, recipe, written_off)
            waiting.pop()
        return self._units[key, written_off]

    def _recipe_in_place_of(self, key: int, written_off: frozenset[int]) -> Mapping[int, int] | None:
        """The recipe that replaces an ingredient; None where the ingredient stays as itself."""
        product = self.products.get(key)
        if product is None or not product.is_composite or self.is_untracked(key):
            return None
        if key in written_off or key in self.itself:
            return None
        if product.recipe is None:
            raise UnknownRecipe(f"the recipe of {self._name(key)} is not known: {product.problem}")
        return product.recipe

    def _combine(
        self, key: int, recipe: Mapping[int, int] | None, written_off: frozenset[int]
    ) -> tuple[Amounts, frozenset[int]]:
        """One unit of an ingredient whose parts are exploded already."""
        if self.is_untracked(key):
            return {}, frozenset()
        if recipe is None:
            is_composite = key in self.products and self.products[key].is_composite
            return {key: Fraction(1)}, frozenset([key] if is_composite else [])
        part: defaultdict[int, Fraction] = defaultdict(Fraction)
        used = {key}
        scale = self._scale(self.products[key])
        for ingredient, gross in recipe.items():
            self._add(part, used, ingredient, Fraction(gross, MICRO) * scale, written_off)
        return part, frozenset(used)

    def _scale(self, product: Product) -> Fraction:
        """The share of the recipe in one unit: 1 / `net_output` for a preparation, else 1."""
        if product.type != "PREPARATION":
            return Fraction(1)
        if not product.net_output:
            raise UnknownRecipe(f"net_output of {product.name or product.id} is no positive number")
        return Fraction(MICRO, product.net_output)

    def _check_not_circular(self, key: int) -> None:
        """Raises `UnknownRecipe` where there is a cycle below the product."""
        if cycle := self._find_cycle(key):
            names = " → ".join(map(self._name, cycle))
            raise UnknownRecipe(f"circular recipe: {names}", is_circular=True)

    def is_circular(self, key: int) -> bool:
        """Whether there is a cycle of recipes below the product."""
        return bool(self._find_cycle(key))

    def _find_cycle(self, start: int) -> tuple[int, ...]:
        """The first cycle of recipes below a product, from a product back to itself; empty where there is none."""
        path: dict[int, Iterator[int]] = {start: self._composite_parts(start)}
        while start not in self._cycles:
            last, parts = next(reversed(path.items()))
            part = next(parts, None)
            if part is None:
                del path[last]
                self._cycles.setdefault(last, ())
            elif part in path:
                keys = list(path)
                self._cycles |= dict.fromkeys(path, (*keys[keys.index(part) :], part))
            elif self._cycles.get(part):
                self._cycles |= dict.fromkeys(path, self._cycles[part])
            elif part not in self._cycles:
                path[part] = self._composite_parts(part)
        return self._cycles[start]

    def _composite_parts(self, key: int) -> Iterator[int]:
        """The ingredients of a product that have recipes themselves."""
        product = self.products.get(key)
        if product is not None and product.is_composite and not self.is_untracked(key):
            for part in product.recipe or ():
                found = self.products.get(part)
                if found is not None and found.is_composite:
                    yield part

    def _name(self, key: int) -> str:
        product = self.products.get(key)
        return (product.name if product else "") or str(key)


def _modifier(product: Product, choice: Choice) -> Modifier:
    """The product's modifier that was chosen. Raises `UnknownRecipe` where there is none, or it can't be read."""
    if choice.problem:
        raise UnknownRecipe(choice.problem)
    modifier = _find_modifier(product, choice)
    if modifier is None:
        raise UnknownRecipe(f"the modifier {choice} is not in the catalogue")
    if modifier.problem:
        raise UnknownRecipe(f"of the modifier {choice}, {modifier.problem}")
    return modifier


def _find_modifier(product: Product, choice: Choice) -> Modifier | None:
    """The product's modifier with the id of the choice, or with its name where the choice has no id."""
    for modifier in product.modifiers:
        if modifier.id == choice.id if choice.id is not None else modifier.name == choice.name:
            return modifier
    return None
