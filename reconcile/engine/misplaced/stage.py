"""The stage: explains differences in the order of the kinds, each once, and marks the rows that it explains."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import coded, kinds
from reconcile.core.columns import bare, with_columns
from reconcile.core.exact import MICRO, IntArray, half_even
from reconcile.engine.claims import claimed, texts
from reconcile.engine.misplaced import between_receipts as between
from reconcile.engine.misplaced.differences import DayFrames, Difference, differences
from reconcile.engine.misplaced.in_receipt import in_one_receipt, stand_ins
from reconcile.engine.misplaced.placed import Misplaced, StandIn, Used
from reconcile.model.matched import MISPLACED, Misplacements
from reconcile.rulebook.flags import ints, product_names

MISPLACED_RULE, WRONG_RULE = "misplaced-write-off", "wrong-product"


@dataclasses.dataclass(frozen=True)
class Placed:
    """The frames with their new claims, and what was found."""

    frames: DayFrames
    misplacements: pd.DataFrame
    """`reconcile.model.matched.Misplacements`."""
    left: tuple[Difference, ...]
    """Differences that nothing here explains."""


def find_misplaced(day: DayFrames, off: Collection[str]) -> Placed:
    """Find what is only in the wrong place. `off` are the rules that are switched off: what they would claim is left.

    `operations` get the columns `stands_in_for` and `instead_of`: of the first operation of a product written off in
    place of another, the id and the name of that other; else 0 and empty.
    """
    rows, used = differences(day), Used()
    found: list[Misplaced] = []
    instead: list[StandIn] = []

    def step(product: int) -> int:
        return int(day.thresholds.quantity_step(np.array([product]))[0])

    def take(more: Iterable[Misplaced]) -> None:
        for each in more:
            used.add([each.on, *each.others])
            found.append(each)

    if rows and MISPLACED_RULE not in off:
        take(in_one_receipt(rows, step))
    if rows and WRONG_RULE not in off:
        is_live, own = ints(day.lines, "sold") != 0, ints(day.lines, "product_id")
        for each in stand_ins(used.left(rows), is_live, own, step):
            used.add([each.missing, each.found])
            instead.append(each)
    if rows and MISPLACED_RULE not in off:
        take(between.under_another_receipt(used.left(rows), used, step))
        take(between.as_orphans(used.left(rows), used, step))
        take(between.under_the_sale(used.left(rows), day.lines, used, step))
        take(between.under_a_deleted_line(used.left(rows), day, used, step))
    return Placed(_marked(day, found, instead), _misplacements(found, day), tuple(used.left(rows)))


def _marked(day: DayFrames, found: Sequence[Misplaced], instead: Sequence[StandIn]) -> DayFrames:
    """The frames with the claims of what was found."""
    size = len(day.operations)
    operations = with_columns(
        day.operations, stands_in_for=np.zeros(size, dtype=np.int64), instead_of=texts({}, size)
    )
    day = dataclasses.replace(day, operations=operations)
    explained = [each for one in found for each in (one.on, *one.others)]
    day = _claimed(day, explained, MISPLACED_RULE)
    if not instead:
        return day
    day = _claimed(day, [each for one in instead for each in (one.missing, one.found)], WRONG_RULE)
    operations = day.operations
    stands_in_for, values = operations["stands_in_for"].to_numpy(copy=True), operations["given_value"].copy()
    firsts = []
    for one in instead:
        firsts.append(min(one.found.rows, key=bare(operations, "operation_id").__getitem__))
        stands_in_for[firsts[-1]] = one.missing.product
        values.iloc[firsts[-1]] = _value(day, one)
    missing = _names(np.array([one.missing.product for one in instead], dtype=np.int64), day)
    names = texts(dict(zip(firsts, missing.astype(str).tolist(), strict=True)), len(operations))
    operations = operations.assign(stands_in_for=stands_in_for, instead_of=names, given_value=values)
    return dataclasses.replace(day, operations=claimed(operations, firsts, ""))


def _claimed(day: DayFrames, explained: Sequence[Difference], rule: str) -> DayFrames:
    rows: dict[str, list[int]] = {}
    for each in explained:
        rows.setdefault(each.source, []).extend(each.rows)
        if each.is_whole:
            rows.setdefault("lines", []).append(each.line)
    changed: dict[str, Any] = {name: claimed(getattr(day, name), some, rule) for name, some in rows.items()}
    return dataclasses.replace(day, **changed)


def _value(day: DayFrames, one: StandIn) -> int:
    """What was taken, at its cost, less what the missing product would have cost (0 where its unit cost is unknown)."""
    rows = list(one.found.rows)
    q, cost = (day.operations[name].to_numpy()[rows].tolist() for name in ("q", "cost"))
    taken = Fraction(sum(each * price for each, price in zip(q, cost, strict=True)), MICRO)
    missing = getattr(day, one.missing.source).iloc[one.missing.rows[0]]
    total, quantity = int(missing["unit_cost_total"]), int(missing["unit_cost_quantity"])
    value = taken - (Fraction(one.missing.due * total, quantity) if quantity else 0)
    return half_even(value.numerator, value.denominator)


def _misplacements(found: Sequence[Misplaced], day: DayFrames) -> pd.DataFrame:
    on = [each.on for each in found]
    line = np.array([each.line for each in on], dtype=np.int64)

    def column(name: str) -> IntArray:
        return np.array([getattr(each, name) for each in on], dtype=np.int64)

    where = np.array([MISPLACED.index(each.where) for each in found], dtype=np.int8)
    others = [next((each for each in one.others if each.line >= 0), one.others[0]) for one in found]
    return Misplacements.checked(
        pd.DataFrame(
            {
                "line": line,
                "receipt_id": column("receipt"),
                "receipt_product_id": column("number"),
                "product_id": column("product"),
                "product": _names(column("product"), day),
                "due": column("due"),
                "written_off": column("written_off"),
                "worth": np.array([_moved_worth(each, day) for each in found], dtype=np.int64),
                "where": kinds(where, MISPLACED),
                "other_receipt_id": np.array([each.receipt for each in others], dtype=np.int64),
                "other_line_id": np.array(
                    [0 if each.is_orphan else each.number for each in others], dtype=np.int64
                ),
                "other_operation_id": np.array(
                    [each.number if each.is_orphan else 0 for each in others], dtype=np.int64
                ),
            }
        )
    )


def _moved_worth(one: Misplaced, day: DayFrames) -> int:
    """What the operations that stand under another receipt are worth; of a sale, those that put back."""
    if one.where == "in its receipt":
        return 0
    operations = day.operations
    worth = bare(operations, "worth")
    found = 0
    for each in one.others:
        if each.is_orphan:
            rows: Any = list(each.rows)
        else:
            rows = (ints(operations, "line") == each.line) & (ints(operations, "product_id") == each.product)
            if one.where == "under the sale":
                rows &= ints(operations, "q") < 0
        found += int(worth[rows].sum())
    return found


def _names(products: IntArray, day: DayFrames) -> pd.Categorical:
    """The names of products, from the day's frames."""
    known: dict[int, str] = {}
    for frame in (day.operations, day.ingredients, day.lines):
        known |= product_names(frame, products.tolist())
    codes, names = pd.factorize(np.array([known.get(key, "") for key in products.tolist()], dtype=object))
    return coded(codes, names)
