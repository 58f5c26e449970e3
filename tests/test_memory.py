"""What people write into workbooks is carried on, day after day; and their files are never touched."""

from __future__ import annotations

import copy
import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from reconcile.evidence import Evidence
from reconcile.exact import known
from reconcile.items import reconciling_items
from reconcile.language import language
from reconcile.memory import Ledger
from reconcile.pipeline import Output, reconcile, report
from reconcile.remember import remember
from reconcile.settings import Settings
from tests.random_days import RandomDay, build
from tests.workbook_lint import problems
from tests.workbook_reading import table

FIRST, SECOND, THIRD = (date(2026, 1, day) for day in (19, 20, 21))


def day_of(*faults: str) -> RandomDay:
    """Four sales of one of 31042 each, at 8000; a fault on each of the first ones."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 4)
    for receipt, fault in enumerate(faults, 1):
        operation = day.operations[receipt][0]
        if fault == "missing":
            day.operations[receipt] = []
        if fault in ("twice", "thrice"):
            amount = 2 if fault == "twice" else 3
            operation |= {"quantity": amount, "total_cost": 8000 * amount}
            operation["after_quantity"] = operation["before_quantity"] - amount
        if fault == "free":
            operation |= {"cost": 0, "total_cost": 0}
    return day


def evidence_of(day: RandomDay, on: date) -> Evidence:
    """The same sales on another day: other receipts, other ids, other times."""
    shift = (on - FIRST).days
    moved = copy.deepcopy(day)
    receipts, operations = [], {}
    for receipt in moved.receipts:
        key = receipt["id"] + 100 * shift
        for line in receipt["receipt_products"]:
            line |= {"id": line["id"] + 10_000 * shift, "receipt_id": key}
        for operation in moved.operations[receipt["id"]]:
            operation |= {
                "id": operation["id"] + 10_000 * shift,
                "receipt_id": key,
                "receipt_product_id": operation["receipt_product_id"] + 10_000 * shift,
                "operated_at": operation["operated_at"].replace(f"{FIRST}", f"{on}"),
            }
        operations[key] = moved.operations[receipt["id"]]
        times = {
            name: value.replace(f"{FIRST}", f"{on}")
            for name, value in receipt.items()
            if isinstance(value, str) and f"{FIRST}" in value
        }
        receipts.append(receipt | times | {"id": key})
    made = dataclasses.replace(moved, receipts=receipts, operations=operations).evidence()
    return dataclasses.replace(made, header=dataclasses.replace(made.header, date=on))


def run(folder: Path, on: date, *faults: str, lang: str = "en") -> Path:
    """A day reconciled into the folder; its workbook."""
    result = reconcile(evidence_of(day_of(*faults), on), Settings())
    path = report(result, Output(folder, language(lang))).paths[0]
    assert problems(path) == []
    return path


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    return table(openpyxl.load_workbook(path), sheet)


def answer(path: Path, receipt: int, status: str, comment: str = "", sheet: str = "Findings") -> bytes:
    """A person opens the workbook, answers an item, and saves; the bytes of what he saved."""
    book = openpyxl.load_workbook(path)
    page: Any = book[sheet]
    header = next(row for row in page.iter_rows() if any(cell.value == "Status" for cell in row))
    places = {cell.value: cell.column for cell in header}
    (row,) = [
        row
        for row in page.iter_rows(min_row=header[0].row + 1)
        if row[places["Receipt"] - 1].value == str(receipt) and row[places["Severity"] - 1].value != "Info"
    ]
    page.cell(row[0].row, places["Status"]).value = status
    page.cell(row[0].row, places["Comment"]).value = comment
    book.save(path)
    return path.read_bytes()


def moves(path: Path) -> dict[int, tuple[str, str, int]]:
    """Of each open item, by its receipt: how it came, how it is left, and its age."""
    return {
        int(row["Receipt"]): (row["Came as"], row["Left as"], row["Age, days"])
        for row in rows(path, "Open items")
    }


def roll_forward(path: Path) -> list[int | None]:
    """Brought forward, new, (revalued), cleared, carried forward."""
    return [row["Number"] for row in table(openpyxl.load_workbook(path), "Summary", "tblRollForward")]


def test_three_days_with_a_persons_answers_between_them(tmp_path: Path) -> None:
    """Carried, cleared, aged; and the file that the person saved is the same to the byte."""
    first = run(tmp_path, FIRST, "missing", "twice", "twice")
    assert roll_forward(first) == [0, 3, None, 0, 3]
    saved = answer(first, 1, "Explained", "given to the staff")
    second = run(tmp_path, SECOND, "missing")
    assert first.read_bytes() == saved
    assert roll_forward(second) == [3, 1, None, 1, 3]
    assert moves(second) == {
        1: ("brought forward", "cleared", 1),
        2: ("brought forward", "carried forward", 1),
        3: ("brought forward", "carried forward", 1),
        101: ("new", "carried forward", 0),
    }
    (cleared,) = [row for row in rows(second, "Open items") if row["Left as"] == "cleared"]
    assert (cleared["Status"], cleared["Comment"]) == ("Explained", "given to the staff")
    kept = answer(second, 2, "Corrected", "stock-take", sheet="Open items")
    third = run(tmp_path, THIRD)
    assert (first.read_bytes(), second.read_bytes()) == (saved, kept)
    assert roll_forward(third) == [3, 0, None, 1, 2]
    assert moves(third) == {
        2: ("brought forward", "cleared", 2),
        3: ("brought forward", "carried forward", 2),
        101: ("brought forward", "carried forward", 1),
    }


def test_a_day_run_again_keeps_the_answers_and_the_signed_file(tmp_path: Path) -> None:
    first = run(tmp_path, FIRST, "missing", "twice")
    saved = answer(first, 2, "Explained", "a double portion")
    again = run(tmp_path, FIRST, "missing", "twice")
    assert again.name == "2026-01-19-r2.xlsx"
    assert first.read_bytes() == saved
    told = {row["Receipt"]: (row["Status"], row["Comment"]) for row in rows(again, "Findings")}
    assert told["2"] == ("Explained", "a double portion")
    assert told["1"] == ("Open", None)
    assert run(tmp_path, FIRST, "missing", "twice") == again, (
        "nobody wrote into the second: it is written again"
    )


def test_what_a_day_run_again_no_longer_finds_is_cleared(tmp_path: Path) -> None:
    """Only where that day is whole: what was not judged is not gone."""
    run(tmp_path, FIRST, "missing", "twice")
    run(tmp_path, SECOND)
    run(tmp_path, FIRST, "", "twice")
    third = run(tmp_path, THIRD)
    assert moves(third)[1] == ("brought forward", "cleared", 2)
    (gone,) = [row for row in rows(third, "Open items") if row["Left as"] == "cleared"]
    assert gone["Because"] == "its own day, run again, no longer finds it"
    assert moves(third)[2] == ("brought forward", "carried forward", 2)


def test_explained_facts_that_changed_are_open_again(tmp_path: Path) -> None:
    """And the workbook says what they were."""
    first = run(tmp_path, FIRST, "twice")
    answer(first, 1, "Explained", "a double portion")
    again = run(tmp_path, FIRST, "thrice")
    (row,) = [row for row in rows(again, "Findings") if row["Severity"] == "Error"]
    assert (row["Status"], row["Comment"]) == ("Open", "a double portion")
    assert row["Since it was answered"] == "Open again; it was Explained; found was 2; value was 8,000"


def test_a_warning_that_repeats_is_one_item_and_stays_explained(tmp_path: Path) -> None:
    """Tomorrow's operations are others; the product, the stock and the cost of nothing are the same."""
    first = run(tmp_path, FIRST, "free", "free")
    (row,) = [row for row in rows(first, "Findings") if row["Rule name"] == "zero-cost"]
    assert row["How many"] == 2
    answer(first, int(row["Receipt"]), "Explained", "a free sample")
    second = run(tmp_path, SECOND, "free", "free", "free")
    (row,) = [row for row in rows(second, "Findings") if row["Rule name"] == "zero-cost"]
    assert (row["How many"], row["Status"], row["Comment"]) == (3, "Explained", "a free sample")
    third = run(tmp_path, THIRD, "free")
    (row,) = [row for row in rows(third, "Findings") if row["Rule name"] == "zero-cost"]
    assert (row["Status"], row["Comment"]) == ("Explained", "a free sample")


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_the_workbooks_may_be_in_different_languages(tmp_path: Path, lang: str) -> None:
    run(tmp_path, FIRST, "missing", "twice", lang=lang)
    second = run(tmp_path, SECOND)
    assert roll_forward(second) == [2, 0, None, 0, 2]
    assert moves(second)[1] == ("brought forward", "carried forward", 1)


