"""Joins sale lines and stock operations on `receipt_product_id`, and derives what the rules need, stage by stage.

Each stage explains some of the differences, and later ones judge what is left. The rules decide what is wrong. Source:
rules/README.md, "Terms" and "Order of causes".
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import MICRO, BoolArray, IntArray, Times, exact_micros, multiply_ratio, sum_by
from reconcile.core.positions import Positions, positions, take_or
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.gaps import chain_columns
from reconcile.engine.chain.missing import classify_missing
from reconcile.engine.claims import claimed, claims, no_values, texts, unclaimed
from reconcile.engine.dear_lines import dear_lines
from reconcile.engine.direction import sales, taken
from reconcile.engine.duplicate_receipts import duplicate_receipts
from reconcile.engine.kinds import COMPOSITE, DIRECT, UNTRACKED, Kinds, believed, kinds, preparation_behaviors
from reconcile.engine.misplaced import Placed, find_misplaced
from reconcile.engine.misplaced.differences import DayFrames
from reconcile.engine.not_posted import find_unposted, unposted_deductions
from reconcile.engine.recipes.behaviors import preparation_cases
from reconcile.engine.recipes.changes import perhaps_changed
from reconcile.engine.recipes.costs import day_costs
from reconcile.engine.recipes.dishes import DishComparison, compare_dishes
from reconcile.engine.recipes.doubled_sets import Sets, mark_doubled_sets
from reconcile.engine.recipes.doubts import with_doubts
from reconcile.engine.recipes.took_itself import mark_took_itself
from reconcile.engine.recipes.write_offs import Join
from reconcile.engine.repeats import repeats
from reconcile.engine.total_costs import HALF, total_costs
from reconcile.engine.units import UnitRatios, unit_ratios
from reconcile.engine.void_lines import void_write_offs
from reconcile.engine.zones import given_times, without_zone
from reconcile.frames import Day
from reconcile.model.catalogue import NO_TIME
from reconcile.model.contracts import (
    KINDS,
    RECIPES,
    LineIngredients,
    MatchedLines,
    MatchedOperations,
    MatchedReceipts,
    Tally,
)
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import DayThresholds, day_thresholds
from reconcile.settings.untracked import untracked_products

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
    dear_lines: pd.DataFrame
    thresholds: DayThresholds
    rounded: Tally
    """As in `TotalCosts`."""


def match_day(day: Day, settings: Settings, earlier: EarlierStock | None = None) -> Matched:
    """Join a day's lines and operations. The frames of the day are left unchanged.

    `earlier`: what earlier days left in its stocks.
    """
    off = settings.rules.off
    thresholds = day_thresholds(settings.thresholds, day.lines, day.catalogue)
    join = _join(day, thresholds, off)
    sums = _sums(join)
    untracked = untracked_products(settings, day.lines, day.catalogue)
    counts = (sums["operations"], sums["own_operations"])
    more = preparation_cases(join, day.catalogue, untracked, settings)
    belief = believed(join.lines, *counts, settings, more=more)
    kind = kinds(join.lines, *counts, settings, untracked=untracked, belief=belief)
    closed_at = _comparable(day.receipts, "closed")[join.receipt_of_line]
    behaviors = preparation_behaviors(day.catalogue, settings, belief)
    dishes = compare_dishes(
        join,
        kind == COMPOSITE,
        closed_at,
        day.catalogue,
        untracked=untracked,
        thresholds=thresholds,
        behaviors=behaviors,
    )
    is_untracked = take_or(kind == UNTRACKED, join.line, False)
    kind[dishes.uses_nothing] = UNTRACKED
    original, _ = duplicate_receipts(day.receipts, _only_returns(join, len(day.receipts)))
    if "duplicate-receipt" in off:
        original[:] = 0
    can_be_judged = (kind == DIRECT) & (join.lines["sold"] != 0) & ~join.lines["lost_operation"]
    can_be_judged &= (original == 0)[join.receipt_of_line]
    units = _units(join, sums, can_be_judged.to_numpy(), thresholds, off)
    lines = _matched_lines(join, kind, sums, dishes, units)
    ingredients = with_doubts(dishes.ingredients, lines, day.catalogue, thresholds)
    is_blinded = np.isin(join.line, ingredients.loc[ingredients["is_blinded"], "line"])
    # quarantined operations and those of earlier days stand in given time
    in_given_time = join.operations.assign(operated_at=given_times(join.operations))
    frames = DayFrames(
        receipts=day.receipts,
        lines=lines,
        operations=join.operations.assign(
            is_wrong_product=dishes.is_wrong & ~is_blinded & ~is_untracked,
            set_operations=texts({}, len(join.operations)),
            **chain_columns(in_given_time, day.lost_moves, earlier or EarlierStock()),
            **unclaimed(len(join.operations)),
        ),
        ingredients=ingredients.assign(claim=claims(len(ingredients))),
        void_write_offs=void_write_offs(join, lines),
        thresholds=thresholds,
    )
    placed = find_misplaced(_without_duplicates(frames, join, original > 0), off)
    frames = _with_changes(placed.frames, closed_at, dishes.updated_at)
    if "wrong-product" not in off:
        operations, ingredients = mark_took_itself(frames.operations, frames.lines, frames.ingredients)
        frames = dataclasses.replace(frames, operations=operations, ingredients=ingredients)
    placed = dataclasses.replace(placed, frames=frames)
    sets = {} if "duplicate-write-off" in off else dishes.sets
    return _judged_by_line(day, join, placed, original=original, sold_at=closed_at, sets=sets, off=off)


def _with_changes(frames: DayFrames, closed_at: Times, updated_at: Times) -> DayFrames:
    """The frames with the differences that a later change of the recipe may explain."""
    of_rows, of_operations = perhaps_changed(
        frames.ingredients,
        frames.operations,
        frames.lines,
        closed_at=closed_at,
        updated_at=updated_at,
        thresholds=frames.thresholds,
    )
    return dataclasses.replace(
        frames,
        ingredients=frames.ingredients.assign(is_changed=of_rows),
        operations=frames.operations.assign(is_changed=of_operations),
    )


def _judged_by_line(
    day: Day,
    join: Join,
    placed: Placed,
    *,
    original: IntArray,
    sold_at: Times,
    sets: Sets,
    off: Collection[str],
) -> Matched:
    """The stages after what is misplaced: repeats, what was not posted, missing write-offs."""
    frames = placed.frames
    lines, operations, thresholds = frames.lines, frames.operations, frames.thresholds
    is_free = (lines["claim"] == "").to_numpy()
    direct = ((lines["kind"] == "direct") & (lines["sold"] != 0) & ~lines["lost_operation"]).to_numpy()
    due = lines["due"].to_numpy()
    is_extra = repeats(operations, join.line, join.is_own, due, direct & is_free)
    if "duplicate-write-off" in off:
        is_extra[:] = False
    operations, lines, ingredients = mark_doubled_sets(
        operations.assign(is_extra=is_extra), lines, frames.ingredients, sets
    )
    extras = np.bincount(join.line[is_extra], minlength=len(lines)).astype(np.int64)
    is_missing = _is_missing(lines, thresholds)
    lines = lines.assign(
        extras=extras, is_missing=is_missing, found=_found_under(is_missing, lines, operations)
    )
    receipts = _with_operations(day, join, operations, original, exact_micros(thresholds.general.money_step))
    has_operations = (receipts["operations"] > 0).to_numpy() | day.receipts["lost_operation"].to_numpy()
    ratio = (lines["unit_cost_total"].to_numpy(), lines["unit_cost_quantity"].to_numpy())
    values = lines["given_value"].array.copy()
    values[values.isna()] = multiply_ratio(-due, *ratio)[values.isna()]
    unposted = find_unposted(
        lines, operations, join.receipt_of_line, has_operations=has_operations, values=values, off=off
    )
    too_much, too_little = (
        {each.product for each in placed.left if each.amount * sign > 0} for sign in (1, -1)
    )
    lines, ingredients, operations = classify_missing(
        unposted.lines, ingredients, operations, sold_at, too_much=too_much, too_little=too_little
    )
    return Matched(
        MatchedReceipts.checked(
            receipts.assign(
                **unposted.receipts, unposted_deduction=unposted_deductions(lines, receipts["receipt_id"])
            )
        ),
        MatchedLines.checked(lines),
        MatchedOperations.checked(operations),
        LineIngredients.checked(ingredients),
        misplacements=placed.misplacements,
        void_write_offs=frames.void_write_offs,
        dear_lines=dear_lines(lines, operations, thresholds),
        thresholds=thresholds,
        rounded=join.costs.rounded,
    )


def _with_operations(
    day: Day, join: Join, operations: pd.DataFrame, original: IntArray, money_step: int
) -> pd.DataFrame:
    """The receipts with their operations, and the receipts that they repeat."""
    of_receipt, size = join.receipt_of_operation, len(day.receipts)
    cost = operations["total_cost"].to_numpy()
    number = np.bincount(of_receipt, minlength=size).astype(np.int64)
    return day.receipts.assign(
        operations=number,
        cost_tolerance=(HALF if join.costs.rounds else money_step) * np.maximum(number, 1),
        operations_cost=sum_by(of_receipt, cost, size),
        operations_worth=sum_by(of_receipt, np.sign(join.q) * np.abs(cost), size),
        original_id=original,
    )


def _without_duplicates(frames: DayFrames, join: Join, is_duplicate: BoolArray) -> DayFrames:
    """The frames with all rows of receipts that repeat another claimed."""
    if not is_duplicate.any():
        return frames
    of_line = is_duplicate[join.receipt_of_line]
    rows = {
        "lines": of_line,
        "operations": is_duplicate[join.receipt_of_operation],
        "ingredients": of_line[frames.ingredients["line"].to_numpy()],
        "void_write_offs": of_line[frames.void_write_offs["line"].to_numpy()],
    }
    changed: dict[str, Any] = {
        name: claimed(getattr(frames, name), np.flatnonzero(some).tolist(), "duplicate-receipt")
        for name, some in rows.items()
    }
    return dataclasses.replace(frames, **changed)


def _units(
    join: Join, sums: Sums, chosen: BoolArray, thresholds: DayThresholds, off: Collection[str]
) -> UnitRatios:
    """What is due of each line's own product, in the unit of the stock."""
    product, sold = join.lines["product_id"].to_numpy(), join.lines["sold"].to_numpy()
    written_off = sums["own_written_off"]
    votes = chosen & (sums["own_operations"] > 0) & (written_off != 0)
    if "unit-ratio" in off:
        votes[:] = False
    elif (written_off != sold)[votes].any():
        is_extra = repeats(join.operations, join.line, join.is_own, sold, votes)
        votes &= np.bincount(join.line[is_extra], minlength=len(votes)) == 0
    step = thresholds.quantity_step(product)
    return unit_ratios(product, sold, written_off, step, chosen=chosen, votes=votes)


