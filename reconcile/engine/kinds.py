"""The kind of each line: what its sale takes from stock. Source: rules/README.md, "Terms", kind.

The meanings of `inventory_behavior` 0 and 1 are not documented by the vendor. They are believed for dishes, and for
preparations, unless most of the day's write-offs contradict them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import take_or
from reconcile.model.catalogue import COMPOSITE_TYPES, Catalogue
from reconcile.model.matched import KINDS
from reconcile.settings.model import Settings
from reconcile.settings.untracked import UntrackedProducts

DIRECT, COMPOSITE, UNTRACKED = range(len(KINDS))
UNKNOWN = -1
_KIND_OF_TYPE = {
    **dict.fromkeys(("GOODS", "MODIFICATION", "INGREDIENT"), DIRECT),
    **dict.fromkeys(COMPOSITE_TYPES, COMPOSITE),
    "TIMER": UNTRACKED,
}
Kinds = npt.NDArray[np.int8]


class Believed(NamedTuple):
    """Of which products `inventory_behavior` 0 and 1 (as the settings mean them) are believed today."""

    dish: bool = True
    preparation: bool = True

    def of_type(self, name: str) -> bool:
        """Whether they are believed for a product of this type."""
        return {"DISH": self.dish, "PREPARATION": self.preparation}.get(name, True)


def believed(
    lines: pd.DataFrame,
    operations: IntArray,
    own_operations: IntArray,
    settings: Settings,
    *,
    more: tuple[int, int] = (0, 0),
) -> Believed:
    """Whether more than half of the day's written-off lines do not contradict the behaviours, by type of product.

    `operations` and `own_operations` are numbers by line. `more`: further cases of preparations, and how many of them
    contradict.
    """
    itself, ingredients = behaviors(lines, settings)
    written_off = (operations > 0) & (lines["sold"] != 0).to_numpy()
    contradicts = (itself & (own_operations == 0)) | (ingredients & (own_operations > 0))
    cases = {}
    for name in ("DISH", "PREPARATION"):
        of_type = written_off & (itself | ingredients) & (lines["type"] == name).to_numpy()
        cases[name] = (int(of_type.sum()), int((of_type & contradicts).sum()))
    of_dish, of_preparation = cases["DISH"], cases["PREPARATION"]
    return Believed(
        2 * of_dish[1] <= of_dish[0],
        2 * (of_preparation[1] + more[1]) <= of_preparation[0] + more[0],
    )


def behaviors(lines: pd.DataFrame, settings: Settings) -> tuple[BoolArray, BoolArray]:
    """Lines of products that take themselves, and that take their ingredients, by `inventory_behavior`."""
    meaning = settings.inventory_behavior
    itself, ingredients = (
        by_category(lines["inventory_behavior"], dict.fromkeys(map(str, values), 1), 0) == 1
        for values in (meaning.itself, meaning.ingredients)
    )
    return itself, ingredients


def kinds(
    lines: pd.DataFrame,
    operations: IntArray,
    own_operations: IntArray,
    settings: Settings,
    *,
    untracked: UntrackedProducts,
    belief: Believed,
) -> Kinds:
    """direct, composite or untracked; by the first condition in rules/README.md, "Terms", that holds."""
    kind = by_category(lines["type"], _KIND_OF_TYPE, UNKNOWN)
    unknown = kind == UNKNOWN
    kind[unknown] = np.where(operations[unknown] > 0, COMPOSITE, DIRECT)
    kind[own_operations > 0] = DIRECT
    itself, ingredients = behaviors(lines, settings)
    for name in COMPOSITE_TYPES:
        of_type = (lines["type"] == name).to_numpy()
        if belief.of_type(name):
            kind[of_type & ingredients] = COMPOSITE
        else:
            itself = itself & ~of_type
    kind[itself] = DIRECT
    passive = dict.fromkeys(untracked.behaviors, UNTRACKED)
    kind[by_category(lines["inventory_behavior"], passive, UNKNOWN) == UNTRACKED] = UNTRACKED
    if untracked.products:
        kind[lines["product_id"].isin(untracked.products).to_numpy()] = UNTRACKED
    return kind


def preparation_behaviors(
    catalogue: Catalogue, settings: Settings, belief: Believed
) -> tuple[frozenset[int], frozenset[int]]:
    """The preparations that are only taken as themselves, and only as their recipes; none where not believed."""
    meaning = settings.inventory_behavior
    itself, ingredients = (
        frozenset(
            key
            for key, product in catalogue.products.items()
            if product.type == "PREPARATION" and product.inventory_behavior in set(map(str, values))
        )
        if belief.preparation
        else frozenset[int]()
        for values in (meaning.itself, meaning.ingredients)
    )
    return itself, ingredients


def by_category(column: pd.Series[str], table: dict[str, int], default: int) -> Kinds:
    """A number for each row by its category; `default` where the category is not in the table."""
    numbers = np.array([table.get(str(name), default) for name in column.cat.categories], dtype=np.int8)
    return take_or(numbers, column.cat.codes.to_numpy(), default)
