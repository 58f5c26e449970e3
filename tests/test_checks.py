"""The workbook's checks: each of them can fail, then it fails alone, and the workbook shows it."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from reconcile.evidence import read_evidence
from reconcile.pipeline import reconcile
from reconcile.report.causes import causes_sheet
from reconcile.report.cells import Ink
from reconcile.report.checks import Sheets, checks
from reconcile.report.details import findings_in_order, findings_sheet, lines_sheet, operations_sheet
from reconcile.report.ingredients import ingredients_sheet
from reconcile.report.sheet import Sheet
from reconcile.report.styles import Stylebook
from reconcile.report.table import Written
from reconcile.result import Result
from reconcile.settings import Settings
from rules import GOODS_RULES
from tests.workbook_reading import table, words, written

DEMO = Path(__file__).parent.parent / "fixtures" / "demo-2026-01-19.evidence.jsonl"


def demo_day() -> tuple[Result, Sheets]:
    """The demo, and what its sheets of details hold; new each time, for a test to spoil."""
    result = reconcile(read_evidence(DEMO), Settings())
    findings = findings_sheet(findings_in_order(result.findings, result.causes), {}, "", None)
    places = dict.fromkeys(result.causes["id"], "")
    ink = Ink(Stylebook(Workbook()))

    def counted(sheet: Sheet) -> Written:
        deque(sheet.rows(ink), maxlen=0)
        return sheet.tables[0].written

    return result, Sheets(
        counted(findings),
        counted(lines_sheet(result, "", None)),
        counted(operations_sheet(result, "", None)),
        counted(causes_sheet(result.causes, {}, places, "", None)),
        counted(ingredients_sheet(result, "", None)),
    )


@pytest.fixture(scope="module")
def demo() -> Result:
    return demo_day()[0]


def failing(result: Result, sheets: Sheets) -> list[str]:
    return [check.name for check in checks(result, sheets) if not check.holds]


def shown_failing(book: Any) -> list[str]:
    """The checks that the workbook says do not hold."""
    return [row["Check"] for row in table(book, "Checks") if row["Result"] == "CHECK"]


def controlled(result: Result, part: str, name: str, more: int = 1) -> Result:
    """The result with one control total that is too high."""
    counts = {**getattr(result.control, part)}
    counts[name] += more
    return dataclasses.replace(result, control=dataclasses.replace(result.control, **{part: counts}))


Spoil = Callable[[Result, Sheets], Result]
"""Makes one number wrong; gives the result, changed or not."""


def list_says_more(result: Result, _: Sheets) -> Result:
    return dataclasses.replace(result, listed_total=(result.listed_total or 0) + 1)


def class_too_high(result: Result, _: Sheets) -> Result:
    return controlled(result, "receipts", "open")


def total_too_high(part: str) -> Spoil:
    """On the sheet as well, so that only the classes tell."""

    def spoil(result: Result, sheets: Sheets) -> Result:
        getattr(sheets, part).rows += 1
        return controlled(result, part, "total")

    return spoil


def row_lost(part: str) -> Spoil:
    def spoil(result: Result, sheets: Sheets) -> Result:
        getattr(sheets, part).rows -= 1
        return result

    return spoil


def status_wrong(part: str, status: str) -> Spoil:
    def spoil(result: Result, sheets: Sheets) -> Result:
        getattr(sheets, part).by_label[status] += 1
        return result

    return spoil


def cell_wrong(part: str, label: str) -> Spoil:
    """By a millionth."""

    def spoil(result: Result, sheets: Sheets) -> Result:
        getattr(sheets, part).amounts[label] += 1
        return result

    return spoil


def written_off_too_high(result: Result, _: Sheets) -> Result:
    return controlled(result, "value", "written_off")


def value_wrong(result: Result, _: Sheets) -> Result:
    """A finding's value that changed after the control totals were made."""
    findings = result.findings.copy()
    no_cause = findings["cause"].isna() & findings["value"].notna()
    goods = findings.index[findings["rule"].isin(GOODS_RULES) & no_cause]
    findings.loc[goods[0], "value"] += 1
    return dataclasses.replace(result, findings=findings)


