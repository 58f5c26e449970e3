"""Joins sale lines and stock operations on `receipt_product_id`, and derives what the rules need, stage by stage.

Each stage explains some of the differences, and later ones judge what is left. The rules decide what is wrong. Source:
rules/README.md, "Terms" and "Order of causes".
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core import garbage_collection
from reconcile.core.columns import with_columns
from reconcile.core.exact import IntArray, Times, exact_micros, sum_by
from reconcile.core.positions import take_or
from reconcile.engine.chain.earlier import EarlierStock
from reconcile.engine.chain.gaps import chain_columns
from reconcile.engine.chain.missing import classify_missing
from reconcile.engine.claims import claims, texts, unclaimed
from reconcile.engine.dear_lines import dear_lines
from reconcile.engine.duplicate_receipts import duplicate_receipts, only_returns, without_duplicates
from reconcile.engine.join import Join, Sums, join_day, sums_by_line
from reconcile.engine.kinds import COMPOSITE, DIRECT, UNTRACKED, Kinds, believed, kinds, preparation_behaviors
from reconcile.engine.matched_lines import matched_lines
from reconcile.engine.misplaced import MISPLACED_RULE, Placed, find_misplaced
from reconcile.engine.misplaced.differences import DayFrames
from reconcile.engine.not_believed import not_believed
from reconcile.engine.not_posted import find_unposted, unposted_deductions, with_missing
from reconcile.engine.recipes.behaviors import preparation_cases
from reconcile.engine.recipes.changes import perhaps_changed
from reconcile.engine.recipes.dishes import DishComparison, compare_dishes
from reconcile.engine.recipes.doubled_sets import Sets, mark_doubled_sets
from reconcile.engine.recipes.doubts import with_doubts
from reconcile.engine.recipes.took_itself import mark_took_itself
from reconcile.engine.repeats import repeats
from reconcile.engine.total_costs import HALF
from reconcile.engine.units import UnitRatios, units_of_day
from reconcile.engine.void_lines import void_write_offs
from reconcile.engine.zones import given_times
from reconcile.frames import Day
from reconcile.language.messages import Notes
from reconcile.model.catalogue import NO_TIME
from reconcile.model.classes import Tally
from reconcile.model.matched import LineIngredients, MatchedLines, MatchedOperations, MatchedReceipts
from reconcile.rulebook.flags import bools, ints, is_kind, is_unclaimed
from reconcile.settings.model import Settings
from reconcile.settings.thresholds import DayThresholds, day_thresholds
from reconcile.settings.untracked import untracked_products


@dataclasses.dataclass(frozen=True)
class Matched:
    """A day's frames after the join; columns as in `reconcile.model.matched`."""

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
    not_believed: Notes
    """As in `Result`."""


@garbage_collection.paused()
def match_day(day: Day, settings: Settings, earlier: EarlierStock | None = None) -> Matched:
    """Join a day's lines and operations. The frames of the day are left unchanged.

    `earlier`: what earlier days left in its stocks.
    """
    off = settings.rules.off
    thresholds = day_thresholds(settings.thresholds, day.lines, day.catalogue)
    join = join_day(day, thresholds, off)
    sums = sums_by_line(join)
    untracked = untracked_products(settings, day.lines, day.catalogue)
    counts = (sums["operations"], sums["own_operations"])
    more = preparation_cases(join, day.catalogue, untracked, settings)
    belief = believed(join.lines, *counts, settings, more=more)
    kind = kinds(join.lines, *counts, settings, untracked=untracked, belief=belief)
    closed_at = _comparable(day.receipts, "closed")[join.receipt_of_line]
    behaviors = preparation_behaviors(day.catalogue, settings, belief)
    compared = functools.partial(
        compare_dishes,
        join,
        kind == COMPOSITE,
        closed_at,
        day.catalogue,
        untracked=untracked,
        thresholds=thresholds,
        behaviors=behaviors,
    )
    original, cids = duplicate_receipts(day.receipts, only_returns(join, len(day.receipts)))
    if "duplicate-receipt" in off:
        original[:] = 0
    can_be_judged = (kind == DIRECT) & (ints(join.lines, "sold") != 0) & ~bools(join.lines, "lost_operation")
    can_be_judged &= (original == 0)[join.receipt_of_line]
    placing = functools.partial(
        _placed,
        day,
        join,
        kind=kind,
        sums=sums,
        units=units_of_day(join, sums, can_be_judged, thresholds, off),
        # quarantined operations and those of earlier days stand in given time
        chain=chain_columns(
            join.operations.assign(operated_at=given_times(join.operations)),
            day.lost_moves,
            earlier or EarlierStock(),
        ),
        original=original,
        thresholds=thresholds,
        off=off,
    )
    dishes = compared()
    placed = placing(dishes)
    if dishes.is_emptied.any():
        # what is only in the wrong place shows no use of a dish: it is found as if no card had been emptied
        trial = placing(compared(uses=np.zeros(len(join.line), dtype=np.bool_))).frames.operations
        dishes = compared(uses=(trial["claim"] != MISPLACED_RULE).to_numpy())
        placed = placing(dishes)
    frames = _with_changes(placed.frames, closed_at, dishes.updated_at)
    if "wrong-product" not in off:
        operations, ingredients = mark_took_itself(frames.operations, frames.lines, frames.ingredients)
        frames = dataclasses.replace(frames, operations=operations, ingredients=ingredients)
    placed = dataclasses.replace(placed, frames=frames)
    sets = {} if "duplicate-write-off" in off else dishes.sets
    matched = _judged_by_line(day, join, placed, original=original, sold_at=closed_at, sets=sets, off=off)
    return dataclasses.replace(matched, not_believed=not_believed(belief, cids, matched.lines))