def _only_returns(join: Join, receipts: int) -> BoolArray:
    """Receipts with live lines, all of which are returns."""
    sold = join.lines["sold"].to_numpy()
    counts = [np.bincount(join.receipt_of_line[some], minlength=receipts) for some in (sold < 0, sold > 0)]
    return np.asarray((counts[0] > 0) & (counts[1] == 0), dtype=np.bool_)


def _is_missing(lines: pd.DataFrame, thresholds: DayThresholds) -> BoolArray:
    """Lines that took nothing from stock of what is due, and would be a missing write-off if nothing explains it."""
    direct = (lines["kind"] == "direct") & (lines["own_operations"] == 0)
    dish = (lines["kind"] == "composite") & (lines["operations"] == 0)
    dish &= (lines["recipe"] == "known") | lines["sibling_written_off"]
    missing = ((direct | dish) & (lines["sold"] != 0) & ~lines["lost_operation"]).to_numpy()
    is_return = (lines["sold"] < 0).to_numpy()
    return np.asarray(missing & (~is_return | thresholds.returns_restock(lines["product_id"].to_numpy())))


def _found_under(is_missing: BoolArray, lines: pd.DataFrame, operations: pd.DataFrame) -> pd.Categorical:
    """For each missing line with operations, how many there are and of what; else the empty text."""
    line = operations["line"].to_numpy()
    rows = np.flatnonzero(take_or(is_missing, line, False))
    found: dict[int, list[str]] = {}
    for at, name in zip(line[rows].tolist(), operations["product"].iloc[rows].tolist(), strict=True):
        found.setdefault(at, []).append(name)
    shown = {at: f"{len(names)} ({', '.join(sorted(set(names)))})" for at, names in found.items()}
    return texts(shown, len(lines))


