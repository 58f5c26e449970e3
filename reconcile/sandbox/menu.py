# ruff: noqa: RUF001  names in Azerbaijani, Russian and Uzbek
"""The menu of the made-up restaurant: products, prices, unit costs, recipes and the stock that a sale uses.

Money is in no particular currency. Quantities are in the product's own unit (pieces, kg, l, portions, hours), with at
most three decimals.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import TypeAlias

Quantities: TypeAlias = tuple[tuple[int, Decimal], ...]
"""Pairs of a product id and the quantity that leaves stock."""

MAIN, BAR = 3, 4
STORAGES = {MAIN: "Main Storage", BAR: "Bar anbarı"}
UNITS = {
    "dona": (1, "Dona"),
    "kg": (2, "Kiloqram"),
    "l": (3, "Litr"),
    "porsiya": (4, "Porsiya"),
    "saat": (5, "Saat"),
}
"""By symbol: the unit's id and name."""
CATEGORIES = {"DISH": (1, "Yeməklər"), "GOODS": (2, "İçkilər"), "MODIFICATION": (2, "İçkilər")}
"""By type of product: the category's id and name."""
OTHER_CATEGORY = (3, "Digər")
DELETED_AT = time(21, 30)
"""When the deleted product was deleted."""


@dataclass(frozen=True)
class Modifier:
    """An addition to a dish, or an instruction (`no onions`), which uses no stock."""

    id: int
    name: str
    ingredient_id: int | None = None
    brutto: Decimal = Decimal(0)
    price: int = 0


@dataclass(frozen=True)
class ModifierGroup:
    """Modifiers that are offered together."""

    id: int
    name: str
    modifiers: tuple[Modifier, ...]
    adjust_to_portion: bool = False
    """Whether half a portion uses half the modifier's amount."""


@dataclass(frozen=True)
class Product:
    """One product. `popularity` is its weight among the lines sold; 0: never sold by itself."""

    id: int
    name: str
    type: str
    unit: str = "dona"
    cost: Decimal = Decimal(0)
    price: int = 0
    popularity: int = 0
    storages: tuple[int, ...] = (MAIN,)
    parent: str = ""
    parent_id: int | None = None
    recipe: Quantities = ()
    net_output: Decimal = Decimal(1)
    """How much the recipe makes."""
    groups: tuple[ModifierGroup, ...] = ()
    halves: bool = False
    """Whether half portions are sold too."""
    is_deleted: bool = False
    """Whether it is deleted on the evening of the day, at `DELETED_AT`."""

    @property
    def sold_by_weight(self) -> bool:
        return self.unit == "kg" and self.type == "GOODS"

    @property
    def is_direct(self) -> bool:
        """Whether a sale uses stock of the product itself, not of ingredients."""
        return self.type in ("GOODS", "MODIFICATION")

    @property
    def full_name(self) -> str:
        return f"{self.parent} {self.name}".strip()


def _goods(
    number: int, name: str, cost: str, price: int, popularity: int, *storages: int, unit: str = "dona",
    halves: bool = False, is_deleted: bool = False,
) -> Product:  # fmt: skip
    return Product(
        number, name, "GOODS", unit, Decimal(cost), price, popularity, storages or (MAIN,),
        halves=halves, is_deleted=is_deleted,
    )  # fmt: skip


def _variant(parent: Product, number: int, name: str, cost: str, *, price: int, popularity: int) -> Product:
    return Product(
        number, name, "MODIFICATION", "dona", Decimal(cost), price, popularity, (BAR,), parent.name, parent.id
    )


def _raw(number: int, name: str, cost: str, unit: str = "kg", storage: int = MAIN) -> Product:
    return Product(number, name, "INGREDIENT", unit, Decimal(cost), storages=(storage,))


def _dish(
    number: int, name: str, price: int, popularity: int, recipe: dict[Product, str], *groups: ModifierGroup,
    halves: bool = False,
) -> Product:  # fmt: skip
    """The recipe is for a whole portion, in even grams, so that half a portion is exact."""
    return Product(
        number, name, "DISH", "porsiya", _cost(recipe), price, popularity, (), recipe=_quantities(recipe),
        groups=groups, halves=halves,
    )  # fmt: skip


def _quantities(recipe: dict[Product, str]) -> Quantities:
    return tuple((product.id, Decimal(gross)) for product, gross in recipe.items())


def _cost(recipe: dict[Product, str]) -> Decimal:
    return sum((product.cost * Decimal(gross) for product, gross in recipe.items()), Decimal(0)).normalize()


_RICE, _CARROT = _raw(33001, "Guruch «Lazer»", "18000"), _raw(33004, "Sabzi", "4000")
_LAMB, _BEEF = _raw(33002, "Қўй гўшти", "95000"), _raw(33003, "Говядина", "88000")
_ONION, _OIL = _raw(33005, "Пиёз", "3500"), _raw(33006, "Пахта ёғи", "19500.5", "l")
_FLOUR, _LEAVES = _raw(33007, "Un (əla növ)", "6500"), _raw(33008, "Üzüm yarpağı", "36000")
_EGG, _TEA = _raw(33009, "Tuxum", "1400", "dona"), _raw(33012, "Чой 95", "120000", "kg", BAR)
_COFFEE, _MILK = (
    _raw(33010, "Кофе в зёрнах", "240000", "kg", BAR),
    _raw(33011, "Süd 3,2 %", "14000", "l", BAR),
)
_LEMON, _SYRUP = _raw(33013, "Limon", "22000", "kg", BAR), _raw(33014, "Сироп карамельный", "64000", "l", BAR)
_FOR_DOUGH, _DOUGH_MADE = {_FLOUR: "0.720", _EGG: "2", _OIL: "0.040"}, Decimal("1.2")
_DOUGH = Product(
    33101, "Xəmir (yarımfabrikat)", "PREPARATION", "kg", _cost(_FOR_DOUGH) / _DOUGH_MADE,
    recipe=_quantities(_FOR_DOUGH), net_output=_DOUGH_MADE,
)  # fmt: skip
_FOR_COFFEE = ModifierGroup(
    601,
    "Добавки к кофе",
    (
        Modifier(501, "Карамельный сироп", _SYRUP.id, Decimal("0.020"), 4000),
        Modifier(502, "Əlavə süd", _MILK.id, Decimal("0.050"), 2500),
    ),
)
_FOR_MEAT = ModifierGroup(
    602,
    "Қўшимча",
    (Modifier(503, "Гўшт қўшимча", _LAMB.id, Decimal("0.060"), 12000), Modifier(504, "Пиёзсиз")),
    adjust_to_portion=True,
)
_FANTA, _LEMONADE = Product(31110, "Fanta", "GOODS"), Product(31120, "Лимонад", "GOODS")

