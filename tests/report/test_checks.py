"""The workbook's checks: each of them can fail, then it fails alone, and the workbook shows it."""

from __future__ import annotations

import copy
import dataclasses
from collections import deque
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pytest
from openpyxl import Workbook

from reconcile.analysis.bridge import Bridge, bridge
from reconcile.analysis.stock_chain import stock_chain
from reconcile.engine.result import Result
from reconcile.ledger.item import BROUGHT_FORWARD
from reconcile.ledger.ledger import Ledger
from reconcile.ledger.ledger import Workbook as EarlierWorkbook
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.styles import StyleRegistry
from reconcile.report.sheets.checks import Sheets, checks
from reconcile.report.workbook import proven_sheets
from tests.given.demo_day import demo_book, demo_result
from tests.given.workbook_reading import ledger_of, table, words, written


class Day(NamedTuple):
    """A day as the checks see it: what was judged and what was written."""

    result: Result
    ledger: Ledger
    bridge: Bridge
    chain: pd.DataFrame
    sheets: Sheets


def demo_day() -> Day:
    """The demo, and what its sheets of details hold; the sheets new each time, for a test to spoil."""
    day = untouched_day()
    return day._replace(sheets=copy.deepcopy(day.sheets))


@cache
def untouched_day() -> Day:
    result = demo_result()
    ledger = ledger_of(result)
    chain = stock_chain(result.operations)
    proven, _ = proven_sheets(result, ledger, chain, WorkbookContext())
    encoder = CellEncoder(StyleRegistry(Workbook()))
    for sheet in proven.values():
        deque(sheet.rows(encoder), maxlen=0)
    written = {name: sheet.tables[-1].written for name, sheet in proven.items()}
    return Day(result, ledger, bridge(result), chain, Sheets(**written))


@pytest.fixture
def demo() -> Result:
    return demo_result()


def failing(day: Day) -> list[str]:
    return [check.name for check in checks(*day) if not check.holds]


def shown_failing(book: Any) -> list[str]:
    """The checks that the workbook says fail."""
    return [row["Check"] for row in table(book, "Checks") if row["Result"] == "CHECK"]


def controlled(result: Result, part: str, name: str, more: int = 1) -> Result:
    """The result with one control total that is too high."""
    counts = {**getattr(result.control, part)}
    counts[name] += more
    return dataclasses.replace(result, control=dataclasses.replace(result.control, **{part: counts}))


Spoil = Callable[[Day], Day]
"""Makes one number wrong."""


def list_says_more(day: Day) -> Day:
    listed = (day.result.listed_total or 0) + 1
    return day._replace(result=dataclasses.replace(day.result, listed_total=listed))


def class_too_high(day: Day) -> Day:
    return day._replace(result=controlled(day.result, "receipts", "open"))


def total_too_high(part: str) -> Spoil:
    """On the sheet as well, so that only the classes tell."""

    def spoil(day: Day) -> Day:
        getattr(day.sheets, part).rows += 1
        return day._replace(result=controlled(day.result, part, "total"))

    return spoil


def row_lost(part: str) -> Spoil:
    def spoil(day: Day) -> Day:
        getattr(day.sheets, part).rows -= 1
        return day

    return spoil


def status_wrong(part: str, status: str) -> Spoil:
    def spoil(day: Day) -> Day:
        getattr(day.sheets, part).by_label[status] += 1
        return day

    return spoil


def cell_wrong(part: str, label: str) -> Spoil:
    """By a millionth."""

    def spoil(day: Day) -> Day:
        getattr(day.sheets, part).amounts[label] += 1
        return day

    return spoil


def sale_wrong(day: Day) -> Day:
    """By a millionth."""
    day.sheets.lines.second_amounts["matched"] += 1
    return day


def written_off_too_high(day: Day) -> Day:
    return day._replace(result=controlled(day.result, "value", "written_off"))


def value_wrong(day: Day) -> Day:
    """A finding's value that changed after the control totals were made."""
    findings = day.result.findings.copy()
    no_cause = findings["cause"].isna() & findings["value"].notna()
    goods = findings.index[findings["is_goods"] & no_cause]
    findings.loc[goods[0], "value"] += 1
    return day._replace(result=dataclasses.replace(day.result, findings=findings))


def bridge_broken(day: Day) -> Day:
    return day._replace(bridge=dataclasses.replace(day.bridge, sold=day.bridge.sold + 1))


def one_not_brought_forward(day: Day) -> Day:
    """The earlier workbook says that it had two items, and one of them got lost."""
    first, *rest = day.ledger.open_items
    brought = first._replace(opening=BROUGHT_FORWARD)
    earlier = EarlierWorkbook("2026-01-18.xlsx", date(2026, 1, 18), carried=[first], carried_forward=2)
    return day._replace(ledger=dataclasses.replace(day.ledger, open_items=(brought, *rest), previous=earlier))


def one_unreadable(day: Day) -> Day:
    return day._replace(ledger=dataclasses.replace(day.ledger, unreadable=("2026-01-18.xlsx",)))


def one_cell_unreadable(day: Day) -> Day:
    return day._replace(
        ledger=dataclasses.replace(day.ledger, unreadable_cells=("2026-01-18.xlsx, cell B5",))
    )


def one_unsupported(day: Day) -> Day:
    """Explained, and nobody says how."""
    first, *rest = day.ledger.open_items
    items = (first._replace(is_supported=False), *rest)
    return day._replace(ledger=dataclasses.replace(day.ledger, open_items=items))


