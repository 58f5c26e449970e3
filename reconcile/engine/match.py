"""Joins sale lines and stock operations on `receipt_product_id`, and derives what the rules need.

That is the line of each operation, the kind of each line, what was written off for it, its unit cost, and extras: own
operations that repeat another. The rules decide what is wrong. Source: rules/README.md, "Terms" and "Extras".
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, IntArray, Times, multiply, sum_by
from reconcile.core.positions import Positions, positions, take_or
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.gaps import chain_columns
from reconcile.engine.chain.missing import classify_missing
from reconcile.engine.claims import unclaimed
from reconcile.engine.recipes.costs import day_costs
from reconcile.engine.recipes.dishes import DishComparison, compare_dishes
from reconcile.engine.recipes.write_offs import Join
from reconcile.engine.void_lines import void_write_offs
from reconcile.frames import Day
from reconcile.model.catalogue import COMPOSITE_TYPES, NO_TIME
from reconcile.model.contracts import (
    KINDS,
    RECIPES,
    LineIngredients,
    MatchedLines,
    MatchedOperations,
    MatchedReceipts,
    Misplacements,
)
from reconcile.settings.model import Settings, Untracked

DIRECT, COMPOSITE, UNTRACKED = range(len(KINDS))
_UNKNOWN = -1
_KIND_OF_TYPE = {
    **dict.fromkeys(("GOODS", "MODIFICATION", "INGREDIENT"), DIRECT),
    **dict.fromkeys(COMPOSITE_TYPES, COMPOSITE),
    "TIMER": UNTRACKED,
}
Kinds = npt.NDArray[np.int8]
Sums = dict[str, IntArray]


@dataclasses.dataclass(frozen=True)
class Matched:
    """A day's frames after the join; columns as in `reconcile.model.contracts`."""

    receipts: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    ingredients: pd.DataFrame
    misplacements: pd.DataFrame
    void_write_offs: pd.DataFrame


def match_day(day: Day, settings: Settings, earlier: EarlierStock | None = None) -> Matched:
    """Join a day's lines and operations. The frames of the day are left unchanged.

    `earlier`: what earlier days left in its stocks.
    """
    join = _join(day)
    sums = _sums(join)
    kind = _kinds(join.lines, sums, settings.untracked)
    closed_at = _comparable(day.receipts, "closed")[join.receipt_of_line]
    dishes = compare_dishes(join, kind == COMPOSITE, closed_at, day.catalogue, settings.untracked)
    kind[dishes.uses_nothing] = UNTRACKED
    is_extra = _extras(join, kind, sums)
    operations = join.operations.assign(
        is_extra=is_extra,
        is_wrong_product=dishes.is_wrong,
        is_changed=take_or(dishes.is_changed, join.line, False),
        either_sign=join.operations["is_return"],
        **unclaimed(len(join.operations)),
        **chain_columns(join.operations, day.lost_moves, earlier or EarlierStock()),
    )
    extras = np.bincount(join.line[is_extra], minlength=len(join.lines)).astype(np.int64)
    lines = _matched_lines(join, kind, sums, dishes).assign(extras=extras)
    lines = lines.assign(due=lines["sold"], **unclaimed(len(lines)))
    ingredients = dishes.ingredients.assign(**unclaimed(len(dishes.ingredients)))
    void = void_write_offs(join, lines)
    too_much, too_little = _differing(lines, ingredients, operations, void)
    lines, ingredients, operations = classify_missing(
        lines, ingredients, operations, closed_at, too_much, too_little
    )
    of_receipt, receipts = join.receipt_of_operation, len(day.receipts)
    with_operations = day.receipts.assign(
        operations=np.bincount(of_receipt, minlength=receipts).astype(np.int64),
        operations_cost=sum_by(of_receipt, operations["total_cost"].to_numpy(), receipts),
    )
    return Matched(
        MatchedReceipts.checked(with_operations),
        MatchedLines.checked(lines),
        MatchedOperations.checked(operations),
        LineIngredients.checked(ingredients),
        misplacements=Misplacements.empty(),
        void_write_offs=void,
    )


def _differing(
    lines: pd.DataFrame, ingredients: pd.DataFrame, operations: pd.DataFrame, void: pd.DataFrame
) -> tuple[IntArray, IntArray]:
    """The products of which more, and of which less, than is due stands under some line, or under no line."""
    direct, orphans = lines[lines["kind"] == "direct"], operations[operations["is_orphan"]]
    stands = [
        (direct["product_id"], direct["own_written_off"] - direct["due"]),
        (ingredients["product_id"], ingredients["written_off"] - ingredients["due"]),
        (orphans["product_id"], orphans["q"]),
        (void["product_id"], void["written_off"]),
    ]
    product, difference = (pd.concat(each).to_numpy() for each in zip(*stands, strict=True))
    step = MICRO // 1000
    return np.unique(product[difference > step]), np.unique(product[difference < -step])


