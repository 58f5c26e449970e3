"""Control totals: every receipt, line and operation is in exactly one class, verified before anything is written.

Source: contract of the JSON, `control`. A line or operation is in the first class that holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.categories import kinds
from reconcile.core.columns import bare
from reconcile.core.errors import Bug
from reconcile.core.exact import BoolArray, IntArray, total
from reconcile.core.positions import take_or
from reconcile.engine.match import Matched
from reconcile.engine.result import Control
from reconcile.frames import Day
from reconcile.model.classes import LINE_CLASSES, OPERATION_CLASSES
from reconcile.model.contracts import RECEIPT_CLASSES
from reconcile.rulebook.flags import bools, ints, is_any_of, is_kind
from reconcile.rulebook.rule import Rule
from reconcile.settings.thresholds import DayThresholds


def classed_lines(
    matched: Matched, findings: pd.DataFrame, rules: Sequence[Rule], thresholds: DayThresholds
) -> pd.DataFrame:
    """The lines with their class as `status`: flagged, void, untracked, unverified, matched; the first that holds."""
    lines = matched.lines
    step = thresholds.quantity_step(bare(lines, "product_id"))
    gap = np.abs(bare(lines, "own_written_off") - bare(lines, "due"))
    direct = is_kind(lines, "direct") & ((gap <= step) | (ints(lines, "extras") > 0))
    direct &= ~bools(lines, "lost_operation") & is_any_of(lines, "because", "")
    by_recipe = is_any_of(lines, "recipe", "known", "usual") & (ints(lines, "operations") > 0)
    by_recipe[_uneven_lines(matched.ingredients, thresholds)] = False
    is_misplaced = is_any_of(lines, "claim", "misplaced-write-off", "duplicate-receipt")
    agrees = direct | (is_kind(lines, "composite") & by_recipe) | is_misplaced
    status = _first_that_holds(
        LINE_CLASSES,
        ("flagged", _flagged_lines(matched, findings, rules)),
        ("void", ints(lines, "sold") == 0),
        ("untracked", is_kind(lines, "untracked")),
        ("unverified", ~agrees),
    )
    return lines.assign(status=status)


def _flagged_lines(matched: Matched, findings: pd.DataFrame, rules: Sequence[Rule]) -> BoolArray:
    """Lines that an error or a warning names, or their receipt or product as a whole, or goods written off for it."""
    lines, operations = matched.lines, matched.operations
    named = _named(findings, rules, {"line", "ingredient"}, "receipt_product_id")
    goods = _named(findings, [rule for rule in rules if rule.is_goods], {"operation"}, "operation_id")
    of_goods = ints(operations, "line")[np.isin(ints(operations, "operation_id"), goods)]
    flagged = np.isin(ints(lines, "receipt_product_id"), named)
    flagged[of_goods[of_goods >= 0]] = True
    for rule, names in (
        ("receipt-not-posted", "receipt_id"),
        ("duplicate-receipt", "receipt_id"),
        ("goods-never-written-off", "product_id"),
    ):
        is_whole = is_any_of(findings, "rule", rule) & ~is_any_of(findings, "severity", "info")
        whole = _known(findings[names])[is_whole]
        flagged |= is_any_of(lines, "claim", rule) & np.isin(ints(lines, names), whole)
    return flagged


def classed_operations(
    matched: Matched, lines: pd.DataFrame, findings: pd.DataFrame, rules: Sequence[Rule]
) -> pd.DataFrame:
    """The operations with their class as `status`: flagged, unverified (of an unverified line), matched."""
    operations = matched.operations
    is_unverified = is_any_of(lines, "status", "unverified")
    of_unverified = take_or(is_unverified, bare(operations, "line"), True)  # -1: its line is quarantined
    of_unverified &= ~bare(operations, "is_orphan")
    named = _named(findings, rules, {"operation"}, "operation_id")
    status = _first_that_holds(
        OPERATION_CLASSES,
        ("flagged", np.isin(ints(operations, "operation_id"), named)),
        ("unverified", of_unverified),
    )
    return operations.assign(status=status)


def _uneven_lines(ingredients: pd.DataFrame, thresholds: DayThresholds) -> Any:
    """Positions of lines with an ingredient whose write-offs differ from what is due or usual, and are not accepted, or
    may differ because of a modifier that is unknown.
    """
    step = thresholds.quantity_step(bare(ingredients, "product_id"))
    written_off = bare(ingredients, "written_off")
    differs = bare(ingredients, "is_due") & (np.abs(written_off - bare(ingredients, "due")) > step)
    is_right = bools(ingredients, "is_right")
    is_blinded = is_right & is_any_of(ingredients, "doubt", "unknown modifier")
    differs &= ~is_right & ~is_any_of(ingredients, "claim", "misplaced-write-off")
    differs |= is_blinded
    uneven = bare(ingredients, "is_uneven")
    differs |= uneven & (np.abs(written_off - bare(ingredients, "usual")) > step)
    return np.unique(bare(ingredients, "line")[differs])


def _named(findings: pd.DataFrame, rules: Sequence[Rule], names: set[str], column: str) -> IntArray:
    """Ids of the records that an error or a warning of such a rule names; 0 where it names none."""
    of_rules = is_any_of(findings, "rule", *(rule.name for rule in rules if rule.names in names))
    return _known(findings[column])[of_rules & is_any_of(findings, "severity", "error", "warning")]


def _known(ids: pd.Series[int]) -> IntArray:
    """Bare ids; 0 for none, which no record has."""
    known: IntArray = ids.array.to_numpy(np.int64, na_value=0)
    return known


def _first_that_holds(classes: tuple[str, ...], *cases: tuple[str, BoolArray]) -> Any:
    """A category for each row; `matched` where no case holds."""
    conditions = [holds for _, holds in cases]
    codes = np.select(
        conditions, [classes.index(name) for name, _ in cases], default=classes.index("matched")
    )
    return kinds(codes, classes)


def control_totals(
    day: Day, lines: pd.DataFrame, operations: pd.DataFrame, findings: pd.DataFrame
) -> Control:
    """The control totals. Raises `Bug` if the classes do not add up to the number of records."""
    broken = day.quarantine["record"].value_counts()
    of_receipts = _counts(day.receipts["receipt_class"], RECEIPT_CLASSES)
    of_receipts["failed"] += day.receipts_without_id
    of_lines = _counts(lines["status"], LINE_CLASSES)
    of_lines["unverified"] += int(broken["line"])
    of_operations = _counts(operations["status"], OPERATION_CLASSES)
    of_operations |= {"repeated": len(day.repeated), "quarantined": int(broken["operation"])}
    value = findings.loc[findings["is_goods"], "value"].dropna().to_numpy(dtype=np.int64)
    control = Control(
        receipts={"listed": day.raw_counts.receipts, **of_receipts},
        lines={"total": day.raw_counts.lines, **of_lines},
        operations={"total": day.raw_counts.operations, **of_operations},
        value={
            "written_off": total(bare(operations, "worth")),
            "over": total(value[value > 0]),
            "under": total(value[value < 0]),
            "put_back": total(bare(findings, "put_back")),
        },
    )
    _verify(control)
    return control


def _counts(classes: pd.Series[str], names: tuple[str, ...]) -> dict[str, int]:
    counts = classes.value_counts()
    return {name: int(counts.get(name, 0)) for name in names}


def _verify(control: Control) -> None:
    for what, whole in (("receipts", "listed"), ("lines", "total"), ("operations", "total")):
        counts = dict(getattr(control, what))
        given = counts.pop(whole)
        if given != sum(counts.values()):
            parts = " + ".join(f"{count} {name}" for name, count in counts.items())
            raise Bug(
                f"control totals of {what} do not add up: {given} given, but {parts}; nothing was written"
            )
