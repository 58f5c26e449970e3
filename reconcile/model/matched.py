"""The contracts of the matched frames: what the stages of the engine add before the rules read them.

Units as in `reconcile.model.contracts`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines.pandas_engine import DateTime
from pandera.typing import Series

from reconcile.model.contract import Contract, numbers, seconds
from reconcile.model.contracts import Receipts, SaleLines, StockOperations

KINDS = ("direct", "composite", "untracked")
RECIPES = ("", "known", "usual", "unknown")
DEDUCTIONS = ("", "elsewhere", "never", "unclear")
"""A missing write-off: not classified, deducted but not under its receipt, never deducted, ambiguous."""
GAPS = ("", "moved", "perhaps lost update", "lost update")
"""How an operation begins: where the one before it in its stock ended, elsewhere, or where that one began too (within a
minute, or later)."""
CLAIMS = (
    "",
    "duplicate-receipt",
    "misplaced-write-off",
    "wrong-product",
    "duplicate-write-off",
    "goods-never-written-off",
    "receipt-not-posted",
)
"""The rule that explains a row, so that no other rule of goods names it; empty where none does."""
MISPLACED = (
    "in its receipt",
    "under another receipt",
    "as an orphan",
    "under the sale",
    "under a deleted line",
)
"""Where a misplaced write-off stands."""
DOUBTS = ("", "returned", "unknown modifier", "perhaps replaced", "usually replaced")
"""Why a difference from the recipe may have another reason: put back in part, a modifier that is unknown, one that was
perhaps taken in place of the ingredient, or is on most lines."""
INGREDIENT_STATES = ("listed", "deleted", "unlisted")


class MatchedReceipts(Receipts):
    """Receipts with their operations: orphans included, repeats counted once."""

    operations: Series[np.int64] = numbers("count", ge=0)
    operations_cost: Series[np.int64] = numbers("millionths")
    """Sum of `total_cost`, as written."""
    cost_tolerance: Series[np.int64] = numbers("millionths", ge=0)
    """How much its own cost may differ from that of its operations."""
    operations_worth: Series[np.int64] = numbers("millionths")
    """Sum of |`total_cost`|, each with the sign of q."""
    original_id: Series[np.int64] = numbers("id", ge=0)
    """The receipt that it repeats; 0 where none."""
    unposted_lines: Series[np.int64] = numbers("count", ge=0)
    """Of a receipt that was not posted, its lines that would be missing write-offs."""
    unposted_value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    unposted_deduction: Series[pd.CategoricalDtype] = pa.Field(isin=DEDUCTIONS)
    """What the stock shows of all these lines alike; empty where that differs."""
    only_returns: Series[np.bool_]
    """It was not posted, and all its lines that are due are returns."""


class WrittenOff(Contract):
    """What was written off for a sale line, or for one ingredient of it."""

    sold: Series[np.int64] = numbers("millionths")
    """By the line: count × portion_size; 0 if dead; negative for a return."""
    operations: Series[np.int64] = numbers("count", ge=0)
    written_off: Series[np.int64] = numbers("millionths")
    """Sum of q over all these operations; negative for a return."""
    deduction: Series[pd.CategoricalDtype] = pa.Field(isin=DEDUCTIONS)
    """Of what is due, without operations: how the missing write-off is classified by gaps in the stock chain."""
    gap_operation_id: Series[np.int64] = numbers("id", ge=0)
    """The first operation of its stock after the sale; 0 where the stock shows nothing."""
    earlier_operation_id: Series[np.int64] = numbers("id", ge=0)
    """The one before that."""
    gap: Series[np.int64] = numbers("millionths")
    """How much the stock moved between the two."""
    unit_cost_total: Series[np.int64] = numbers("millionths", ge=0)
    unit_cost_quantity: Series[np.int64] = numbers("millionths", ge=0)
    """Unit cost = unit_cost_total / unit_cost_quantity; unknown where either is 0."""
    due: Series[np.int64] = numbers("millionths")
    """Of a direct line: of its own product, in the unit of the stock. Of an ingredient: by the recipe; 0 if not due."""
    claim: Series[pd.CategoricalDtype] = pa.Field(isin=CLAIMS)
    given_value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """The value of its finding where it is not difference × unit cost."""


class MatchedLines(SaleLines, WrittenOff):
    """Sale lines with what was written off for them. `own` means: of the line's own product."""

    is_dead: Series[np.bool_]
    is_label: Series[np.bool_]
    """Dead by the label CANCELLED alone: neither the line nor its receipt is deleted."""
    is_missing: Series[np.bool_]
    """It took nothing from stock of what is due."""
    found: Series[pd.CategoricalDtype]
    """Of a missing line, how many operations stand under it, and of what; empty where there are none."""
    unit_ratio: Series[np.int64] = numbers("millionths", ge=0)
    """Stock units in one unit sold, where its product is counted in another unit; else 0."""
    is_at_ratio: Series[np.bool_]
    """It was written off in the other unit."""
    is_as_sold: Series[np.bool_]
    """Its product is counted in another unit, and it was written off just as sold."""
    is_return: Series[np.bool_]
    kind: Series[pd.CategoricalDtype] = pa.Field(isin=KINDS)
    written_off_cost: Series[np.int64] = numbers("millionths")
    """Sum of |`total_cost`| over all its operations, each with the sign of q."""
    own_operations: Series[np.int64] = numbers("count", ge=0)
    own_written_off: Series[np.int64] = numbers("millionths")
    extras: Series[np.int64] = numbers("count", ge=0)
    """How many of its own operations are extras: repeats of a write-off, under ids of their own."""
    recipe: Series[pd.CategoricalDtype] = pa.Field(isin=RECIPES)
    """How a composite line is judged: by its recipe (known), by lines like it (usual), not at all (unknown)."""
    because: Series[pd.CategoricalDtype]
    """Why not by its recipe; where by it, which modifier is not known. Of a direct line, why what stands beside its own
    operations can't be judged. Else empty.
    """
    takes_nothing: Series[np.bool_]
    """Of a dish: its recipe, with its modifiers, takes nothing."""
    sibling_written_off: Series[np.bool_]
    """Some live line of the same product was written off that day."""


