"""What is not material: small findings of goods are notes, and the day says how many and how much."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconcile.engine.result import Result
from reconcile.language.translate import PLAIN
from reconcile.model.classes import Tally
from reconcile.report.sheets.summary import verdict
from reconcile.settings.model import RulesTable, Settings, Thresholds
from tests.given.day_records import COLA
from tests.given.dish_records import DishDay

SAYS = "the settings say it is material"


def day() -> DishDay:
    """Two colas of 10 each missing under one line, one under another; and a total that is off by 5."""
    found = DishDay(products=[])
    for sold, took in ((3, 1), (2, 1), (1, 1)):
        found.sell(COLA, {COLA: took}, sold, type_="GOODS")
    found.operations[3][0]["total_cost"] += 5
    return found


def judged(material_value: Any, **rules: Any) -> Result:
    settings = Settings(
        thresholds=Thresholds(material_value=Decimal(material_value)), rules=RulesTable(**rules)
    )
    return day().judged(settings).result


def told(result: Result) -> list[tuple[str, str, bool]]:
    """Rule, severity, and whether the message says that it is not material."""
    found = result.findings
    return [
        (rule, severity, SAYS in message)
        for rule, severity, message in zip(found["rule"], found["severity"], found["message"], strict=True)
        if rule != "stock-gap"
    ]


QUANTITY, TOTAL = "quantity-mismatch", "total-cost-mismatch"


@pytest.mark.parametrize(
    ("material_value", "expected", "tally"),
    [
        ("0", ["error", "error"], Tally(0, 0)),
        ("10", ["error", "error"], Tally(0, 0)),
        ("10.000001", ["error", "info"], Tally(1, -10_000_000)),
        ("1000", ["info", "info"], Tally(2, -30_000_000)),
    ],
)
def test_below_the_material_value_a_finding_of_goods_is_a_note(
    material_value: str, expected: list[str], tally: Tally
) -> None:
    """It says so; exactly the value is material. A difference of cost keeps its severity."""
    result = judged(material_value)
    assert told(result) == [
        *((QUANTITY, severity, severity == "info") for severity in expected),
        (TOTAL, "error", False),
    ]
    assert result.immaterial == tally


def test_classes_and_sums_look_at_the_severity_before_it() -> None:
    """The lines are flagged, and the goods stay in the totals."""
    control = judged("1000").control
    assert (control.lines["flagged"], control.value["under"]) == (2, -30_000_000)


def test_what_is_a_note_anyway_is_not_counted() -> None:
    """By the settings."""
    result = judged("1000", severity={QUANTITY: "info"})
    assert told(result)[0] == (QUANTITY, "info", False)
    assert result.immaterial == Tally(0, 0)


def test_the_day_says_how_many_and_how_much() -> None:
    sentences = verdict(judged("1000"), PLAIN)[1]
    assert "2 findings are notes, as their values are not material: together -30.00." in [
        each.replace("−", "-") for each in sentences
    ]
    assert not any("material" in each for each in verdict(judged("0"), PLAIN)[1])


def test_a_finding_worth_nothing_keeps_its_severity() -> None:
    """The count is wrong, not the stock: a warning of value 0, which is no small value."""
    found = DishDay(products=[])
    found.sell(COLA, {COLA: 3}, 1, type_="GOODS")
    (receipt,) = found.receipts
    receipt["receipt_products"][0] |= {"price": 10, "subtotal": 30}
    settings = Settings(thresholds=Thresholds(material_value=Decimal(1000)))
    assert told(found.judged(settings).result) == [(QUANTITY, "warning", False)]
