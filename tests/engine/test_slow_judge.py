"""The engine beside a slow judge: two readings of one specification, on days with all faults mixed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconcile.engine.day import reconcile_day
from reconcile.report import findings_json
from reconcile.settings.model import RulesTable, Settings, Thresholds
from tests.given.mixed_days import MixedDay, mixed_days, seeded_day
from tests.slow_judge.judge import verdict

OPERATION, LINE, RECEIPT, PRODUCT = "operation_id", "receipt_product_id", "receipt_id", "product_id"
NAMES = {
    "balance-broken": (OPERATION,),
    "cost-above-price": (LINE, PRODUCT),
    "cost-drift": (OPERATION,),
    "cut-off": (OPERATION,),
    "duplicate-receipt": (RECEIPT,),
    "duplicate-write-off": (OPERATION,),
    "goods-never-written-off": (PRODUCT,),
    "misplaced-write-off": (LINE, PRODUCT),
    "missing-write-off": (LINE,),
    "negative-cost": (OPERATION,),
    "negative-stock": (OPERATION,),
    "orphan-operation": (OPERATION,),
    "quantity-mismatch": (LINE,),
    "receipt-cost-mismatch": (RECEIPT,),
    "receipt-not-posted": (RECEIPT,),
    "stock-gap": (OPERATION,),
    "total-cost-mismatch": (OPERATION,),
    "unexpected-write-off": (LINE, PRODUCT),
    "unit-ratio": (PRODUCT,),
    "wrong-product": (OPERATION,),
    "wrong-stock": (OPERATION,),
    "zero-cost": (OPERATION,),
}
"""What each rule of goods, and each of the operations of goods days, names."""
CLAIMS = [
    "cut-off",
    "duplicate-receipt",
    "duplicate-write-off",
    "goods-never-written-off",
    "misplaced-write-off",
    "receipt-not-posted",
    "unit-ratio",
    "wrong-product",
]
"""Rules that leave something to the others where they are switched off."""
Told = tuple[Any, ...]


def exact(value: Any) -> Any:
    """A number of the JSON as a fraction; a time or nothing as it is."""
    try:
        return Fraction(value)
    except (TypeError, ValueError):
        return value


def told(finding: Mapping[str, Any]) -> Told:
    """Rule, severity, the ids that the rule names, expected, actual and value."""
    names = NAMES.get(finding["rule"], ())
    numbers = (exact(finding[name]) for name in ("expected", "actual", "value"))
    return finding["rule"], finding["severity"], *(finding[name] for name in names), *numbers


def told_by_the_engine(day: MixedDay, settings: Settings) -> tuple[Counter[Told], list[Any]]:
    """Its findings, and what it says is over, under and put back."""
    report = json.loads(findings_json.render(reconcile_day(day.evidence(), settings)))
    totals = [exact(report["control"]["value"].get(name)) for name in ("over", "under", "put_back")]
    return Counter(map(told, report["findings"])), totals


def told_by_the_judge(day: MixedDay, settings: Settings) -> tuple[Counter[Told], list[Any]]:
    """The same of the slow judge."""
    judged = verdict(day.records(), settings)
    return Counter(told(vars(each)) for each in judged.findings), [judged.over, judged.under, judged.put_back]


def assert_agreed(day: MixedDay, settings: Settings) -> None:
    engine, engine_totals = told_by_the_engine(day, settings)
    judge, judge_totals = told_by_the_judge(day, settings)
    assert {"only the engine": [*(engine - judge)], "only the judge": [*(judge - engine)]} == {
        "only the engine": [],
        "only the judge": [],
    }
    assert engine_totals == judge_totals


@given(mixed_days)
def test_engine_and_judge_agree(day: MixedDay) -> None:
    """The same findings with the same numbers, and the same totals."""
    assert_agreed(day, Settings())


@given(mixed_days, st.sets(st.sampled_from(CLAIMS), min_size=1, max_size=3))
def test_they_agree_when_rules_are_switched_off(day: MixedDay, off: set[str]) -> None:
    """What these would have claimed is left to the others."""
    assert_agreed(day, Settings(rules=RulesTable(off=frozenset(off))))


@given(mixed_days)
def test_they_agree_where_returns_are_thrown_away(day: MixedDay) -> None:
    """Anything from nothing to all may be put back."""
    assert_agreed(day, Settings(thresholds=Thresholds(returns_restock=False)))


def test_every_fault_occurs_on_the_random_days() -> None:
    """Each rule finds something, so that none is compared in vain."""
    found = {
        each.rule for seed in range(150) for each in verdict(seeded_day(seed).records(), Settings()).findings
    }
    assert found == set(NAMES)