def test_an_answer_in_an_older_workbook_counts_too(tmp_path: Path) -> None:
    """Written into the first day's file after the second day's was made."""
    first = run(tmp_path, FIRST, "missing")
    run(tmp_path, SECOND)
    answer(first, 1, "Corrected", "written off by hand")
    third = run(tmp_path, THIRD)
    assert moves(third)[1] == ("brought forward", "cleared", 2)


def test_an_answer_that_is_taken_back_is_taken_back_for_good(tmp_path: Path) -> None:
    """Carried into a later workbook and set to Open there, the older word is not asked again."""
    answer(run(tmp_path, FIRST, "missing", "free"), 2, "Explained", "a gift")
    second = run(tmp_path, SECOND, "", "free")
    (carried,) = [row for row in rows(second, "Findings") if row["Severity"] == "Warning"]
    assert (carried["Status"], carried["Answered in"]) == ("Explained", "2026-01-19.xlsx")
    answer(second, 102, "Open", "none was given")
    third = run(tmp_path, THIRD, "", "free")
    (again,) = [row for row in rows(third, "Findings") if row["Severity"] == "Warning"]
    assert (again["Status"], again["Comment"], again["Answered in"]) == ("Open", "none was given", None)
    fourth = run(tmp_path, date(2026, 1, 22), "", "free")
    assert [row["Status"] for row in rows(fourth, "Findings") if row["Severity"] == "Warning"] == ["Open"]