class MatchedOperations(StockOperations):
    """Stock operations with their line and the times of their receipt."""

    line: Series[np.int64] = numbers("row", ge=-1)
    """Position of the line in `MatchedLines`; -1 where none."""
    is_orphan: Series[np.bool_]
    """It belongs to no line of its receipt."""
    is_own: Series[np.bool_]
    is_extra: Series[np.bool_]
    is_wrong_product: Series[np.bool_]
    """Neither the line's own product, nor in its recipe, nor in a modifier chosen."""
    is_changed: Series[np.bool_]
    """Of a wrong product: as in `LineIngredients`."""
    is_return: Series[np.bool_]
    """Of its line; of an orphan, of the receipt."""
    q: Series[np.int64] = numbers("millionths")
    """What it took from stock; negative where it put back."""
    on_sale: Series[np.bool_]
    """Its line is a live sale."""
    is_total_off: Series[np.bool_]
    """cost × quantity and total_cost differ by more than rounding."""
    is_costed: Series[np.bool_]
    """Its cost can be relied on for unit costs."""
    zone_minutes: Series[np.int64] = numbers("count")
    """What was taken off `operated_at`, as the whole day stands in another zone."""
    is_zone_named: Series[np.bool_]
    """The finding about that names it."""
    is_other_day: Series[np.bool_]
    """By the given time, some operation is on another day than its receipt."""
    worth: Series[np.int64] = numbers("millionths")
    """|total_cost| with the sign of q."""
    either_sign: Series[np.bool_]
    """Its quantity may stand without a sign: on a line that is no live sale, or as a correction."""
    claim: Series[pd.CategoricalDtype] = pa.Field(isin=CLAIMS)
    given_value: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """The value of its finding where it is not q × cost."""
    set_operations: Series[pd.CategoricalDtype]
    """Of the first operation of a dish's repeated set, the ids of the others."""
    stands_in_for: Series[np.int64] = numbers("id", ge=0)
    """The product in whose place it was written off; named by the first operation of its line and product."""
    instead_of: Series[pd.CategoricalDtype]
    """The name of that product; empty where there is none."""
    business_day: Series[DateTime] = seconds()
    created_at: Series[DateTime] = seconds()
    created_zoned: Series[np.bool_]
    closed_at: Series[DateTime] = seconds()
    closed_zoned: Series[np.bool_]
    chain_position: Series[np.int64] = numbers("count", ge=0, unique=True)
    """In this order stocks come one after another, and the operations of each in the order of its chain."""
    previous: Series[np.int64] = numbers("row", ge=-1)
    """Position of the operation before it in the chain of its stock; -1 for the first of the day."""
    previous_id: Series[np.int64] = numbers("id", ge=0)
    """The id of the operation before it, for the first of the day that of an earlier day; 0 where unknown."""
    previous_after: Series[pd.Int64Dtype] = numbers("millionths", nullable=True)
    """What that operation left; unknown too where a quarantined operation may lie between the two."""
    previous_cost: Series[np.int64] = numbers("millionths")
    """The unit cost of that operation; 0 where unknown."""
    chain_day: Series[DateTime] = seconds()
    """The earlier day which that operation is of; NaT where it is of this day, or unknown."""
    gap: Series[pd.CategoricalDtype] = pa.Field(isin=GAPS)
    holds_missing_sale: Series[np.bool_]
    """Of a sale between that operation and this one, a write-off of a product of this stock is missing."""


