"""Quantities stand beside their unit, and no number is a sum over several units."""

from __future__ import annotations

import pytest

from tests.given.demo_day import demo_book, demo_result
from tests.given.workbook_reading import table

QUANTITIES = {
    "Causes": ("A: expected", "B: found"),
    "Findings": ("A: expected", "B: written off", "Difference"),
    "Open items": ("A: expected", "B: written off", "Difference"),
    "Sale lines": ("A: sold", "B: written off"),
    "Stock operations": ("Quantity",),
    "Products": ("B: actual",),
    "Stock movement": ("Opening balance", "Sold", "Closing balance"),
    "Recipes": ("B: taken, a portion",),
    "Unit costs": ("Quantity written off",),
}
OTHER_AMOUNTS = {
    "cost-above-price", "cost-drift", "cut-off", "dish-never-written-off", "negative-cost", "receipt-cost-mismatch",
    "receipt-not-posted", "total-cost-mismatch", "unit-ratio", "zero-cost",
}  # fmt: skip
"""Rules that compare money, minutes, lines or ratios."""


@pytest.mark.parametrize("sheet", QUANTITIES)
def test_a_quantity_has_its_unit_beside_it(sheet: str) -> None:
    """Every product of the demo has one."""
    for row in table(demo_book(), sheet, "tblProducts" if sheet == "Products" else None):
        amounts = [row[name] for name in QUANTITIES[sheet]]
        expected = row.get("Rule name") not in OTHER_AMOUNTS and amounts != [None] * len(amounts)
        assert bool(row["Unit"]) == expected or sheet == "Sale lines", row


def test_what_a_dish_took_of_several_products_is_no_number_in_its_own_unit() -> None:
    """A cup of coffee is no sum of kilograms and litres; what was sold by the piece shows what was written off."""
    result = demo_result()
    took = result.operations[result.operations["line"] >= 0].groupby("line")["product_id"].agg(set)
    shown = [row["B: written off"] for row in table(demo_book(), "Sale lines")]
    of_others = 0
    for place, (product, amount) in enumerate(zip(result.lines["product_id"].tolist(), shown, strict=True)):
        others = took.get(place, set()) - {product}
        if others and result.lines["kind"].iloc[place] != "direct":
            of_others += 1
            assert amount is None
        else:
            assert amount is not None
    assert of_others > 50


def test_checks_add_up_quantities_by_unit_alone() -> None:
    """Each unit of the sheet has its check, and what it expects is the sum of the operations of that unit."""
    rows = [row for row in table(demo_book(), "Checks") if row["Check"].startswith("Stock movement")]
    chain = table(demo_book(), "Stock movement")
    assert {row["Unit"] for row in rows} == {row["Unit"] for row in chain}
    for row in rows:
        closing = [each["Closing balance"] for each in chain if each["Unit"] == row["Unit"]]
        assert row["Expected"] == pytest.approx(sum(closing), abs=1e-6)
