"""Findings as this judge gives them, and what they add up to."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

GOODS_RULES = frozenset({
    "quantity-mismatch", "missing-write-off", "receipt-not-posted", "duplicate-write-off", "duplicate-receipt",
    "unexpected-write-off", "orphan-operation", "wrong-product",
})  # fmt: skip
"""Rules whose values add up to over and under."""


@dataclasses.dataclass(frozen=True)
class SlowFinding:
    """One finding; ids that its rule does not name are None, but for the receipt's."""

    rule: str
    severity: str
    receipt_id: int | None = None
    receipt_product_id: int | None = None
    operation_id: int | None = None
    product_id: int | None = None
    expected: Any = None
    """An exact number, a time as the API gave it, or None."""
    actual: Any = None
    value: Fraction | None = None
    difference: Fraction | None = None
    in_totals: bool = True
    """False where its value is in neither over nor under, though it is of a goods rule."""

    @property
    def is_goods(self) -> bool:
        """Whether its rule is of goods."""
        return self.rule in GOODS_RULES

    @property
    def is_serious(self) -> bool:
        """Whether it is an error or a warning."""
        return self.severity != "info"


def total(values: Iterable[Fraction | None]) -> Fraction | None:
    """The sum of the known values; None if none is known."""
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) if known else None


def over(findings: Iterable[SlowFinding]) -> Fraction:
    """What was written off too much, in money."""
    return sum((each for each in _counted(findings) if each > 0), Fraction(0))


def under(findings: Iterable[SlowFinding]) -> Fraction:
    """What was written off too little, in money, negative."""
    return sum((each for each in _counted(findings) if each < 0), Fraction(0))


def _counted(findings: Iterable[SlowFinding]) -> list[Fraction]:
    return [each.value for each in findings if each.is_goods and each.in_totals and each.value is not None]
