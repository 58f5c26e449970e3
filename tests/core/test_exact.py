"""Exactness: decimals are read as meant, compared exactly and never rounded by a float."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core import exact
from reconcile.engine.day import reconcile_day
from reconcile.frames import reading
from reconcile.report import findings_json
from reconcile.settings.model import Settings
from tests.given.random_days import RandomDay, build

decimals = st.decimals(-(10**12) + 1, 10**12 - 1, places=6)
micro_counts = st.integers(-(10**18) + 1, 10**18 - 1)


@pytest.mark.parametrize(
    ("given_number", "meant"),
    [
        (1, 1_000_000),
        ("1.000", 1_000_000),
        (" 0.5 ", 500_000),
        (Decimal("0.30000000000000004"), 300_000),
        (Decimal("0.1"), 100_000),
        (0.1 + 0.2, 300_000),
        (Decimal("1E-6"), 1),
        (Decimal("0.0000005"), 0),  # half to even
        (Decimal("0.0000015"), 2),
        (Decimal("-0.0000015"), -2),
        (Decimal("987654321.1234"), 987_654_321_123_400),
        (Decimal("-0.0"), 0),
    ],
)
def test_a_number_is_read_as_meant(given_number: object, meant: int) -> None:
    """Integers, decimals, texts and binary noise give the same millionths."""
    assert exact.micros(given_number) == meant


@pytest.mark.parametrize(
    "given_number",
    [
        None,
        True,
        "",
        "x",
        "1_000",
        "NaN",
        "Infinity",
        Decimal("NaN"),
        Decimal("1E+400"),
        10**12,
        "9" * 5000,
        [],
        {},
    ],
)
def test_what_is_no_exact_number_is_refused(given_number: object) -> None:
    """Not missing, not finite, not too large, not true or false."""
    assert exact.micros(given_number) is None


@given(
    st.lists(st.one_of(decimals, st.integers(-(10**13), 10**13), st.decimals(allow_nan=True)), max_size=30)
)
def test_a_column_is_read_as_its_numbers_are_one_by_one(values: list[Any]) -> None:
    """The quick way of reading a column gives what the slow way gives, bad rows included."""
    found, bad = reading.numbers(values)
    for value, number, is_bad in zip(values, found.tolist(), bad.tolist(), strict=True):
        slow = exact.micros(value)
        assert is_bad == (slow is None)
        assert is_bad or number == slow


@given(micro_counts)
def test_plain_decimals_read_back_the_same(count: int) -> None:
    """What is written is what was meant: no exponent, no trailing zeros."""
    text = exact.decimal_text(count)
    assert exact.micros(text) == count
    assert "e" not in text.lower()
    assert not ("." in text and text.endswith(("0", ".")))


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**20))
def test_half_even_is_what_decimal_says(numerator: int, denominator: int) -> None:
    """Rounded half to even, for any size."""
    quotient, twice_rest = numerator // denominator, 2 * (numerator % denominator)
    expected = quotient + (twice_rest > denominator or (twice_rest == denominator and quotient % 2 != 0))
    assert exact.half_even(numerator, denominator) == expected
    assert abs(exact.half_even(numerator, denominator) * denominator - numerator) * 2 <= denominator


@given(st.lists(st.tuples(micro_counts, micro_counts), max_size=20))
def test_products_are_exact_or_unknown(pairs: list[tuple[int, int]]) -> None:
    """No product overflows silently."""
    a, b = (np.array(column, dtype=np.int64) for column in (list(zip(*pairs, strict=True)) or [(), ()]))
    for (x, y), found in zip(pairs, exact.multiply(a, b).tolist(), strict=True):
        right = exact.half_even(x * y, exact.MICRO)
        assert (found is pd.NA) == (abs(right) >= 2**63)
        assert found is pd.NA or found == right


@given(st.lists(micro_counts, max_size=50))
def test_totals_are_exact_however_large(counts: list[int]) -> None:
    """Sums leave int64 where they must."""
    assert exact.total(np.array(counts, dtype=np.int64)) == sum(counts)


def judged(**operation: Any) -> dict[str, Any]:
    """A day of one line of one unit, whose operation is changed so."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    day.operations[1][0].update(operation)
    return document(day)


def document(day: RandomDay) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(findings_json.render(reconcile_day(day.evidence(), Settings())))
    return found


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    """0.1 + 0.2 against 0.3 agrees."""
    day = build([([(31046, Decimal("0.3"), Decimal(1))], False)])
    first = day.operations[1][0]
    second = dict(first)
    first |= {"quantity": Decimal("0.1"), "after_quantity": Decimal("99999.9"), "total_cost": 150}
    second |= {
        "id": 5002,
        "quantity": Decimal("0.2"),
        "before_quantity": Decimal("99999.9"),
        "after_quantity": Decimal("99999.7"),
        "total_cost": Decimal("300.00000000000006"),
    }
    day.operations[1].append(second)
    assert document(day)["findings"] == []


def test_a_difference_of_a_millionth_is_found() -> None:
    """The smallest difference that the rules know is a difference."""
    (finding,) = judged(quantity=Decimal("1.000001"), after_quantity=Decimal("99998.999999"))["findings"]
    assert (finding["rule"], finding["difference"]) == ("quantity-mismatch", "0.000001")


def test_large_costs_are_multiplied_exactly() -> None:
    """987654321.1234 × 999 is right to the last digit, and one ten-thousandth off its tolerance is seen."""
    day = build([([(31042, Decimal(999), Decimal(1))], False)])
    cost = Decimal("987654321.1234")
    day.operations[1][0] |= {"cost": cost, "before_cost": cost, "total_cost": Decimal("986666666802.2766")}
    assert document(day)["findings"] == []
    day.operations[1][0]["total_cost"] = Decimal("986666666802.4766")
    (finding,) = document(day)["findings"]
    assert (finding["rule"], finding["expected"], finding["difference"]) == (
        "total-cost-mismatch",
        "986666666802.2766",
        "0.2",
    )


def test_numbers_as_texts_and_with_noise_agree() -> None:
    """Numbers as strings and with binary noise are read as meant."""
    assert (
        judged(quantity="1.000", cost="8000.0", after_quantity=Decimal("99999.00000000001"))["findings"] == []
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("quantity", 10**12, "quantity is too large to be exact: '1000000000000'"),
        ("quantity", "x", "quantity is not a number: 'x'"),
        ("cost", None, "cost is missing"),
        ("total_cost", "NaN", "total_cost is not a finite number: 'NaN'"),
        ("stock_id", None, "stock_id is missing"),
        ("product_id", "12x", "product_id is not a positive whole number: '12x'"),
        ("id", 0, "id is not a positive whole number: '0'"),
        ("operated_at", "yesterday", "operated_at is not a time: 'yesterday'"),
    ],
)
def test_an_unreadable_operation_is_set_apart_and_named(field: str, value: Any, reason: str) -> None:
    """Quarantined with its reason; its line is unverified, and no rule makes a finding of the gap."""
    found = judged(**{field: value})
    assert [each["reason"] for each in found["quarantine"]] == [reason]
    assert found["findings"] == []
    assert not found["complete"]
    assert found["control"]["lines"]["unverified"] == 1
    assert found["control"]["operations"]["quarantined"] == 1


def test_a_product_too_large_to_be_exact_is_set_apart() -> None:
    """Each number alone would do, their product would not."""
    found = judged(quantity=900_000_000, cost=900_000_000)
    assert [each["reason"] for each in found["quarantine"]] == ["cost × quantity is too large to be exact"]
