"""What a person may answer to an item, where, and how long it holds."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.language.translate import language
from reconcile.ledger.item import CLEARING, REASONS, STATUSES
from reconcile.settings.model import Settings
from tests.given.answered_days import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    answer_cause,
    change,
    ledger_on,
    moves,
    pilaf_with_too_much_rice,
    rows,
    run,
)
from tests.given.demo_day import demo_book
from tests.given.dish_records import FLOUR, LAMB, PILAF, DishDay
from tests.given.workbook_reading import table


def test_no_item_has_two_cells_for_a_status() -> None:
    """Open items and Causes alone are answered; each item stands once on Open items."""
    book: Any = demo_book()
    with_status = [
        page.title
        for page in book
        if any(cell.value == "Status" for name in page.tables.values() for cell in page[name.ref][0])
        and page.data_validations.dataValidation
    ]
    assert with_status == ["Open items", "Causes"]
    ids = [row["Finding id"] for row in table(book, "Open items")]
    assert len(ids) == len(set(ids))
    assert not {"High", "Normal"} ^ {row["Priority"] for row in table(book, "Open items")}, "no note"


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_carried_until_it_closes_the_item(tmp_path: Path, status: str) -> None:
    """With its reason, owner, due day and comment."""
    path = run(tmp_path, FIRST, "missing")
    due = datetime(2026, 1, 23)  # noqa: DTZ001  a day has no zone
    answer(path, 1, STATUSES[status], "by Friday", reason="Recipe", owner="Aygün", due=due)
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert item.answer == (status, "recipe", "Aygün", date(2026, 1, 23), "by Friday")
    assert item.closing == ("cleared" if status in CLEARING else "carried forward")
    (row,) = rows(run(tmp_path, SECOND), "Open items")
    assert (row["Status"], row["Reason"], row["Owner"]) == (STATUSES[status], "Recipe", "Aygün")
    assert (row["Due"].date(), row["Comment"]) == (date(2026, 1, 23), "by Friday")


@pytest.mark.parametrize(
    ("status", "comment", "reason", "holds"),
    [
        ("Explained", "", "Recipe", False),
        ("Explained", "a gift", "", True),
        ("Corrected", "done", "", False),
        ("Corrected", "", "Timing", True),
        ("Asked", "", "", True),
    ],
)
def test_an_answer_that_closes_an_item_says_why(
    tmp_path: Path, status: str, comment: str, reason: str, holds: bool
) -> None:
    """Explained by a comment, Corrected by a reason; else a check fails the next day, and the item is closed still."""
    answer(run(tmp_path, FIRST, "missing"), 1, status, comment, reason=reason)
    failing = [row["Check"] for row in rows(run(tmp_path, SECOND), "Checks") if row["Result"] != "OK"]
    check = "Open items: explained without a comment, or corrected without a reason = 0"
    assert failing == ([] if holds else [check])
    assert moves(tmp_path / f"{SECOND}.xlsx")[1][1] == ("carried forward" if status == "Asked" else "cleared")


@pytest.mark.parametrize(
    ("header", "value", "comment"),
    [
        ("Reason", "the cook", "the cook ask Leyla"),
        ("Due", "Friday", "ask Leyla Friday"),
        ("Status", "later", "later ask Leyla"),
    ],
)
def test_what_is_none_of_the_choices_becomes_part_of_the_comment(
    tmp_path: Path, header: str, value: str, comment: str
) -> None:
    path = run(tmp_path, FIRST, "missing")
    answer(path, 1, "Asked", "ask Leyla")
    change(path, "Open items", header, value)
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert (item.answer.reason, item.answer.due, item.answer.comment) == ("", None, comment)


@pytest.mark.parametrize("lang", ["az", "ru"])
def test_choices_are_known_in_any_language(tmp_path: Path, lang: str) -> None:
    """Written by hand in one language into a workbook of another."""
    say = language(lang).say
    answer(run(tmp_path, FIRST, "missing"), 1, say("To correct"), "", reason=say(REASONS["staff-meal"]))
    (item,) = ledger_on(tmp_path, SECOND).open_items
    assert (item.answer.status, item.answer.reason) == ("to-correct", "staff-meal")


def test_value_is_difference_times_unit_cost() -> None:
    """To the cent, where both stand; quantities stand beside their unit alone."""
    with_both = 0
    for row in table(demo_book(), "Open items"):
        if row["Unit cost"] is not None and row["Difference"] is not None:
            product = Decimal(repr(row["Difference"])) * Decimal(repr(row["Unit cost"]))
            assert abs(product - Decimal(repr(row["Value"]))) <= Decimal("0.005"), row
            with_both += 1
        if row["A: expected"] is not None or row["B: written off"] is not None:
            assert row["Unit"], row
            assert row["Expected, no quantity"] is None
    assert with_both > 40


def test_an_item_without_a_storage_of_its_own_has_the_usual_one() -> None:
    without = [row for row in table(demo_book(), "Open items") if row["Product"] and not row["Storage"]]
    traded = {row["Product"] for row in table(demo_book(), "Stock operations")}
    assert [row for row in without if row["Product"] in traded] == []


def test_an_answer_to_a_cause_holds_for_its_findings(tmp_path: Path) -> None:
    """But for those that have an answer of their own; and it stands beside the cause when the day is run again."""
    path = pilaf_with_too_much_rice(tmp_path)
    answer_cause(path, "Explained", "a larger plate")
    answer(path, 2, "To correct", "not this one")
    items = {item.receipt_id: item for item in ledger_on(tmp_path, SECOND).open_items}
    assert {key: item.closing for key, item in items.items()} == {
        1: "cleared",
        2: "carried forward",
        3: "cleared",
    }
    assert items[1].answer.comment == "a larger plate"
    again = pilaf_with_too_much_rice(tmp_path)
    (cause,) = rows(again, "Causes")
    assert (cause["Status"], cause["Comment"], cause["Answered in"]) == (
        "Explained",
        "a larger plate",
        path.name,
    )
    statuses = {row["Receipt"]: row["Status"] for row in rows(again, "Open items")}
    assert statuses == {"1": "Explained", "2": "To correct", "3": "Explained"}


def test_an_answer_to_a_cause_is_taken_back_there(tmp_path: Path) -> None:
    answer_cause(pilaf_with_too_much_rice(tmp_path), "Explained", "a larger plate")
    again = pilaf_with_too_much_rice(tmp_path)
    answer_cause(again, "Open", "no: the scale is broken")
    items = ledger_on(tmp_path, SECOND).open_items
    assert {(item.closing, item.answer.comment) for item in items} == {
        ("carried forward", "no: the scale is broken")
    }, "the comment that was carried over is the one taken back"


def test_a_cause_explained_without_a_comment_fails_a_check(tmp_path: Path) -> None:
    answer_cause(pilaf_with_too_much_rice(tmp_path), "Explained")
    failing = [row["Check"] for row in rows(run(tmp_path, SECOND), "Checks") if row["Result"] != "OK"]
    assert failing == ["Open items: explained without a comment, or corrected without a reason = 0"]


def test_what_is_cleared_stands_last_however_large(tmp_path: Path) -> None:
    answer(run(tmp_path, FIRST, "twice", "thrice"), 2, "Explained", "the owner's table")
    shown = rows(run(tmp_path, SECOND), "Open items")
    assert [(row["Receipt"], row["Value"], row["At closing"]) for row in shown] == [
        ("1", 8000, "carried forward"),
        ("2", 16000, "cleared"),
    ]


def test_what_is_open_stands_first_and_the_largest_value_first(tmp_path: Path) -> None:
    """Not the oldest."""
    run(tmp_path, FIRST, "twice", "missing")
    answer(tmp_path / f"{FIRST}.xlsx", 2, "Explained", "the owner's table")
    run(tmp_path, SECOND, "thrice")
    shown = rows(run(tmp_path, THIRD), "Open items")
    assert [(row["Receipt"], row["Value"]) for row in shown] == [("101", 16000), ("1", 8000)]
    summary = table(openpyxl.load_workbook(tmp_path / f"{THIRD}.xlsx"), "Summary", "tblCostliest")
    assert [(row["Receipt"], row["First day"].date()) for row in summary] == [("101", SECOND), ("1", FIRST)]


def test_what_a_value_counts_as_is_carried_with_the_item(tmp_path: Path) -> None:
    """Flour in place of rice is neither over nor under, though the rule is about goods."""
    day = DishDay()
    day.sell(PILAF, {FLOUR: "0.15", LAMB: "0.12"})
    path = report(reconcile_day(day.evidence(), Settings()), Output(tmp_path)).paths[0]
    for book in (path, run(tmp_path, SECOND)):
        (row,) = [row for row in rows(book, "Open items") if row["Rule name"] == "wrong-product"]
        assert (row["Counts as"], row["Value"]) == ("apart", None)
        assert row["Amount concerned"]