LINE_STATUSES = ("matched", "flagged", "untracked", "void")
OPERATION_STATUSES = ("matched", "flagged", "unverified", "repeated")
SPOILT: dict[str, Spoil] = {
    "Receipts: number stated by the list = different receipts listed": list_says_more,
    "Receipts: listed = sum of the classes": class_too_high,
    "Sale lines: total = sum of the classes": total_too_high("lines"),
    "Sale lines: total = rows on their sheet + unreadable": row_lost("lines"),
    **{
        f"Sale lines, {name}: control total = rows with that status": status_wrong("lines", name)
        for name in LINE_STATUSES
    },
    "Sale lines, unverified: control total = rows with that status + unreadable": status_wrong(
        "lines", "unverified"
    ),
    "Stock operations: total = sum of the classes": total_too_high("operations"),
    "Stock operations: total = rows on their sheet + quarantined": row_lost("operations"),
    **{
        f"Stock operations, {name}: control total = rows with that status": status_wrong("operations", name)
        for name in OPERATION_STATUSES
    },
    "Findings: total = findings on their sheet": row_lost("findings"),
    "Value written off: control total = sum of the column on Stock operations": cell_wrong(
        "operations", "matched"
    ),
    "Value written off: control total = sum of the column on Unit costs": cell_wrong("drift", "Main Storage"),
    "Value written off: control total = sum of the column on Sale lines + operations of no line": cell_wrong(
        "lines", "matched"
    ),
    "Sales net of discounts: sum of the classes of lines = sum of the column on Sale lines": sale_wrong,
    "Value over: control total = sum of the values on Findings that count as over": cell_wrong(
        "findings", "over"
    ),
    "Value under: control total = sum of the values on Findings that count as under": cell_wrong(
        "findings", "under"
    ),
    "Net: over + under = sum of all values of goods": value_wrong,
    "Causes: value of the findings that have one = sum of the values on Causes": cell_wrong(
        "causes", "Error"
    ),
    "Products: over + under + rounding of the bridge = sum of the values": cell_wrong("products", "kg"),
    "Stock movement: opening − sold + other + broken = sum of the closing balances": cell_wrong(
        "chain", "kg"
    ),
    "Bridge: unexplained difference between receipts and warehouse = 0": bridge_broken,
    "Open items: carried forward by the earlier workbook = brought forward by this one": one_not_brought_forward,
    "Open items: earlier workbooks that could not be read = 0": one_unreadable,
    "Open items: cells of earlier workbooks that could not be read = 0": one_cell_unreadable,
    "Open items: explained without a comment, or corrected without a reason = 0": one_unsupported,
    "Corrections: open items over and under, without those left out = − sum of the amounts": cell_wrong(
        "corrections", "Proposed"
    ),
    "Open items: brought forward + new − cleared = rows carried forward": status_wrong(
        "open_items", "carried forward"
    ),
}


def test_every_check_is_spoilt_below() -> None:
    """A new check needs a way to make it fail; on the demo all hold."""
    day = demo_day()
    assert {check.name for check in checks(*day)} == set(SPOILT)
    assert failing(day) == []


@pytest.mark.parametrize("name", SPOILT)
def test_a_check_can_fail_and_fails_alone(name: str) -> None:
    """One wrong number, by one row or one millionth, shows in the check that is for it and in no other."""
    assert failing(SPOILT[name](demo_day())) == [name]


def test_a_check_that_cannot_be_made_does_not_hold() -> None:
    """Without the list's own count nobody knows whether all receipts were had."""
    day = demo_day()
    (only,) = failing(day._replace(result=dataclasses.replace(day.result, listed_total=None)))
    assert only.startswith("Receipts: number stated by the list")


def test_all_checks_of_the_demo_hold() -> None:
    """Each is shown with both of its sides."""
    rows = table(demo_book(), "Checks")
    assert len({(row["Check"], row["Unit"]) for row in rows}) == len(rows) == 36
    assert {row["Result"] for row in rows} == {"OK"}


@pytest.mark.parametrize("part", ["receipts", "lines", "operations"])
def test_a_total_that_is_off_fails_its_checks(demo: Result, tmp_path: Path, part: str) -> None:
    """A class counted wrong shows in its sum and in its rows, and the Summary says that checks fail."""
    whole = "listed" if part == "receipts" else "total"
    name = "open" if part == "receipts" else "matched"
    book = written(controlled(demo, part, name), tmp_path / "wrong.xlsx")
    shown = shown_failing(book)
    assert any(f"{whole} = sum of the classes" in check for check in shown)
    assert all(f"{whole} =" in check or name in check for check in shown)
    assert "fail: start there" in words(book, "Summary")


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        ("Receipts: number stated by the list = different receipts listed", list_says_more),
        ("Value written off", written_off_too_high),
    ],
)
def test_the_workbook_shows_the_checks_that_fail_and_no_other(
    tmp_path: Path, check: str, spoil: Spoil
) -> None:
    """Each proof points at itself only; of the value written off there are three."""
    book = written(spoil(demo_day()).result, tmp_path / "wrong.xlsx")
    named = [row["Check"] for row in table(book, "Checks") if row["Check"].startswith(check)]
    assert shown_failing(book) == named


def test_a_value_on_the_wrong_side_fails_both_sides_and_not_the_net(demo: Result, tmp_path: Path) -> None:
    """Over and under are proven one by one: an error that cancels out in the net is seen."""
    wrong = controlled(controlled(demo, "value", "over", 5), "value", "under", -5)
    shown = shown_failing(written(wrong, tmp_path / "wrong.xlsx"))
    assert [check.partition(":")[0] for check in shown] == ["Value over", "Value under"]