def _join(day: Day, thresholds: DayThresholds, off: Collection[str]) -> Join:
    """Lines with what they sold; operations with their line, what they took, and the fields of their receipt."""
    lines, operations, receipts = day.lines, day.operations, day.receipts
    of_line = positions(receipts["receipt_id"], lines["receipt_id"])
    of_operation = positions(receipts["receipt_id"], operations["asked_receipt_id"])
    line, is_orphan = _line_of_operation(day)
    is_own = take_or(lines["product_id"].to_numpy(), line, 0) == operations["product_id"].to_numpy()
    sold = sales(lines, receipts, of_line)
    of_receipt = receipts["is_return"].to_numpy()[of_operation]
    is_return = np.where(line < 0, of_receipt, take_or(sold["is_return"], line, False))
    on_sale = take_or(sold["sold"], line, 0) > 0
    costs = total_costs(operations, on_sale, thresholds)
    q, either_sign = taken(operations, line, is_own, is_return, sold["sold"])
    seen = receipts[["business_day", "created_at", "created_zoned", "closed_at", "closed_zoned"]]
    joined = operations.assign(
        line=line.astype(np.int64),
        is_orphan=is_orphan,
        is_own=is_own,
        is_return=is_return,
        q=q,
        either_sign=either_sign,
        on_sale=on_sale,
        is_total_off=costs.is_total_off,
        is_costed=costs.is_costed,
        **{name: seen[name].to_numpy()[of_operation] for name in seen.columns},
    )
    joined = without_zone(joined, thresholds.general, is_on="cut-off" not in off)
    return Join(lines.assign(**sold), joined, line, is_own, q, of_line, of_operation, costs)