def _placed(
    day: Day,
    join: Join,
    dishes: DishComparison,
    *,
    kind: Kinds,
    sums: Sums,
    units: UnitRatios,
    chain: Mapping[str, Any],
    original: IntArray,
    thresholds: DayThresholds,
    off: Collection[str],
) -> Placed:
    """The frames after the stage that finds what is only in the wrong place."""
    is_untracked = take_or(kind == UNTRACKED, join.line, False)
    lines = matched_lines(
        join, np.where(dishes.uses_nothing, UNTRACKED, kind).astype(np.int8), sums, dishes, units
    )
    ingredients = with_doubts(dishes.ingredients, lines, day.catalogue, thresholds)
    is_blinded = np.isin(join.line, ingredients.loc[ingredients["is_blinded"], "line"])
    frames = DayFrames(
        receipts=day.receipts,
        lines=lines,
        operations=with_columns(
            join.operations,
            is_wrong_product=dishes.is_wrong & ~is_blinded & ~is_untracked,
            set_operations=texts({}, len(join.operations)),
            **chain,
            **unclaimed(len(join.operations)),
        ),
        ingredients=with_columns(ingredients, claim=claims(len(ingredients))),
        void_write_offs=void_write_offs(join, lines),
        thresholds=thresholds,
    )
    return find_misplaced(without_duplicates(frames, join, original > 0), off)


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
        ingredients=with_columns(frames.ingredients, is_changed=of_rows),
        operations=with_columns(frames.operations, is_changed=of_operations),
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
    is_free = is_unclaimed(lines)
    direct = is_kind(lines, "direct") & (ints(lines, "sold") != 0) & ~bools(lines, "lost_operation")
    due = lines["due"].to_numpy()
    written_off = ints(lines, "own_written_off")
    is_extra = repeats(
        operations, join.line, join.is_own, due=due, written_off=written_off, chosen=direct & is_free
    )
    if "duplicate-write-off" in off:
        is_extra[:] = False
    operations, lines, ingredients = mark_doubled_sets(
        with_columns(operations, is_extra=is_extra), lines, frames.ingredients, sets
    )
    extras = np.bincount(join.line[is_extra], minlength=len(lines)).astype(np.int64)
    lines = with_missing(with_columns(lines, extras=extras), operations, thresholds)
    receipts = _with_operations(day, join, operations, original, exact_micros(thresholds.general.money_step))
    has_operations = (ints(receipts, "operations") > 0) | bools(receipts, "lost_operation")
    unposted = find_unposted(lines, operations, join.receipt_of_line, has_operations=has_operations, off=off)
    too_much, too_little = (
        {each.product for each in placed.left if each.amount * sign > 0} for sign in (1, -1)
    )
    lines, ingredients, operations = classify_missing(
        unposted.lines, ingredients, operations, sold_at, too_much=too_much, too_little=too_little
    )
    return Matched(
        MatchedReceipts.checked(
            with_columns(
                receipts,
                **unposted.receipts,
                unposted_deduction=unposted_deductions(lines, receipts["receipt_id"]),
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
        not_believed=(),
    )


def _with_operations(
    day: Day, join: Join, operations: pd.DataFrame, original: IntArray, money_step: int
) -> pd.DataFrame:
    """The receipts with their operations, and the receipts that they repeat."""
    of_receipt, size = join.receipt_of_operation, len(day.receipts)
    number = np.bincount(of_receipt, minlength=size).astype(np.int64)
    return with_columns(
        day.receipts,
        operations=number,
        cost_tolerance=(HALF if join.costs.rounds else money_step) * np.maximum(number, 1),
        operations_cost=sum_by(of_receipt, operations["total_cost"].to_numpy(), size),
        operations_worth=sum_by(of_receipt, operations["worth"].to_numpy(), size),
        original_id=original,
    )


def _comparable(receipts: pd.DataFrame, name: str) -> Times:
    """When receipts were `closed` or `created`; NaT where unknown, or in a zone that can't be converted."""
    return np.where(receipts[f"{name}_zoned"], NO_TIME, receipts[f"{name}_at"].to_numpy())
