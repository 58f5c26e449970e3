"""Another amount written off than the recipe says.

What it checks: For each ingredient of a dish sold, the quantities written off under the line sum to what is due by
    the recipe (gross × sold, modifiers included, in the ingredient's unit). A preparation is due as itself where
    the line wrote it off itself, else as what it is made of.
Why it matters: The stock of the ingredient on the books drifts from the shelf with every portion sold, and so does
    the cost of the dish.
Example:
    dish     sold   ingredient   due     written off
    Pilaf    2      Rice         0.3     0.3
    Pilaf    1      Rice         0.15    150            <- flagged: grams taken for kilograms
    Pilaf    1      Lamb         0.12    0              <- flagged: left out
Not flagged: A dish with no write-off at all (missing-write-off). A difference of at most the quantity step, 0.001:
    grams are rounded. How a modifier counts is not documented, so any of the ways that fits is accepted. A product
    that is not in the recipe (wrong-product). Where the recipe was changed after the sale it is only a warning.
What to do: Compare the recipe with the stock operations of the receipt. If all lines of the dish differ in the
    same way, the recipe or a unit is wrong: see the sheets Causes and Recipes applied; else correct the stock by
    the difference.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from reconcile.language.translate import to_say
from reconcile.settings.thresholds import DayThresholds
from rules.declaration import Declaration
from rules.flags import RECIPE_CHANGED, Flags, at_unit_cost, bools, deduction_notes, ints, notes_where

RULE = Declaration(
    severity="error",
    names="ingredient",
    judges="ingredients",
    reads=(
        "line product_id is_due due written_off operations state deduction gap_operation_id "
        "is_changed unit_cost_total unit_cost_quantity"
    ),
    message="by the recipe {expected} is due, written off {actual} (difference {difference})",
    is_goods=True,
    needs_catalogue=True,
    cause=to_say("nothing of it is due"),
)


def judge(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Flags:
    """Flag ingredients that were due and not written off as such, on lines that wrote off anything."""
    due, written_off = ints(ingredients, "due"), ints(ingredients, "written_off")
    line, operations = ints(ingredients, "line"), ints(ingredients, "operations")
    has_operations = np.isin(line, line[operations > 0])
    differs = np.abs(written_off - due) > thresholds.quantity_step(ints(ingredients, "product_id"))
    rows = np.flatnonzero(bools(ingredients, "is_due") & differs & has_operations)
    difference = written_off[rows] - due[rows]
    is_changed, state = bools(ingredients, "is_changed")[rows], ingredients["state"].iloc[rows]
    return Flags(
        rows,
        expected=due[rows],
        actual=written_off[rows],
        value=at_unit_cost(ingredients, rows, difference),
        severity=np.where(is_changed, "warning", ""),
        notes=notes_where(
            deduction_notes(ingredients.iloc[rows]),
            (is_changed, RECIPE_CHANGED),
            ((state == "deleted").to_numpy(), to_say("the ingredient is deleted from the catalogue")),
            ((state == "unlisted").to_numpy(), to_say("the catalogue does not list the ingredient")),
        ),
    )
