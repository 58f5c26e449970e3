"""Checks that can fail: what went into the cells against the control totals, which were counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from reconcile.exact import MICRO, known
from reconcile.report.cells import amount, label, long_text
from reconcile.report.sheet import Sheet, detail
from reconcile.report.table import Column, Table, Written
from reconcile.result import Result
from rules import GOODS_RULES

CHECKS = "Checks"


class Check(NamedTuple):
    """Two numbers that must agree, in millionths; one that is not known does not agree."""

    name: str
    expected: int | None
    actual: int | None

    @property
    def holds(self) -> bool:
        return self.expected is not None and self.expected == self.actual


class Sheets(NamedTuple):
    """What was written into the sheets of details."""

    findings: Written
    lines: Written
    operations: Written
    causes: Written
    ingredients: Written

    @classmethod
    def nothing(cls) -> Sheets:
        return cls(*(Written() for _ in cls._fields))


def checks(result: Result, sheets: Sheets) -> list[Check]:
    """All checks of a workbook, in the order of its sheet."""
    return [*_counts(result, sheets), *_amounts(result, sheets)]


def _counts(result: Result, sheets: Sheets) -> Iterator[Check]:
    control, listed = result.control, result.listed_total
    receipts, lines, operations = dict(control.receipts), dict(control.lines), dict(control.operations)
    counted = result.findings["rule"].value_counts().sum()
    yield _count(
        "Receipts: what the list said there are = different receipts listed", listed, receipts["listed"]
    )
    yield _count("Receipts: listed = sum of the classes", receipts.pop("listed"), sum(receipts.values()))
    unreadable = int((result.quarantine["record"] == "line").sum())
    total = lines.pop("total")
    yield _count("Sale lines: total = sum of the classes", total, sum(lines.values()))
    yield _count(
        "Sale lines: total = rows on their sheet + unreadable", total, sheets.lines.rows + unreadable
    )
    for name, number in lines.items():
        rows = sheets.lines.by_label[name] + (unreadable if name == "unverified" else 0)
        yield _count(f"Sale lines, {name} = rows with that status", number, rows)
    total, quarantined = operations.pop("total"), operations.pop("quarantined")
    yield _count(
        "Stock operations: total = sum of the classes", total, sum(operations.values()) + quarantined
    )
    rows = sheets.operations.rows + quarantined
    yield _count("Stock operations: total = rows on their sheet + quarantined", total, rows)
    for name, number in operations.items():
        yield _count(
            f"Stock operations, {name} = rows with that status", number, sheets.operations.by_label[name]
        )
    yield _count("Findings: total = rows on their sheet", int(counted), sheets.findings.rows)


def _amounts(result: Result, sheets: Sheets) -> Iterator[Check]:
    value = result.control.value
    yield Check(
        "Value written off: control total = sum of the column on Stock operations",
        value["written_off"],
        sum(sheets.operations.amounts.values()),
    )
    for side in ("over", "under"):
        name = f"Value {side}: control total = sum of the values on Findings that count as {side}"
        yield Check(name, value[side], sheets.findings.amounts[side])
    yield Check(
        "Causes: value of the findings that have one = sum of the values on Causes",
        _sum(result.findings["value"][result.findings["cause"].notna()]),
        sum(sheets.causes.amounts.values()),
    )
    by_recipe = np.append(result.lines["recipe"] == "known", False)[result.operations["line"]]
    yield Check(
        "Ingredients: written off for dishes of known recipe, all units together = sum of the column",
        _sum(result.operations["q"][by_recipe]),
        sum(sheets.ingredients.amounts.values()),
    )
    goods = result.findings[result.findings["rule"].isin(GOODS_RULES)]["value"]
    yield Check("Net: over + under = sum of all values of goods", value["over"] + value["under"], _sum(goods))


def _sum(column: pd.Series[int]) -> int:
    return sum(column.dropna().tolist())


def _count(name: str, expected: int | None, actual: int) -> Check:
    return Check(name, None if expected is None else expected * MICRO, actual * MICRO)


COLUMNS = (
    Column("Check", "name", long_text, narrowest=60),
    Column("Expected", "expected", amount, narrowest=16),
    Column("Actual", "actual", amount, narrowest=16),
    Column("Difference", "difference", amount, narrowest=16),
    Column("Result", "result", label, narrowest=12),
)


def checks_sheet(made: list[Check], day: str, demo: str | None) -> Sheet:
    """One row a check."""
    frame = pd.DataFrame(
        {
            "name": [check.name for check in made],
            "expected": known(check.expected for check in made),
            "actual": known(check.actual for check in made),
            "difference": known(
                None if check.expected is None or check.actual is None else check.actual - check.expected
                for check in made
            ),
            "result": ["OK" if check.holds else "CHECK" for check in made],
        }
    )
    return detail(CHECKS, day, demo, Table("Checks", COLUMNS, frame))