class LineIngredients(WrittenOff):
    """One row per live composite line and ingredient: due by the recipe, usual on lines like it, or written off."""

    line: Series[np.int64] = numbers("row", ge=0)
    """Position of the line in `MatchedLines`."""
    receipt_id: Series[np.int64] = numbers("id", ge=1)
    receipt_product_id: Series[np.int64] = numbers("id", ge=1)
    dish_id: Series[np.int64] = numbers("id", ge=1)
    """The line's product."""
    product_id: Series[np.int64] = numbers("id", ge=1)
    """The ingredient."""
    product: Series[pd.CategoricalDtype]
    unit: Series[pd.CategoricalDtype]
    state: Series[pd.CategoricalDtype] = pa.Field(isin=INGREDIENT_STATES)
    """Of the ingredient in the catalogue."""
    has_recipe: Series[np.bool_]
    """The line's recipe is known."""
    is_due: Series[np.bool_]
    """The recipe, or a modifier chosen, names it."""
    usual: Series[np.int64] = numbers("millionths")
    """Without a recipe: what lines like it take for this quantity."""
    is_uneven: Series[np.bool_]
    """Its amount per portion is not the usual one."""
    is_changed: Series[np.bool_]
    """It differs from the recipe, the dish or a preparation in it was changed after the sale closed, and no line that
    closed before the change shows that the recipe was the same."""
    is_blinded: Series[np.bool_]
    """A modifier of the line is unknown, or can't be read."""
    doubt: Series[pd.CategoricalDtype] = pa.Field(isin=DOUBTS)
    is_right: Series[np.bool_]
    """Its difference is accepted."""
    day_cost_total: Series[np.int64] = numbers("millionths", ge=0)
    day_cost_quantity: Series[np.int64] = numbers("millionths", ge=0)
    """The unit cost of the ingredient over the day, as a ratio like that of the line."""


class LineProducts(Contract):
    """One row per line and product."""

    line: Series[np.int64] = numbers("row", ge=0)
    """Position of the line in `MatchedLines`."""
    receipt_id: Series[np.int64] = numbers("id", ge=1)
    receipt_product_id: Series[np.int64] = numbers("id", ge=1)
    product_id: Series[np.int64] = numbers("id", ge=1)
    product: Series[pd.CategoricalDtype]
    written_off: Series[np.int64] = numbers("millionths")
    """Sum of q under the line."""


class Misplacements(LineProducts):
    """Write-offs that are only in the wrong place, on the line that is short of them."""

    due: Series[np.int64] = numbers("millionths")
    where: Series[pd.CategoricalDtype] = pa.Field(isin=MISPLACED)
    other_receipt_id: Series[np.int64] = numbers("id", ge=1)
    """The receipt under which it stands."""
    other_line_id: Series[np.int64] = numbers("id", ge=0)
    other_operation_id: Series[np.int64] = numbers("id", ge=0)
    """Of an orphan."""
    worth: Series[np.int64] = numbers("millionths")
    """Of the operations that stand under the other receipt; 0 within a receipt."""


class VoidWriteOffs(LineProducts):
    """What lines that sold nothing took, by product, where it is not 0."""

    worth: Series[np.int64] = numbers("millionths")
    is_first: Series[np.bool_]
    """It is the line's own product, or where that is none of them, the one of the lowest id."""
    is_label: Series[np.bool_]
    """As in `MatchedLines`."""
    claim: Series[pd.CategoricalDtype] = pa.Field(isin=CLAIMS)


class DearLines(LineProducts):
    """Sale lines that cost far more than they brought, with the product that cost most."""

    worth: Series[np.int64] = numbers("millionths")
    revenue: Series[np.int64] = numbers("millionths")
    is_named: Series[np.bool_]
    """Another finding says something of it."""
