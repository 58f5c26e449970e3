"""The names, units and storages of products, where several records say them."""

from __future__ import annotations

import dataclasses

import pandas as pd

from reconcile.analysis.storages import storages_of, usual_storages
from reconcile.analysis.units import names_of, product_units
from reconcile.engine.result import Result
from reconcile.model.catalogue import Catalogue
from tests.given.demo_day import demo_result


def operations(*rows: tuple[int, int, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["product_id", "storage_id", "storage"])


def result(
    operations: dict[int, str], lines: dict[int, str], ingredients: dict[int, str], column: str
) -> Result:
    """A result of which each frame says these texts by product, and the catalogue nothing."""
    frames = [
        pd.DataFrame({"product_id": list(texts), column: pd.Categorical(list(texts.values()))})
        for texts in (operations, lines, ingredients)
    ]
    return dataclasses.replace(
        demo_result(), catalogue=Catalogue(), operations=frames[0], lines=frames[1], ingredients=frames[2]
    )


def test_the_usual_storage_of_a_product_has_most_of_its_operations_and_the_lowest_id_of_equal_ones() -> None:
    some = operations((1, 8, ""), (1, 9, ""), (1, 9, ""), (2, 9, ""), (2, 8, ""))
    assert usual_storages(some) == {1: 9, 2: 8}


def test_a_storage_is_named_as_in_its_first_operation() -> None:
    some = operations((1, 8, "Bar"), (1, 8, "Old bar"), (2, 9, ""))
    assert storages_of([9, 8, 7], some) == ["", "Bar", ""]


def test_a_product_is_named_as_its_recipe_has_it_else_a_line_else_an_operation() -> None:
    said = result(
        {1: "operation", 2: "operation", 3: "operation"},
        {1: "line", 2: "line", 3: ""},
        {1: "recipe"},
        "product",
    )
    assert names_of([1, 2, 3, 4], said) == ["recipe", "line", "operation", ""]


def test_a_product_has_the_unit_of_a_line_else_of_a_recipe() -> None:
    assert product_units(result({}, {1: "kg", 2: ""}, {1: "g", 2: "l"}, "unit")) == {1: "kg", 2: "l"}
