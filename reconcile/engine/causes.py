"""Causes: findings of one rule, dish and ingredient whose amounts are wrong by the same ratio, or those that the rule
says share one.

217 lines written off in grams instead of kilograms have one cause, and so have all ingredients of one voided dish. The
findings are kept, with the id of their cause.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from reconcile.core.categories import text_column
from reconcile.core.exact import MICRO, half_even, ints_or_none, nullable, sum_of_known
from reconcile.language.translate import to_say
from reconcile.rulebook.rule import Rule
from reconcile.settings.thresholds import DayThresholds

NAMED_RATIOS = {
    1000 * MICRO: to_say("a thousand times too much: grams taken for kilograms"),
    2 * MICRO: to_say("twice as much as is due"),
    MICRO // 2: to_say("half of what is due"),
    -MICRO: to_say("put back instead of written off"),
    MICRO // 1000: to_say("a thousandth of what is due: kilograms taken for grams"),
    0: to_say("none of it was written off"),
}
"""Written off / due, in millionths, in words."""
_OTHER = to_say("a different amount than was sold")
_OTHER_OF_DISH = to_say("a different amount than is due: perhaps another recipe")
_PLACES = 1000
"""Ratios without a name are rounded to three decimals."""


class _Key(NamedTuple):
    """The properties that all findings of a cause share."""

    rule: str
    severity: str
    dish_id: int = 0
    product_id: int = 0
    ratio: int | None = None
    shared: str = ""
    """What the rule says they share, in place of dish, product and ratio."""

    @property
    def id(self) -> str:
        """Stable: the same on every day."""
        shared = (self.shared,) if self.shared else (self.dish_id, self.product_id, self.ratio)
        text = "|".join(map(str, ("cause", self.rule, self.severity, *shared)))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def words(self, nothing_due: str) -> str:
        """The ratio in words; `nothing_due` where there is none."""
        if self.ratio is None:
            return nothing_due
        return NAMED_RATIOS.get(self.ratio, _OTHER if self.dish_id == self.product_id else _OTHER_OF_DISH)


def find_causes(
    findings: pd.DataFrame, rules: Iterable[Rule], lines: pd.DataFrame, thresholds: DayThresholds
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings with their `cause`, and the causes (`reconcile.model.judged.Causes`), largest value first."""
    nothing_due = {rule.name: rule.cause for rule in rules if rule.cause is not None}
    rows = np.flatnonzero(findings["rule"].isin(nothing_due) & findings["receipt_product_id"].notna())
    grouped = findings.iloc[rows]
    of_line = pd.Index(lines["receipt_product_id"]).get_indexer(
        grouped["receipt_product_id"].to_numpy(np.int64)
    )
    dishes = lines[["product_id", "product"]].iloc[of_line]
    steps = thresholds.quantity_step(grouped["product_id"].to_numpy(np.int64)).tolist()
    amounts = (ints_or_none(grouped["expected"]), ints_or_none(grouped["actual"]))
    ratios = [_ratio(*each) for each in zip(*amounts, steps, strict=True)]
    products = zip(dishes["product_id"].tolist(), grouped["product_id"].tolist(), ratios, strict=True)
    named = (grouped[name].tolist() for name in ("rule", "severity", "cause"))
    groups: defaultdict[_Key, list[int]] = defaultdict(list)
    for place, (rule, severity, shared, product) in enumerate(zip(*named, products, strict=True)):
        key = _Key(rule, severity, *product) if pd.isna(shared) else _Key(rule, severity, shared=shared)
        groups[key].append(place)
    ids: Any = np.full(len(findings), None, dtype=object)
    for key, places in groups.items():
        ids[rows[places]] = key.id
    return findings.assign(cause=text_column(ids)), _frame(groups, nothing_due, grouped, dishes)


def _ratio(due: int | None, found: int | None, step: int) -> int | None:
    """Written off / due, in millionths: a named ratio where one fits within the step; None where nothing was due."""
    if not due or found is None:
        return None
    gaps = {ratio: abs(found * MICRO - ratio * due) for ratio in NAMED_RATIOS}
    nearest = min(gaps, key=gaps.__getitem__)
    if gaps[nearest] <= step * MICRO:
        return nearest
    sign = 1 if due > 0 else -1
    return half_even(sign * found * _PLACES, abs(due)) * (MICRO // _PLACES)


def _frame(
    groups: dict[_Key, list[int]], nothing_due: Mapping[str, str], grouped: pd.DataFrame, dishes: pd.DataFrame
) -> pd.DataFrame:
    amounts = {name: ints_or_none(grouped[name]) for name in ("expected", "actual")}
    values = ints_or_none(grouped["value"])
    firsts = [places[0] for places in groups.values()]
    first, dish = grouped.iloc[firsts], dishes.iloc[firsts]
    dish_name = dish["product"].astype("str")
    products = grouped["product_id"].tolist()
    of_one = np.array(
        [len({products[place] for place in places}) == 1 for places in groups.values()], dtype=np.bool_
    )
    frame = pd.DataFrame(
        {
            "id": text_column([key.id for key in groups]),
            **{name: first[name].array for name in ("rule", "severity", "receipt_id")},
            "dish_id": dish["product_id"].array,
            "dish": dish_name.array,
            "product_id": np.where(of_one, first["product_id"].to_numpy(np.int64), dish["product_id"]),
            "product": text_column(np.where(of_one, first["product"], dish_name)),
            "ratio": nullable(key.ratio for key in groups),
            "words": text_column([key.words(nothing_due[key.rule]) for key in groups]),
            "findings": np.array([len(places) for places in groups.values()], dtype=np.int64),
            **{
                name: nullable(
                    sum_of_known(each[place] for place in places) if is_one else None  # units differ
                    for places, is_one in zip(groups.values(), of_one.tolist(), strict=True)
                )
                for name, each in amounts.items()
            },
            "value": nullable(sum_of_known(values[place] for place in places) for places in groups.values()),
        }
    )
    size = frame["value"].abs().fillna(-1).to_numpy(np.int64)
    order = np.lexsort([frame["id"].to_numpy(str), -size, frame["severity"].cat.codes.to_numpy()])
    return frame.iloc[order].reset_index(drop=True)
