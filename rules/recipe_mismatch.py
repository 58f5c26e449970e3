"""Differs from recipe.

What it checks: For each ingredient of a dish sold, the quantities written off under the line sum to what is due by
    the recipe (gross × sold, modifiers included, in the ingredient's unit). A preparation is due as itself where
    the line wrote it off itself, else as what it is made of.
Why it matters: The stock of the ingredient on the books drifts from the shelf with every portion sold, and so does
    the cost of the dish.
Example:
    dish                  sold   ingredient   due      written off
    Pilaf                 2      Rice         0.3      0.3
    Pilaf                 1      Rice         0.15     150           <- flagged: grams taken for kilograms
    Pilaf                 1      Lamb         0.12     0             <- flagged: left out
    Pilaf                 -1     Lamb         -0.12    -0.06         <- warning: came back, put back in part
    Latte with oat milk   1      Milk         0.2      0             <- warning: the oat milk may replace it
Not flagged: A dish with no write-off at all (missing-write-off), or with two sets of write-offs (duplicate-write-off).
    What stands in another place (misplaced-write-off). A difference of at most the quantity step, 0.001: grams are
    rounded. How a modifier counts is not documented, so any of the ways that fits is accepted. A product that is not
    in the recipe (wrong-product). On a line with a modifier that is unknown, anything from nothing to three times what
    is due: the line is unverified. What most of the day's lines with a modifier (three or more) do without. With
    `returns_restock = false`, what came back and was not put back.
    Only a warning: where the recipe was changed after the sale, unless another line that closed before the change
    agrees with today's recipe; a return that was put back in part; more than three times what is due beside an unknown
    modifier; what a modifier may have replaced.
What to do: Compare the recipe with the stock operations of the receipt. If all lines of the dish differ in the
    same way, the recipe or a unit is wrong: see the sheets Causes and Recipes; else correct the stock by
    the difference.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from reconcile.language.messages import Note, Notes
from reconcile.language.translate import to_say
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import (
    RECIPE_CHANGED,
    Flags,
    Rows,
    bools,
    deduction_notes,
    has_operations,
    ints,
    is_unclaimed,
    notes_where,
    value_of,
)
from reconcile.settings.thresholds import DayThresholds

RULE = Declaration(
    severity="error",
    names="ingredient",
    judges="ingredients",
    reads=(
        "line product_id product is_due due written_off operations state deduction gap_operation_id claim given_value "
        "is_changed doubt is_right unit_cost_total unit_cost_quantity"
    ),
    message="by the recipe {expected} is due, written off {actual} (difference {difference})",
    is_goods=True,
    needs_catalogue=True,
    cause=to_say("nothing of it is due"),
)
_DOUBTS = {
    "returned": to_say("it came back, and was put back in part or not at all"),
    "unknown modifier": to_say("a modifier of the line is unknown, but it would hardly take so much"),
    "perhaps replaced": to_say(
        "perhaps replaced by a modifier of the line, whose own ingredient was written off"
    ),
    "usually replaced": to_say("usually replaced: most lines with this modifier take none of it"),
}
_STATES = {
    "deleted": to_say("the ingredient is deleted from the catalogue"),
    "unlisted": to_say("the catalogue does not list the ingredient"),
}
_MOST_NAMES = 5
_UNDER_THE_LINE = to_say("operations under the line: {count}, of {products}")
_UNDER_THE_LINE_AND_MORE = to_say("operations under the line: {count}, of {products} and others ({more})")


def judge(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag ingredients that were due and not written off as such, on lines that wrote off anything."""
    due, written_off = ints(ingredients, "due"), ints(ingredients, "written_off")
    differs = np.abs(written_off - due) > thresholds.quantity_step(ints(ingredients, "product_id"))
    is_judged = bools(ingredients, "is_due") & is_unclaimed(ingredients) & ~bools(ingredients, "is_right")
    rows = np.flatnonzero(is_judged & differs & has_operations(ingredients))
    difference = written_off[rows] - due[rows]
    is_changed = bools(ingredients, "is_changed")[rows]
    doubt, state = (ingredients[name].array[rows] for name in ("doubt", "state"))
    return Flags(
        rows,
        expected=due[rows],
        actual=written_off[rows],
        value=value_of(ingredients, rows, difference),
        severity=np.where(is_changed | (doubt != ""), "warning", ""),
        notes=notes_where(
            _operations_under(ingredients, rows, deduction_notes(ingredients, rows)),
            *((doubt == name, text) for name, text in _DOUBTS.items()),
            (is_changed, RECIPE_CHANGED),
            *((state == name, text) for name, text in _STATES.items()),
        ),
    )


def _operations_under(ingredients: pd.DataFrame, rows: Rows, notes: Sequence[Notes]) -> list[Notes]:
    """The notes, preceded where nothing of an ingredient was written off by what stands under its line instead."""
    line, names = ints(ingredients, "line"), ingredients["product"]
    is_nothing = ints(ingredients, "written_off")[rows] == 0
    taken = np.flatnonzero((ints(ingredients, "operations") > 0) & np.isin(line, line[rows[is_nothing]]))
    under: dict[int, list[int]] = {}
    for row, of_line in zip(taken.tolist(), line[taken].tolist(), strict=True):
        under.setdefault(of_line, []).append(row)
    found = list(notes)
    for place in np.flatnonzero(is_nothing).tolist():
        found[place] = (_note(ingredients, names, under[int(line[rows[place]])]), *found[place])
    return found


def _note(ingredients: pd.DataFrame, names: pd.Series[str], rows: Sequence[int]) -> Note:
    count, more = int(ints(ingredients, "operations")[list(rows)].sum()), len(rows) - _MOST_NAMES
    products = ", ".join(names.iloc[list(rows[:_MOST_NAMES])])
    shown = {"count": count, "products": products}
    return (
        Note(_UNDER_THE_LINE_AND_MORE, shown | {"more": more}) if more > 0 else Note(_UNDER_THE_LINE, shown)
    )
