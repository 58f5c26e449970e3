"""Differences from the recipe that are accepted, or that may have another reason than a wrong write-off.

A modifier that is unknown may explain much of a line; one that is known may be taken in place of an ingredient of the
recipe; of a dish that came back, less may be put back. Source: rules/README.md, "Recipes".
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.columns import bare
from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import Positions
from reconcile.model.catalogue import Catalogue, Product
from reconcile.model.matched import DOUBTS
from reconcile.model.modifiers import choices
from reconcile.settings.thresholds import DayThresholds

_NONE, RETURNED, UNKNOWN_MODIFIER, PERHAPS_REPLACED, USUALLY_REPLACED = range(len(DOUBTS))
_AT_MOST = 3
"""Up to so many times what is due may be the doing of an unknown modifier."""
_FEWEST = 3
"""Lines with a modifier of which more than half show what is usual."""

Key = int | str
"""Of a modifier: its id in the catalogue, else its name."""


def with_doubts(
    ingredients: pd.DataFrame, lines: pd.DataFrame, catalogue: Catalogue, thresholds: DayThresholds
) -> pd.DataFrame:
    """`ingredients` (`reconcile.model.matched.LineIngredients`) with the columns `doubt` and `is_right`.

    What most lines with a modifier do without is not `due` on any of them. `lines` are those of the match.
    """
    due, written_off = bare(ingredients, "due").copy(), bare(ingredients, "written_off")
    line, product = bare(ingredients, "line"), bare(ingredients, "product_id")
    is_due, sold = bare(ingredients, "is_due"), bare(ingredients, "sold")
    step = thresholds.quantity_step(product)
    is_judged = bare(ingredients, "has_recipe") & (bare(lines, "operations") > 0)[line]
    allowed = np.where(is_due, step, 0)
    differs = is_judged & (np.abs(written_off - due) > allowed)
    doubt, is_right = np.zeros(len(due), dtype=np.int8), np.zeros(len(due), dtype=np.bool_)
    if differs.any():
        day = _Day(lines, catalogue, line, product, is_judged & is_due, due, written_off, differs, step)
        perhaps, usually = _replaced(day)
        doubt[perhaps] = PERHAPS_REPLACED
        due[usually] = 0
        differs = is_judged & (np.abs(written_off - due) > allowed)
        doubt[usually] = np.where(differs[usually], USUALLY_REPLACED, _NONE)
        is_in_part = (sold < 0) & is_due & differs & _is_between(written_off, due, step)
        doubt[is_in_part] = RETURNED
        is_right = is_in_part & ~thresholds.returns_restock(product)
        is_blinded = differs & bare(ingredients, "is_blinded")
        doubt[is_blinded] = UNKNOWN_MODIFIER
        is_right |= is_blinded & ((due == 0) | _is_between(written_off, due * _AT_MOST, step))
    return ingredients.assign(due=due, doubt=kinds(doubt, DOUBTS), is_right=is_right)


def _is_between(written_off: IntArray, most: IntArray, step: IntArray) -> BoolArray:
    """Where an amount is from 0 to the most that is accepted, which may be negative."""
    amount = written_off * np.sign(most)
    return np.asarray((amount >= -step) & (amount <= np.abs(most) + step), dtype=np.bool_)


@dataclasses.dataclass(frozen=True)
class _Day:
    """The lines and the columns of their ingredients."""

    lines: pd.DataFrame
    catalogue: Catalogue
    line: IntArray
    product: IntArray
    is_due: BoolArray
    """Rows of what is due on lines with operations."""
    due: IntArray
    written_off: IntArray
    differs: BoolArray
    step: IntArray

    def rows_of(self, lines: Iterable[int], wanted: BoolArray) -> dict[tuple[int, int], int]:
        """The wanted rows of what is due on these lines, by line and ingredient."""
        some = np.flatnonzero(wanted & self.is_due & np.isin(self.line, list(lines)))
        keys = zip(self.line[some].tolist(), self.product[some].tolist(), strict=True)
        return dict(zip(keys, some.tolist(), strict=True))


def _replaced(day: _Day) -> tuple[Positions, Positions]:
    """Rows of an ingredient in whose place a modifier may have been taken, on this line alone; and those, on all lines
    with that modifier, where more than half of them do without it.
    """
    menu = _Menu(day.lines, day.catalogue)
    found: defaultdict[tuple[Key, int], list[int]] = defaultdict(list)
    for row, modifiers in _lacking(day, menu):
        for key in modifiers:
            found[key, int(day.product[row])].append(row)
    usually = set(_usual(day, menu, found))
    perhaps = {row for rows in found.values() for row in rows} - usually
    return _positions(perhaps), _positions(usually)


def _lacking(day: _Day, menu: _Menu) -> Iterator[tuple[int, Sequence[Key]]]:
    """The only ingredient of the recipe of which a line has nothing, and the modifiers whose own was taken as due."""
    has_modifiers = (day.lines["modifiers"] != "").to_numpy()[day.line]
    lacks = day.is_due & day.differs & has_modifiers & (np.abs(day.written_off) <= day.step)
    by_line: defaultdict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(lacks & (day.due != 0)).tolist():
        by_line[int(day.line[row])].append(row)
    if not by_line:
        return
    due = day.rows_of(by_line, day.due != 0)
    taken = {key for key, row in due.items() if day.written_off[row] and not day.differs[row]}
    for line, rows in by_line.items():
        of_recipe = [row for row in rows if int(day.product[row]) in menu.parts_of_line(line)]
        own = []
        for key, ingredient in menu.modifiers_of(line).items():
            itself, parts = {(line, ingredient)}, {(line, part) for part in menu.parts_of(ingredient)}
            of_modifier = (itself & due.keys()) or (parts & due.keys())
            if of_modifier and of_modifier <= taken:
                own.append(key)
        if len(of_recipe) == 1 and own:
            yield of_recipe[0], own


def _usual(day: _Day, menu: _Menu, found: dict[tuple[Key, int], list[int]]) -> Iterator[int]:
    """The rows of the ingredient on all lines with a modifier, where more than half of them lack it so."""
    if not found:
        return
    with_it = menu.lines_with({key for key, _ in found}, np.unique(day.line[day.is_due]))
    rows = day.rows_of(
        {line for lines in with_it.values() for line in lines},
        (day.due != 0) & np.isin(day.product, [ingredient for _, ingredient in found]),
    )
    for (key, ingredient), lacking in found.items():
        of_recipe = (line for line in with_it[key] if ingredient in menu.parts_of_line(line))
        places = [rows[line, ingredient] for line in of_recipe if (line, ingredient) in rows]
        if len(places) >= _FEWEST and 2 * len(lacking) > len(places):
            yield from places


class _Menu:
    """Recipes and modifiers of the lines."""

    def __init__(self, lines: pd.DataFrame, catalogue: Catalogue) -> None:
        self._products = catalogue.products
        self._product = bare(lines, "product_id")
        self._text = lines["modifiers"].cat.codes.to_numpy()
        self._texts = [str(text) for text in lines["modifiers"].cat.categories]
        self._modifiers: dict[tuple[int, int], dict[Key, int]] = {}
        self._parts: dict[int, frozenset[int]] = {}

    def modifiers_of(self, line: int) -> dict[Key, int]:
        """The known modifiers chosen on a line that take an ingredient, and which."""
        product, text = int(self._product[line]), int(self._text[line])
        if (product, text) not in self._modifiers:
            found = self._products.get(product)
            chosen = _chosen(found, self._texts[text]) if found and text >= 0 else {}
            self._modifiers[product, text] = chosen
        return self._modifiers[product, text]

    def lines_with(self, keys: set[Key], lines: IntArray) -> dict[Key, list[int]]:
        """Those of the lines on which each of these modifiers was chosen."""
        found: dict[Key, list[int]] = {key: [] for key in keys}
        for line in lines.tolist():
            for key in self.modifiers_of(line):
                if key in found:
                    found[key].append(line)
        return found

    def parts_of_line(self, line: int) -> frozenset[int]:
        """The ingredients of the recipe of a line's product, at any depth."""
        return self.parts_of(int(self._product[line]))

    def parts_of(self, product: int) -> frozenset[int]:
        """The ingredients of a product, at any depth."""
        if product not in self._parts:
            found: set[int] = set()
            waiting = [product]
            while waiting:
                known = self._products.get(waiting.pop())
                new = set(known.recipe or ()) - found if known and known.is_composite else set()
                found |= new
                waiting += new
            self._parts[product] = frozenset(found)
        return self._parts[product]


def _chosen(product: Product, text: str) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for choice in choices(text):
        for modifier in product.modifiers:
            if modifier.id == choice.id if choice.id is not None else modifier.name == choice.name:
                if modifier.ingredient_id is not None and modifier.brutto > 0:
                    found[modifier.name if modifier.id is None else modifier.id] = modifier.ingredient_id
                break
    return found


def _positions(rows: set[int]) -> Positions:
    return np.array(sorted(rows), dtype=np.intp)