MENU = (
    # by piece
    _goods(31042, "Апельсинли реване", "8000", 22000, 6, halves=True),
    _goods(31046, "Ачма узум жевиз", "1500", 4000, 6),
    _goods(31101, "Coca-Cola 0,5 л", "6200", 12000, 10, BAR, MAIN),
    _goods(31102, "Боржоми 0,5 л", "9300", 18000, 4, BAR),
    _goods(31103, "Ayran (ev üsulu)", "3100", 9000, 5, BAR, halves=True),
    _goods(31104, "Sirab qazlı su 0,5 l", "2450.5", 7000, 6, BAR, MAIN),
    _goods(31301, "Сомса гўштли", "3500", 9000, 6),
    _goods(31303, "Патир нон", "1333.3333", 4000, 9),
    _goods(31306, "Компот (мавсумий)", "2800", 8000, 3, BAR, is_deleted=True),
    # by weight
    _goods(31201, "Пахлава", "78000", 160000, 3, unit="kg"),
    _goods(31202, "Şəkərbura", "64000.25", 130000, 3, unit="kg"),
    _goods(31203, "Қази", "150000", 290000, 2, unit="kg"),
    _goods(31204, "Motal pendiri", "90000", 170000, 2, unit="kg"),
    # variants and their parents; the parents are never sold
    _FANTA,
    _variant(_FANTA, 31111, "0,33 l", "5000", price=9000, popularity=4),
    _variant(_FANTA, 31112, "1 l", "9800", price=17000, popularity=3),
    _LEMONADE,
    _variant(_LEMONADE, 31121, "тархун", "4700", price=11000, popularity=3),
    _variant(_LEMONADE, 31122, "дюшес", "4700.75", price=11000, popularity=2),
    # time sold
    Product(31501, "PlayStation 5 (1 soat)", "TIMER", "saat", price=30000, popularity=2, storages=()),
    # dishes
    _dish(
        32001, "Ош (палов)", 38000, 9, {_RICE: "0.150", _LAMB: "0.120", _CARROT: "0.100", _OIL: "0.030"},
        _FOR_MEAT, halves=True,
    ),
    _dish(32002, "Лағмон", 34000, 5, {_DOUGH: "0.120", _BEEF: "0.100", _CARROT: "0.050"}, _FOR_MEAT, halves=True),
    _dish(32003, "Yarpaq dolması", 42000, 4, {_BEEF: "0.140", _RICE: "0.040", _LEAVES: "0.060"}),
    _dish(32004, "Düşbərə", 30000, 4, {_DOUGH: "0.090", _LAMB: "0.090", _ONION: "0.020"}),
    _dish(32005, "Капучино", 18000, 7, {_COFFEE: "0.018", _MILK: "0.150"}, _FOR_COFFEE),
    _dish(32006, "Эспрессо", 12000, 4, {_COFFEE: "0.018"}, _FOR_COFFEE),
    _dish(32007, "Limonlu çay (çaynik)", 10000, 7, {_TEA: "0.006", _LEMON: "0.030"}),
    _dish(32008, "Çığırtma", 19000, 2, {_EGG: "3", _OIL: "0.020"}),
    _dish(32009, "Xidmət haqqı", 3000, 2, {}),  # a service charge: nothing leaves stock
    # preparations and ingredients
    _DOUGH, _RICE, _LAMB, _BEEF, _CARROT, _ONION, _OIL, _FLOUR, _LEAVES, _EGG, _COFFEE, _MILK, _TEA, _LEMON,
    _SYRUP,
)  # fmt: skip
BY_ID = {product.id: product for product in MENU}


def stock_usage(
    product: Product, count: Decimal, portion: Decimal, chosen: Container[Modifier], *, explode: bool
) -> Quantities:
    """The quantities that a sale of a product takes from stock.

    `explode`: the ingredients of a preparation are taken instead of the preparation.
    """
    sold = count * portion
    if product.is_direct:
        return ((product.id, sold),)
    by_recipe = [(ingredient, gross * sold) for ingredient, gross in product.recipe]
    if explode:
        by_recipe = [part for whole in by_recipe for part in _ingredients(*whole)]
    added = [
        (each.ingredient_id, each.brutto * (sold if group.adjust_to_portion else count))
        for group in product.groups
        for each in group.modifiers
        if each in chosen and each.ingredient_id
    ]
    return (*by_recipe, *added)


def _ingredients(ingredient: int, amount: Decimal) -> Quantities:
    """The ingredients of a preparation; any other product as it is."""
    product = BY_ID[ingredient]
    parts = tuple((part, gross * amount / product.net_output) for part, gross in product.recipe)
    return parts or ((ingredient, amount),)