def _join(day: Day) -> Join:
    """Lines with what they sold; operations with their line and the fields of their receipt."""
    lines, operations, receipts = day.lines, day.operations, day.receipts
    of_line = positions(receipts["receipt_id"], lines["receipt_id"])
    of_operation = positions(receipts["receipt_id"], operations["asked_receipt_id"])
    is_return = receipts["is_return"].to_numpy()[of_operation]
    quantity = operations["quantity"].to_numpy()
    q = np.where(is_return, -np.abs(quantity), quantity) if is_return.any() else quantity
    line, is_orphan = _line_of_operation(day)
    is_own = take_or(lines["product_id"].to_numpy(), line, 0) == operations["product_id"].to_numpy()
    seen = receipts[["business_day", "created_at", "created_zoned", "closed_at", "closed_zoned"]]
    joined = operations.assign(
        line=line.astype(np.int64),
        is_orphan=is_orphan,
        is_own=is_own,
        is_return=is_return,
        q=q,
        **{name: seen[name].to_numpy()[of_operation] for name in seen.columns},
    )
    sold = lines.assign(**_sales(lines, receipts, of_line))
    return Join(sold, joined, line, is_own, q, of_line, of_operation)


def _comparable(receipts: pd.DataFrame, name: str) -> Times:
    """When receipts were `closed` or `created`; NaT where unknown, or in a zone that can't be converted."""
    return np.where(receipts[f"{name}_zoned"], NO_TIME, receipts[f"{name}_at"].to_numpy())


def _matched_lines(join: Join, kind: Kinds, sums: Sums, comparison: DishComparison) -> pd.DataFrame:
    """Lines with what was written off for them, how they are judged, and what a unit costs."""
    cost, portions, sibling_written_off = _dishes(join.lines, kind, sums)
    unit_total, unit_quantity = _unit_costs(join, kind, sums)
    composite = kind == COMPOSITE
    unit_total[composite], unit_quantity[composite] = cost[composite], portions[composite]
    for row, by_recipe in comparison.cost.items():
        unit_total[row], unit_quantity[row] = by_recipe
    shown = ("operations", "written_off", "written_off_cost", "own_operations", "own_written_off")
    return join.lines.assign(
        kind=pd.Categorical.from_codes(kind, categories=pd.Index(KINDS)),
        **{name: sums[name] for name in shown},
        recipe=pd.Categorical.from_codes(comparison.recipe, categories=pd.Index(RECIPES)),
        because=comparison.because,
        sibling_written_off=sibling_written_off,
        unit_cost_total=unit_total,
        unit_cost_quantity=unit_quantity,
    )


def _line_of_operation(day: Day) -> tuple[Positions, BoolArray]:
    """The line of each operation (-1: none), and whether it is an orphan.

    An operation belongs to a line if the line is of the receipt that was asked for, `receipt_id` is that receipt, and
    it is no other document's. One of a quarantined line has no line to join, but is no orphan.
    """
    operations = day.operations
    asked = operations["asked_receipt_id"].to_numpy()
    line = positions(day.lines["receipt_product_id"], operations["receipt_product_id"])
    belongs = (operations["receipt_id"].to_numpy() == asked) & ~operations["of_document"].to_numpy()
    same_receipt = take_or(day.lines["receipt_id"].to_numpy(), line, 0) == asked
    line[~(belongs & same_receipt)] = -1
    is_orphan = line < 0
    if day.broken_lines:
        named = zip(asked.tolist(), operations["receipt_product_id"].tolist(), strict=True)
        is_orphan &= ~(belongs & np.array([pair in day.broken_lines for pair in named], dtype=np.bool_))
    return line, is_orphan


def _sales(lines: pd.DataFrame, receipts: pd.DataFrame, receipt: Positions) -> dict[str, Any]:
    """What each line sold, in millionths: count × portion_size, 0 if dead, negative for a return."""
    is_dead = lines["is_deleted"].to_numpy() | receipts["is_dead"].to_numpy()[receipt]
    is_return = receipts["is_return"].to_numpy()[receipt]
    sold = multiply(lines["count"].to_numpy(), lines["portion_size"].to_numpy()).to_numpy(np.int64)
    if is_return.any():
        sold = np.where(is_return, -np.abs(sold), sold)
    deleted = lines["is_deleted"].to_numpy() | receipts["is_deleted"].to_numpy()[receipt]
    return {
        "is_dead": is_dead,
        "is_label": is_dead & ~deleted,
        "is_return": is_return,
        "sold": np.where(is_dead, 0, sold),
    }


def _sums(join: Join) -> Sums:
    """What was written off for each line, over all its operations and over its own."""
    line, is_own, q, size = join.line, join.is_own, join.q, len(join.lines)
    total_cost, quantity = join.operations["total_cost"].to_numpy(), join.operations["quantity"].to_numpy()

    def by_line(rows: BoolArray, number: str, **columns: IntArray) -> Sums:
        """The `number` of these operations, and the sums of columns."""
        groups = line[rows]
        count = np.bincount(groups, minlength=size).astype(np.int64)
        return {number: count, **{name: sum_by(groups, each[rows], size) for name, each in columns.items()}}

    return by_line(line >= 0, "operations", written_off=q, written_off_cost=total_cost) | by_line(
        is_own,
        "own_operations",
        own_written_off=q,
        own_cost=np.abs(total_cost),
        own_quantity=np.abs(quantity),
    )


