"""Products that the settings name as not kept in stock: by id, by category, by what inventory_behavior says."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd
import pytest

from reconcile.evidence.records import read_evidence
from reconcile.frames.catalogue import read_catalogue
from reconcile.model.catalogue import Catalogue, Product
from reconcile.sandbox.server import CloposServer
from reconcile.settings.model import InventoryBehavior, Settings, Untracked
from reconcile.settings.untracked import untracked_products
from tests.given.dish_records import EGG, LAMB, OIL, PILAF, RICE, DishDay, dish, product
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
BAG, CUP, LID, COLA = 1, 2, 3, 4
PACKAGING = {"id": 9, "name": "Qablaşdırma"}
CATALOGUE = Catalogue(
    {
        BAG: Product(BAG, "bag", "GOODS", category_id=9, category="Qablaşdırma"),
        CUP: Product(CUP, "cup", "GOODS", category_id=9),
        COLA: Product(COLA, "cola", "GOODS", category_id=5, category="Drinks"),
    }
)
SOLD = pd.DataFrame({"product_id": [LID, COLA], "category_id": [9, 5]})


@pytest.mark.parametrize(
    ("untracked", "products"),
    [
        (Untracked(), set()),
        (Untracked(products=frozenset({COLA})), {COLA}),
        (Untracked(categories=frozenset({"qablaşdırma"})), {BAG, CUP, LID}),
        (Untracked(categories=frozenset({" QABLAŞDIRMA "})), {BAG, CUP, LID}),
        (Untracked(categories=frozenset({"drinks"}), products=frozenset({BAG})), {BAG, COLA}),
        (Untracked(categories=frozenset({"Food"})), set()),
    ],
)
def test_a_category_names_all_its_products_in_any_case(
    untracked: Untracked, products: Collection[int]
) -> None:
    """Also those of which only the id of the category is known, in the catalogue or on a line."""
    found = untracked_products(Settings(untracked=untracked), SOLD, CATALOGUE)
    assert found.products == products


def test_a_category_without_an_id_holds_the_products_that_say_so_alone() -> None:
    """Products whose category is not known have nothing in common."""
    catalogue = Catalogue({BAG: Product(BAG, "", "GOODS", category="Bags"), CUP: Product(CUP, "", "GOODS")})
    settings = Settings(untracked=Untracked(categories=frozenset({"bags"})))
    lines = pd.DataFrame({"product_id": [COLA], "category_id": [0]})
    assert untracked_products(settings, lines, catalogue).products == {BAG}


def pilaf_with_a_box(**of_box: Any) -> DishDay:
    """A pilaf whose recipe names a box that was not written off, and a box sold by itself."""
    box = product(EGG, "GOODS", **of_box)
    day = DishDay(products=[product(RICE), product(LAMB), box, dish(PILAF, (RICE, "0.150"), (EGG, "1"))])
    day.sell(PILAF, {RICE: "0.150"})
    day.sell(EGG, {}, type_=None)
    return day


def test_nothing_of_an_untracked_category_is_due() -> None:
    """Neither where it is sold, nor where a recipe names it."""
    day = pilaf_with_a_box(category=PACKAGING)
    assert [rule for rule, *_ in day.judged().told] == ["missing-write-off", "recipe-mismatch"]
    judged = day.judged(Settings(untracked=Untracked(categories=frozenset({"qablaşdırma"}))))
    assert (judged.told, judged.classes) == ([], ["matched", "untracked"])


def test_another_value_of_inventory_behavior_may_mean_untracked() -> None:
    """As the settings say; without them it means nothing."""
    day = pilaf_with_a_box(inventory_behavior=7)
    assert len(day.judged().told) == 2
    meanings = InventoryBehavior(untracked=frozenset({7}))
    assert day.judged(Settings(inventory_behavior=meanings)).told == []


@pytest.mark.parametrize("category", [None, "bar", 7, [], {"id": "x"}, {"name": None}])
def test_a_category_that_cannot_be_read_names_nothing(category: Any) -> None:
    """And costs no product."""
    day = pilaf_with_a_box(category=category)
    read = read_catalogue(day.evidence(), None)
    assert (read.products[EGG].category, read.products[EGG].category_id) == ("", 0)


def test_the_fetch_keeps_the_name_of_the_category(desk: Desk, serve: Callable[..., CloposServer]) -> None:
    """Its id and its name, and nothing else of it."""
    day = pilaf_with_a_box(category=PACKAGING | {"manager": "+998 90 000 00 00"})
    server = serve(day.receipts, day.operations)
    server.store.products = day.products
    desk.configure("untracked.categories = ['QABLAŞDIRMA']")
    ended = desk.run(*LIVE)
    assert (ended.status, ended.found_rules) == (0, [])
    (kept,) = [each for each in read_evidence(ended.evidence).products if each["id"] == EGG]
    assert kept["category"] == PACKAGING


def parts_of(server: CloposServer) -> list[set[str]]:
    """The parts that each request for the catalogue named."""
    return [
        {part for name, part in entry.query.items() if name.startswith("with[")}
        for entry in server.request_log.entries
        if entry.route == "products"
    ]


def test_a_part_of_the_catalogue_that_is_refused_costs_that_part_alone(
    desk: Desk, serve: Callable[..., CloposServer]
) -> None:
    """What servers know of it varies by their version. The recipes still judge the day."""
    day = pilaf_with_a_box(category=PACKAGING, unit={"symbol": "kg"})
    refused = frozenset({"unit", "category"})
    server = serve(day.receipts, day.operations, refused_parts=refused)
    server.store.products = day.products
    ended = desk.run(*LIVE)
    assert ended.found_rules == ["missing-write-off", "recipe-mismatch"]
    assert ended.report["complete"]
    assert parts_of(server)[-1] == {"recipe", "modificator_groups", "modifications"}
    assert re.findall(r"the part (\w+) is refused", ended.err) == ["category", "unit"]


def test_where_every_part_is_refused_the_products_come_bare(
    desk: Desk, serve: Callable[..., CloposServer]
) -> None:
    """Their types and costs are worth having."""
    day = DishDay(products=[product(OIL, "GOODS", cost_price=7)])
    day.sell(OIL, {}, type_=None)
    parts = ("recipe", "modificator_groups", "modifications", "unit", "category")
    server = serve(day.receipts, day.operations, refused_parts=frozenset(parts))
    server.store.products = day.products
    (finding,) = desk.run(*LIVE).report["findings"]
    assert (finding["rule"], finding["value"]) == ("missing-write-off", "-7")