LINE_STATUSES = ("matched", "flagged", "unverified", "untracked", "void")
OPERATION_STATUSES = ("matched", "flagged", "unverified", "repeated")
SPOILT: dict[str, Spoil] = {
    "Receipts: what the list said there are = different receipts listed": list_says_more,
    "Receipts: listed = sum of the classes": class_too_high,
    "Sale lines: total = sum of the classes": total_too_high("lines"),
    "Sale lines: total = rows on their sheet + unreadable": row_lost("lines"),
    **{f"Sale lines, {name} = rows with that status": status_wrong("lines", name) for name in LINE_STATUSES},
    "Stock operations: total = sum of the classes": total_too_high("operations"),
    "Stock operations: total = rows on their sheet + quarantined": row_lost("operations"),
    **{
        f"Stock operations, {name} = rows with that status": status_wrong("operations", name)
        for name in OPERATION_STATUSES
    },
    "Findings: total = rows on their sheet": row_lost("findings"),
    "Value written off: control total = sum of the column on Stock operations": cell_wrong(
        "operations", "matched"
    ),
    "Value over: control total = sum of the values on Findings that count as over": cell_wrong(
        "findings", "over"
    ),
    "Value under: control total = sum of the values on Findings that count as under": cell_wrong(
        "findings", "under"
    ),
    "Causes: value of the findings that have one = sum of the values on Causes": cell_wrong(
        "causes", "Error"
    ),
    "Ingredients: written off for dishes of known recipe, all units together = sum of the column": cell_wrong(
        "ingredients", "Main Storage"
    ),
    "Net: over + under = sum of all values of goods": value_wrong,
}


def test_every_check_is_spoilt_below() -> None:
    """A new check needs a way to make it fail; on the demo all hold."""
    result, sheets = demo_day()
    assert [check.name for check in checks(result, sheets)] == list(SPOILT)
    assert failing(result, sheets) == []


@pytest.mark.parametrize("name", SPOILT)
def test_a_check_can_fail_and_fails_alone(name: str) -> None:
    """One wrong number, by one row or one millionth, shows in the check that is for it and in no other."""
    result, sheets = demo_day()
    assert failing(SPOILT[name](result, sheets), sheets) == [name]


def test_a_check_that_cannot_be_made_does_not_hold() -> None:
    """Without the list's own count nobody knows whether all receipts were had."""
    result, sheets = demo_day()
    (only,) = failing(dataclasses.replace(result, listed_total=None), sheets)
    assert only.startswith("Receipts: what the list said")


def test_all_checks_of_the_demo_hold(demo: Result, tmp_path: Path) -> None:
    """Each is shown with both of its sides."""
    rows = table(written(demo, tmp_path / "demo.xlsx"), "Checks")
    assert len(rows) == 22
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
    assert "do not hold" in words(book, "Summary")


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        ("Receipts: what the list said there are = different receipts listed", list_says_more),
        (
            "Value written off: control total = sum of the column on Stock operations",
            written_off_too_high,
        ),
    ],
)
def test_the_workbook_shows_the_one_check_that_fails(tmp_path: Path, check: str, spoil: Spoil) -> None:
    """Each proof points at itself only."""
    book = written(spoil(*demo_day()), tmp_path / "wrong.xlsx")
    assert shown_failing(book) == [check]


def test_a_value_on_the_wrong_side_fails_both_sides_and_not_the_net(demo: Result, tmp_path: Path) -> None:
    """Over and under are proven one by one: an error that cancels out in the net is seen."""
    wrong = controlled(controlled(demo, "value", "over", 5), "value", "under", -5)
    shown = shown_failing(written(wrong, tmp_path / "wrong.xlsx"))
    assert [check.partition(":")[0] for check in shown] == ["Value over", "Value under"]
