"""Reads the catalogue: products with their recipes and modifiers. A recipe that can't be read is None, with the reason.

Nothing here is quarantined: an unreadable recipe of a dish that was not sold does not affect the day. Source: the
field table of `GET /products`; rules.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import MICRO, micros, positive_int
from reconcile.core.exact_json import encode_json
from reconcile.core.text import shown
from reconcile.evidence.day import Evidence
from reconcile.evidence.structs import Raw
from reconcile.frames import reading
from reconcile.model.catalogue import COMPOSITE_TYPES, NO_TIME, NOT_LISTED, Catalogue, Modifier, Product


def read_catalogue(evidence: Evidence, zone: ZoneInfo | None) -> Catalogue:
    """The catalogue in the evidence: of several versions of a product, the one with the latest `updated_at`.

    Products that are only named inside others (variants, ingredients) are added with `is_listed` False.
    """
    versions = sorted(
        (raw for raw in evidence.products if isinstance(raw, dict)),
        key=lambda raw: (str(raw.get("updated_at") or ""), encode_json(raw)),
    )
    products = {key: raw for raw in versions if (key := positive_int(raw.get("id"))) is not None}
    named: dict[int, Raw] = {}
    for raw in products.values():
        for each in _nested_products(raw):
            key = positive_int(each.get("id"))
            if key is not None and key not in products:
                named.setdefault(key, each)
    found = _read_all(products, zone)
    found |= {
        key: dataclasses.replace(each, is_listed=False, recipe=None, problem=NOT_LISTED, modifiers=())
        for key, each in _read_all(named, zone).items()
    }
    missing = evidence.catalogue_refused or evidence.catalogue_failed
    if not found and not missing:
        missing = "the evidence holds none"
    return Catalogue(found, evidence.catalogue_total, missing)


def _objects(value: Any) -> Iterator[Raw]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))


def _nested_products(raw: Raw) -> Iterator[Raw]:
    """Products inside another product: its variants, its ingredients and those of its modifiers."""
    yield from _objects(raw.get("modifications"))
    yield from _objects(raw.get("recipe"))
    for group in _objects(raw.get("modificator_groups")):
        yield from _objects([modifier.get("ingredient") for modifier in _objects(group.get("modificators"))])


def _read_all(raw: dict[int, Raw], zone: ZoneInfo | None) -> dict[int, Product]:
    """The products by id."""
    times, zoned, _ = reading.times([each.get("updated_at") for each in raw.values()], zone)
    updated_at = np.where(zoned, NO_TIME, times)
    is_deleted, _ = reading.deletions([each.get("deleted_at") for each in raw.values()])
    columns = zip(raw.items(), updated_at, is_deleted.tolist(), strict=True)
    return {key: _product(key, each, time, is_dead) for (key, each), time, is_dead in columns}


def _product(key: int, raw: Raw, updated_at: np.datetime64, is_deleted: bool) -> Product:
    type_ = _text(raw.get("type"))
    recipe, problem = _recipe(raw, type_)
    unit: Raw = next(_objects([raw.get("unit")]), {})
    category: Raw = next(_objects([raw.get("category")]), {})
    return Product(
        id=key,
        name=_text(raw.get("full_name")) or _text(raw.get("name")),
        type=type_,
        unit=_text(unit.get("symbol")) or _text(unit.get("name")),
        category_id=positive_int(raw.get("category_id")) or positive_int(category.get("id")) or 0,
        category=_text(category.get("name")),
        inventory_behavior=_text(raw.get("inventory_behavior")),
        cost_price=abs(micros(raw.get("cost_price")) or 0),
        net_output=MICRO if raw.get("net_output") is None else max(micros(raw["net_output"]) or 0, 0),
        updated_at=updated_at,
        is_deleted=is_deleted,
        recipe=recipe,
        problem=problem,
        modifiers=tuple(_modifiers(key, raw.get("modificator_groups"))),
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _recipe(raw: Raw, type_: str) -> tuple[dict[int, int] | None, str]:
    """(amounts by ingredient id, sorted; repeated rows are added up, ""), or (None, the reason)."""
    rows = raw.get("recipe")
    if not isinstance(rows, list):
        return (None, "its recipe was not given") if type_ in COMPOSITE_TYPES else ({}, "")
    recipe: dict[int, int] = {}
    problems = set()
    for row in rows:
        pivot = row.get("pivot") if isinstance(row, dict) else None
        if not isinstance(pivot, dict):
            problems.add("a row of its recipe can't be read")
            continue
        ingredient = positive_int(pivot.get("ingredient_id")) or positive_int(row.get("id"))
        gross = micros(pivot.get("gross"))
        if ingredient is None:
            problems.add("an ingredient of its recipe has no readable id")
        elif gross is None or gross < 0:
            problems.add(f"gross of ingredient {ingredient} is {shown(pivot.get('gross'))}")
        else:
            recipe[ingredient] = recipe.get(ingredient, 0) + gross
    return (None, min(problems)) if problems else (dict(sorted(recipe.items())), "")


def _modifiers(owner: int, groups: Any) -> Iterable[Modifier]:
    for group in _objects(groups):
        is_scaled = bool(reading.flags([group.get("adjust_to_portion")])[0])
        for raw in _objects(group.get("modificators")):
            ingredient, dish = positive_int(raw.get("ingredient_id")), positive_int(raw.get("dish_id"))
            if ingredient is not None or dish == owner:
                dish = None
            given = raw.get("brutto")
            brutto = 0 if given is None else micros(given)
            problem = "" if brutto is not None else f"brutto is {shown(given)}"
            amount = 0 if problem or brutto is None else brutto
            name = _text(raw.get("name"))
            yield Modifier(
                positive_int(raw.get("id")), name, ingredient, dish, amount or MICRO if dish else amount, is_scaled,
                problem if ingredient or dish else "",
            )  # fmt: skip


def fill_from_catalogue(lines: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """The `SaleLines` frame with the type, the inventory behaviour and the cost of its products.

    The type is the line's own, else the catalogue's; the other two are the catalogue's, else the line's own.
    """
    products, inverse = np.unique(lines["product_id"].to_numpy(), return_inverse=True)
    known = [catalogue.products.get(key) for key in products.tolist()]
    if not any(known):
        return lines
    of_line = inverse.reshape(-1)

    def column(name: str, unknown: Any) -> npt.NDArray[Any]:
        return np.array([getattr(each, name) if each else unknown for each in known])[of_line]

    prices, behaviors = column("cost_price", 0), column("inventory_behavior", "")
    types = lines["type"].astype("str").to_numpy()
    return lines.assign(
        type=reading.texts(np.where(types == "", column("type", ""), types).tolist()),
        inventory_behavior=reading.texts(
            np.where(behaviors == "", lines["inventory_behavior"].astype("str"), behaviors).tolist()
        ),
        cost_price=np.where(prices > 0, prices, lines["cost_price"]),
    )