def test_an_item_that_was_cleared_by_mistake_is_brought_forward_again(tmp_path: Path) -> None:
    """It stands among the open items of the day that cleared it: set to Open there, it lives on, with its age."""
    answer(run(tmp_path, FIRST, "missing"), 1, "Corrected")
    second = run(tmp_path, SECOND)
    assert moves(second) == {1: ("brought forward", "cleared", 1)}
    answer(second, 1, "Open", "not in the stock-take", sheet="Open items")
    third = run(tmp_path, THIRD)
    assert moves(third) == {1: ("brought forward", "carried forward", 2)}
    assert roll_forward(third) == [1, 0, None, 0, 1]
    assert {row["Result"] for row in rows(third, "Checks")} == {"OK"}


def test_a_word_of_his_own_settles_nothing_and_is_kept(tmp_path: Path) -> None:
    first = run(tmp_path, FIRST, "missing")
    answer(first, 1, "Done?", "ask Leyla")
    second = run(tmp_path, SECOND)
    (row,) = rows(second, "Open items")
    assert (row["Status"], row["Comment"], row["Left as"]) == ("Open", "Done? ask Leyla", "carried forward")


def test_a_workbook_that_cannot_be_read_is_said_and_the_one_before_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(tmp_path, FIRST, "missing")
    run(tmp_path, SECOND).write_bytes(b"no workbook")
    ledger = ledger_on(tmp_path, THIRD)
    assert ledger.previous is not None
    assert ledger.previous.name == "2026-01-19.xlsx"
    assert ledger.unreadable == ("2026-01-20.xlsx",)
    assert "2026-01-20.xlsx can't be read back" in caplog.text


def ledger_on(folder: Path, on: date) -> Ledger:
    return remember(reconcile(evidence_of(day_of(), on), Settings()), folder)


def test_sorted_renamed_and_rearranged_it_is_still_read(tmp_path: Path) -> None:
    """Tables are known by their headers, wherever a person put them."""
    first = run(tmp_path, FIRST, "missing", "twice")
    book = openpyxl.load_workbook(first)
    page = book["Open items"]
    page.title = "My list"
    page.insert_rows(1, 2)
    page.insert_cols(1)
    book.move_sheet(page, -3)
    book.save(first)
    assert {item.receipt_id for item in ledger_on(tmp_path, SECOND).some(closing="carried forward")} == {1, 2}


def test_demo_venue_and_other_files_are_not_mixed_up(tmp_path: Path) -> None:
    """Only workbooks of the same venue are remembered."""
    first = run(tmp_path, FIRST, "missing")
    for name in ("demo-2026-01-19.xlsx", "2026-01-19-venue-3.xlsx", "2026-02-31.xlsx", "x2026-01-19.xlsx"):
        (tmp_path / name).write_bytes(first.read_bytes())
    first.unlink()
    assert ledger_on(tmp_path, SECOND).previous is None


def test_values_that_repeat_add_up_or_are_unknown_and_never_wrap() -> None:
    """Two of six trillions are more than a cell's counter holds."""
    result = reconcile(evidence_of(day_of("free", "free"), FIRST), Settings())
    findings = result.findings[result.findings["rule"] == "zero-cost"]
    for value, sum_ in ((4 * 10**18, 8 * 10**18), (6 * 10**18, None)):
        (item,) = reconciling_items(findings.assign(value=known([value] * 2)), result.causes).to_dict(
            "records"
        )
        assert item["count"] == 2
        assert (None if item["value"] is pd.NA else item["value"]) == sum_
