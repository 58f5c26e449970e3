"""The checks: totals of the cells that were written, compared with the control totals of the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from reconcile.analysis.bridge import Bridge
from reconcile.analysis.corrections import corrections
from reconcile.analysis.sales import OF_RECEIPTS, coverage
from reconcile.analysis.units import product_units, units_of
from reconcile.core.exact import MICRO, ints_or_none, sum_of_known, total
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.ledger.item import BROUGHT_FORWARD, CARRIED_FORWARD, CLEARED, NEW
from reconcile.ledger.ledger import Ledger
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import amount, label, long_translated
from reconcile.report.excel.table import Column, Table, WrittenTotals, frame_of
from reconcile.rulebook.amounts import OVER, UNDER


class Check(NamedTuple):
    """Two numbers that must be equal, in millionths; an unknown number (None) fails."""

    name: str
    expected: int | None
    actual: int | None
    unit: str = ""
    """Of quantities."""

    @property
    def holds(self) -> bool:
        return self.difference == 0

    @property
    def difference(self) -> int | None:
        return None if self.expected is None or self.actual is None else self.actual - self.expected


class Sheets(NamedTuple):
    """Totals of what was written to each sheet of details."""

    findings: WrittenTotals
    lines: WrittenTotals
    operations: WrittenTotals
    causes: WrittenTotals
    products: WrittenTotals
    open_items: WrittenTotals
    corrections: WrittenTotals
    chain: WrittenTotals
    drift: WrittenTotals


_LINES = {
    "matched": to_say("Sale lines, matched: control total = rows with that status"),
    "flagged": to_say("Sale lines, flagged: control total = rows with that status"),
    "unverified": to_say("Sale lines, unverified: control total = rows with that status + unreadable"),
    "untracked": to_say("Sale lines, untracked: control total = rows with that status"),
    "void": to_say("Sale lines, void: control total = rows with that status"),
}
_OPERATIONS = {
    "matched": to_say("Stock operations, matched: control total = rows with that status"),
    "flagged": to_say("Stock operations, flagged: control total = rows with that status"),
    "unverified": to_say("Stock operations, unverified: control total = rows with that status"),
    "repeated": to_say("Stock operations, repeated: control total = rows with that status"),
}
_SIDES = {
    "over": to_say("Value over: control total = sum of the values on Findings that count as over"),
    "under": to_say("Value under: control total = sum of the values on Findings that count as under"),
}


def checks(
    result: Result, ledger: Ledger, bridge: Bridge, chain: pd.DataFrame, sheets: Sheets
) -> list[Check]:
    """All checks of a workbook, in the order of the sheet. `chain`: `reconcile.analysis.stock_chain`."""
    return [
        *_counts(result, sheets),
        *_values(result, sheets),
        *_tie_outs(result, bridge, chain, sheets),
        *_open_items(ledger, sheets),
        *_corrections(ledger, result, sheets.corrections),
    ]


def _counts(result: Result, sheets: Sheets) -> Iterator[Check]:
    receipts, lines, operations = result.control.receipts, result.control.lines, result.control.operations
    listed, sold, operated = receipts["listed"], lines["total"], operations["total"]
    stated = to_say("Receipts: number stated by the list = different receipts listed")
    yield _count(stated, result.listed_total, result.listed)
    yield _count(to_say("Receipts: listed = sum of the classes"), listed, sum(receipts.values()) - listed)
    unreadable = int((result.quarantine["record"] == "line").sum())
    yield _count(to_say("Sale lines: total = sum of the classes"), sold, sum(lines.values()) - sold)
    rows = sheets.lines.rows + unreadable
    yield _count(to_say("Sale lines: total = rows on their sheet + unreadable"), sold, rows)
    for name, text in _LINES.items():
        rows = sheets.lines.by_label[name] + (unreadable if name == "unverified" else 0)
        yield _count(text, lines[name], rows)
    classes = sum(operations.values()) - operated
    yield _count(to_say("Stock operations: total = sum of the classes"), operated, classes)
    rows = sheets.operations.rows + operations["quarantined"]
    yield _count(to_say("Stock operations: total = rows on their sheet + quarantined"), operated, rows)
    for name, text in _OPERATIONS.items():
        yield _count(text, operations[name], sheets.operations.by_label[name])
    findings = len(result.findings)
    yield _count(to_say("Findings: total = findings on their sheet"), findings, sheets.findings.rows)


def _values(result: Result, sheets: Sheets) -> Iterator[Check]:
    value = result.control.value
    yield Check(
        to_say("Value written off: control total = sum of the column on Stock operations"),
        value["written_off"],
        sum(sheets.operations.amounts.values()),
    )
    yield Check(
        to_say("Value written off: control total = sum of the column on Unit costs"),
        value["written_off"],
        sum(sheets.drift.amounts.values()),
    )
    alone = total(result.operations["worth"].to_numpy()[result.operations["line"].to_numpy() < 0])
    yield Check(
        to_say("Value written off: control total = sum of the column on Sale lines + operations of no line"),
        value["written_off"],
        sum(sheets.lines.amounts.values()) + alone,
    )
    yield Check(
        to_say("Sales net of discounts: sum of the classes of lines = sum of the column on Sale lines"),
        sum(each.amount or 0 for each in coverage(result) if each.name not in OF_RECEIPTS),
        sum(sheets.lines.second_amounts.values()),
    )
    for side, text in _SIDES.items():
        yield Check(text, value[side], sheets.findings.amounts[side])
    goods = result.findings["value"][result.findings["is_goods"]]
    net = value["over"] + value["under"]
    yield Check(to_say("Net: over + under = sum of all values of goods"), net, sum_of_known(goods) or 0)


def _tie_outs(result: Result, bridge: Bridge, chain: pd.DataFrame, sheets: Sheets) -> Iterator[Check]:
    """Tie-outs of one sheet to another."""
    yield Check(
        to_say("Causes: value of the findings that have one = sum of the values on Causes"),
        sum_of_known(result.findings["value"][result.findings["cause"].notna()]) or 0,
        sum(sheets.causes.amounts.values()),
    )
    units = product_units(result)
    reached = chain["opening"] - chain["sold"] + chain["otherwise"] + chain["broken"]
    yield from _by_unit(
        to_say("Stock movement: opening − sold + other + broken = sum of the closing balances"),
        _sums(units_of(chain["product_id"], units), reached),
        sheets.chain,
    )
    if not any(result.rules[name].is_goods for name in result.not_run):
        found = sum(each.over + each.under for each in bridge.by_rule.values())
        yield Check(
            to_say("Products: over + under + rounding of the bridge = sum of the values"),
            found + bridge.rounding,
            sum(sheets.products.amounts.values()),
        )
        yield Check(
            to_say("Bridge: unexplained difference between receipts and warehouse = 0"), 0, bridge.rest
        )


def _sums(units: pd.Series[str], amounts: pd.Series[Any]) -> Counter[str]:
    """The sum of the known amounts by unit."""
    sums: Counter[str] = Counter()
    for unit, known in zip(units.tolist(), ints_or_none(amounts), strict=True):
        sums[unit] += known or 0
    return sums


def _by_unit(name: str, expected: Counter[str], written: WrittenTotals) -> Iterator[Check]:
    """A check for each unit; one without a unit where nothing has any."""
    for unit in sorted({*expected, *written.amounts} or {""}):
        yield Check(name, expected[unit], written.amounts[unit], unit)


def _open_items(ledger: Ledger, sheets: Sheets) -> Iterator[Check]:
    brought, new = len(ledger.selected(opening=BROUGHT_FORWARD)), len(ledger.selected(opening=NEW))
    cleared, previous = len(ledger.selected(closing=CLEARED)), ledger.previous
    stated = None if previous is None else previous.carried_forward
    if stated is None:
        stated = 0 if previous is None else len(previous.carried)
    yield _count(
        to_say("Open items: carried forward by the earlier workbook = brought forward by this one"),
        stated,
        brought,
    )
    yield _count(
        to_say("Open items: earlier workbooks that could not be read = 0"), 0, len(ledger.unreadable)
    )
    yield _count(
        to_say("Open items: cells of earlier workbooks that could not be read = 0"),
        0,
        len(ledger.unreadable_cells),
    )
    yield _count(
        to_say("Open items: explained without a comment, or corrected without a reason = 0"),
        0,
        sum(not item.is_supported for item in ledger.open_items),
    )
    yield _count(
        to_say("Open items: brought forward + new − cleared = rows carried forward"),
        brought + new - cleared,
        sheets.open_items.by_label[CARRIED_FORWARD],
    )


def _corrections(ledger: Ledger, result: Result, written: WrittenTotals) -> Iterator[Check]:
    found = corrections(ledger, result.rules)
    goods = [item for item in ledger.selected(closing=CARRIED_FORWARD) if item.counts_as in (OVER, UNDER)]
    left_out = {item.id for items in found.left_out.values() for item in items}
    yield Check(
        to_say("Corrections: open items over and under, without those left out = − sum of the amounts"),
        sum(item.value or 0 for item in goods if item.id not in left_out),
        -sum(written.amounts.values()),
    )


def _count(name: str, expected: int | None, actual: int) -> Check:
    return Check(name, None if expected is None else expected * MICRO, actual * MICRO)


_COLUMNS = (
    Column("Check", "name", long_translated, min_width=44, max_width=44),
    Column("Unit", "unit"),
    Column("Expected", "expected", amount, min_width=16),
    Column("Actual", "actual", amount, min_width=16),
    Column("Difference", "difference", amount),
    Column("Result", "result", label),
)


def checks_table(made: list[Check], context: WorkbookContext) -> Table:
    """One row per check."""
    rows = [
        (
            check.name,
            check.unit,
            check.expected,
            check.actual,
            check.difference,
            to_say("OK") if check.holds else to_say("CHECK"),
        )
        for check in made
    ]
    return Table(context, "Checks", _COLUMNS, frame_of(_COLUMNS, rows))