def _kinds(lines: pd.DataFrame, sums: Sums, untracked: Untracked) -> Kinds:
    """direct, composite or untracked; by the first condition in rules/README.md, "Terms", that holds."""
    kind = _by_category(lines["type"], _KIND_OF_TYPE, _UNKNOWN)
    unknown = kind == _UNKNOWN
    if unknown.any():
        kind[unknown] = np.where(sums["operations"][unknown] > 0, COMPOSITE, DIRECT)
    behaviors = {str(behavior): UNTRACKED for behavior in untracked.inventory_behaviors}
    kind[_by_category(lines["inventory_behavior"], behaviors, _UNKNOWN) == UNTRACKED] = UNTRACKED
    kind[sums["own_operations"] > 0] = DIRECT
    if untracked.products:
        kind[lines["product_id"].isin(untracked.products).to_numpy()] = UNTRACKED
    return kind


def _by_category(column: pd.Series[str], table: dict[str, int], default: int) -> Kinds:
    """A number for each row by its category; `default` where the category is not in the table."""
    numbers = np.array([table.get(str(name), default) for name in column.cat.categories], dtype=np.int8)
    return take_or(numbers, column.cat.codes.to_numpy(), default)


def _extras(join: Join, kind: Kinds, sums: Sums) -> BoolArray:
    """Own operations that repeat another of the same stock and q, of lines that agree without the repeats."""
    lines, operations, line, q = join.lines, join.operations, join.line, join.q
    is_extra = np.zeros(len(operations), dtype=np.bool_)
    sold = lines["sold"].to_numpy()
    over = (kind == DIRECT) & ~lines["lost_operation"].to_numpy()
    over &= (sold != 0) & (np.abs(sums["own_written_off"]) > np.abs(sold))
    if not over.any():
        return is_extra
    rows = np.flatnonzero(join.is_own)
    rows = rows[over[line[rows]]]
    some = pd.DataFrame(
        {
            "line": line[rows],
            "stock": operations["stock_id"].to_numpy()[rows],
            "q": q[rows],
            "id": operations["operation_id"].to_numpy()[rows],
        },
        index=rows,
    ).sort_values("id")
    extra = some[some.duplicated(["line", "stock", "q"])]
    without = sums["own_written_off"] - sum_by(extra["line"].to_numpy(), extra["q"].to_numpy(), len(lines))
    agrees = without == sold
    is_extra[extra.index[agrees[extra["line"].to_numpy()]]] = True
    return is_extra


def _dishes(lines: pd.DataFrame, kind: Kinds, sums: Sums) -> tuple[IntArray, IntArray, BoolArray]:
    """For each composite line, the cost and the portions of all live lines of its product with operations that day, and
    whether there is any.
    """
    cost, portions = np.zeros(len(lines), dtype=np.int64), np.zeros(len(lines), dtype=np.int64)
    written_off = np.zeros(len(lines), dtype=np.bool_)
    rows = np.flatnonzero(kind == COMPOSITE)
    if len(rows):
        codes, products = pd.factorize(lines["product_id"].to_numpy()[rows])
        of_dish = pd.Index(products).get_indexer(pd.Index(lines["product_id"].to_numpy()))
        some = np.flatnonzero((of_dish >= 0) & ~lines["is_dead"].to_numpy() & (sums["operations"] > 0))
        groups = of_dish[some]
        cost[rows] = sum_by(groups, np.abs(sums["written_off_cost"][some]), len(products))[codes]
        portions[rows] = sum_by(groups, np.abs(lines["sold"].to_numpy()[some]), len(products))[codes]
        written_off[rows] = (np.bincount(groups, minlength=len(products)) > 0)[codes]
    return cost, portions, written_off


def _unit_costs(join: Join, kind: Kinds, sums: Sums) -> tuple[IntArray, IntArray]:
    """Unit costs of direct lines as ratios: of their own operations, else of the day's, else of the catalogue."""
    lines, operations = join.lines, join.operations
    total, quantity = sums["own_cost"].copy(), sums["own_quantity"].copy()
    rows = np.flatnonzero((kind == DIRECT) & (quantity == 0) & (lines["sold"].to_numpy() != 0))
    if len(rows):
        product = lines["product_id"].to_numpy()[rows]
        wanted = np.unique(product)
        day_total, day_quantity = day_costs(operations, wanted)
        at = np.searchsorted(wanted, product)
        seen = day_quantity[at] > 0
        total[rows] = np.where(seen, day_total[at], lines["cost_price"].to_numpy()[rows])
        quantity[rows] = np.where(seen, day_quantity[at], MICRO)
    return total, quantity