def _comparable(receipts: pd.DataFrame, name: str) -> Times:
    """When receipts were `closed` or `created`; NaT where unknown, or in a zone that can't be converted."""
    return np.where(receipts[f"{name}_zoned"], NO_TIME, receipts[f"{name}_at"].to_numpy())


def _matched_lines(
    join: Join, kind: Kinds, sums: Sums, comparison: DishComparison, units: UnitRatios
) -> pd.DataFrame:
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
        takes_nothing=comparison.uses_nothing,
        sibling_written_off=sibling_written_off,
        unit_cost_total=unit_total,
        unit_cost_quantity=unit_quantity,
        due=units.due,
        unit_ratio=units.ratio,
        is_at_ratio=units.is_at_ratio,
        is_as_sold=units.is_as_sold,
        claim=claims(len(join.lines)),
        given_value=_instead_of_itself(comparison.took_instead, units.due, unit_total, unit_quantity),
    )


def _instead_of_itself(taken: dict[int, int], due: IntArray, total: IntArray, quantity: IntArray) -> Any:
    """By line, what was taken instead of a dish kept in stock, less what it costs; unknown elsewhere."""
    values = no_values(len(due))
    rows = sorted(taken)
    own = multiply_ratio(due[rows], total[rows], quantity[rows]).tolist()
    for row, cost in zip(rows, own, strict=True):
        if cost is not pd.NA:
            values[row] = taken[row] - cost
    return values


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


def _sums(join: Join) -> Sums:
    """What was written off for each line, over all its operations and over its own."""
    line, is_own, q, size = join.line, join.is_own, join.q, len(join.lines)
    total_cost, quantity = join.operations["total_cost"].to_numpy(), join.operations["quantity"].to_numpy()
    is_costed = is_own & join.operations["is_costed"].to_numpy()

    def by_line(rows: BoolArray, number: str, **columns: IntArray) -> Sums:
        """The `number` of these operations, and the sums of columns."""
        groups = line[rows]
        count = np.bincount(groups, minlength=size).astype(np.int64)
        return {number: count, **{name: sum_by(groups, each[rows], size) for name, each in columns.items()}}

    worth = np.sign(q) * np.abs(total_cost)
    return (
        by_line(line >= 0, "operations", written_off=q, written_off_cost=worth)
        | by_line(is_own, "own_operations", own_written_off=q)
        | by_line(is_costed, "costed", own_cost=np.abs(total_cost), own_quantity=np.abs(quantity))
    )


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
    rows = np.flatnonzero((kind == DIRECT) & ((quantity == 0) | (total == 0)))
    if len(rows):
        product = lines["product_id"].to_numpy()[rows]
        wanted = np.unique(product)
        day_total, day_quantity = day_costs(operations, wanted)
        at = np.searchsorted(wanted, product)
        seen = (day_quantity[at] > 0) & (day_total[at] > 0)
        total[rows] = np.where(seen, day_total[at], lines["cost_price"].to_numpy()[rows])
        quantity[rows] = np.where(seen, day_quantity[at], MICRO)
    return total, quantity
