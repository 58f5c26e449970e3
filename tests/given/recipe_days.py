"""Random catalogues, and days on which everything due was written off: for the laws of recipes."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from tests.given.day_records import Raw
from tests.given.dish_records import DishDay, chosen, dish, group, modifier, preparation, product

INGREDIENTS = (33001, 33002, 33003, 33004, 33005)
PREPARATIONS = (33101, 33102, 33103, 33104)
DISHES = (32001, 32002, 32003)
_MODIFIERS = (501, 502)

grams = st.integers(1, 2_000).map(lambda thousandths: Decimal(thousandths).scaleb(-3))
outputs = st.sampled_from([Decimal(1), Decimal(2), Decimal("2.5"), Decimal(3), Decimal("0.7")])
counts = st.sampled_from([Decimal(1), Decimal(2), Decimal(3), Decimal("0.365")])
portions = st.sampled_from([Decimal(1), Decimal("0.5")])

Recipe = dict[int, Decimal]


@dataclasses.dataclass(frozen=True)
class Catalogue:
    """Recipes: a preparation is made of ingredients and of preparations after it, so that no circle is possible."""

    recipes: dict[int, Recipe]
    outputs: dict[int, Decimal]
    modifiers: dict[int, tuple[int, Decimal, bool]]
    """By id: ingredient, brutto, whether it is adjusted to the portion."""

    def products(self, order: list[int]) -> list[Raw]:
        """As the API lists them; `order` numbers the rows of every recipe."""

        def rows(key: int) -> list[tuple[int, str]]:
            recipe = sorted(self.recipes[key].items(), key=lambda row: order[row[0] % len(order)])
            return [(part, str(gross)) for part, gross in recipe]

        groups = [
            group(modifier(key, ingredient, str(brutto)), is_scaled=is_scaled)
            for key, (ingredient, brutto, is_scaled) in self.modifiers.items()
        ]
        return [
            *(product(key) for key in INGREDIENTS),
            *(preparation(key, *rows(key), net_output=str(self.outputs[key])) for key in PREPARATIONS),
            *(dish(key, *rows(key), modificator_groups=groups) for key in DISHES),
        ]

    def owed(self, takes: dict[int, Fraction], as_itself: dict[int, Fraction]) -> dict[int, Fraction]:
        """What so much of each is due as, where these shares of preparations are taken as themselves."""
        found: dict[int, Fraction] = {}
        for key, amount in takes.items():
            kept = amount * as_itself.get(key, 0) if key in self.recipes else amount
            parts = {key: kept} if kept else {}
            if kept < amount:
                share = (amount - kept) / Fraction(self.outputs[key])
                parts |= self.owed(
                    {part: share * Fraction(gross) for part, gross in self.recipes[key].items()}, as_itself
                )
            for part, due in parts.items():
                found[part] = found.get(part, Fraction(0)) + due
        return found


@dataclasses.dataclass(frozen=True)
class Sale:
    """One line of a dish, and how it was written off."""

    key: int
    count: Decimal
    portion: Decimal
    modifiers: tuple[int, ...]
    as_itself: dict[int, Fraction]
    """Of preparations, which share is taken as themselves, where the dish has them; the rest as their recipe."""
    is_return: bool

    def due(self, catalogue: Catalogue) -> dict[int, Decimal]:
        """What it owes; of a modifier, one for each portion."""
        sold = Fraction(self.count * self.portion)
        takes = {part: sold * Fraction(gross) for part, gross in catalogue.recipes[self.key].items()}
        for each in self.modifiers:
            ingredient, brutto, is_scaled = catalogue.modifiers[each]
            times = sold if is_scaled else Fraction(self.count)
            takes[ingredient] = takes.get(ingredient, Fraction(0)) + times * Fraction(brutto)
        sign = -1 if self.is_return else 1
        owed = catalogue.owed(takes, self.as_itself)
        return {part: sign * round(Decimal(due.numerator) / due.denominator, 6) for part, due in owed.items()}

    def fields(self) -> dict[str, Any]:
        """Of its line."""
        return {
            "portion_size": str(self.portion),
            "modificators": chosen(*self.modifiers),
            "receipt_x_is_returns": self.is_return,
        }


def day_of(catalogue: Catalogue, sales: list[Sale], order: list[int], times: int = 1) -> DishDay:
    """The day; every count `times` over."""
    day = DishDay(products=catalogue.products(order))
    for sale in sales:
        scaled = dataclasses.replace(sale, count=sale.count * times)
        day.sell(sale.key, scaled.due(catalogue), str(scaled.count), **scaled.fields())
    return day


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """Any catalogue."""
    recipes = {}
    for place, key in enumerate(PREPARATIONS):
        parts = st.sampled_from([*INGREDIENTS, *PREPARATIONS[place + 1 :]])
        recipes[key] = draw(st.dictionaries(parts, grams, min_size=1, max_size=3))
    for key in DISHES:
        parts = st.sampled_from([*INGREDIENTS, *PREPARATIONS])
        recipes[key] = draw(st.dictionaries(parts, grams, min_size=1, max_size=4))
    return Catalogue(
        recipes,
        {key: draw(outputs) for key in PREPARATIONS},
        {key: (draw(st.sampled_from(INGREDIENTS)), draw(grams), draw(st.booleans())) for key in _MODIFIERS},
    )


def sales_with(*shares: Fraction) -> st.SearchStrategy[Sale]:
    """Any sale; its preparations taken as themselves in one of these shares, or not at all."""
    return st.builds(
        Sale,
        key=st.sampled_from(DISHES),
        count=counts,
        portion=portions,
        modifiers=st.lists(st.sampled_from(_MODIFIERS), unique=True, max_size=2).map(tuple),
        as_itself=st.dictionaries(st.sampled_from(PREPARATIONS), st.sampled_from(shares), max_size=3),
        is_return=st.booleans(),
    )


sales = sales_with(Fraction(1))
many_sales = st.lists(sales, min_size=1, max_size=6)
sales_in_part = st.lists(sales_with(Fraction(1), Fraction(1, 2)), min_size=1, max_size=6)
orders = st.permutations(range(7)).map(list)
