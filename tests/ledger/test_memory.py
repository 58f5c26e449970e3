"""What people write into workbooks is carried on, day after day; and their files are never touched."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.settings.model import RulesTable, Settings
from tests.given.answered_days import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    day_of,
    evidence_of,
    ledger_on,
    moves,
    roll_forward,
    rows,
    run,
)
from tests.given.dish_records import FLOUR, LAMB, PILAF, RICE, TEA, DishDay


def test_three_days_with_a_persons_answers_between_them(tmp_path: Path) -> None:
    """Carried, cleared, aged; and the file that the person saved is the same to the byte."""
    first = run(tmp_path, FIRST, "missing", "twice", "thrice")
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
    (cleared,) = [row for row in rows(second, "Open items") if row["At closing"] == "cleared"]
    assert (cleared["Status"], cleared["Comment"]) == ("Explained", "given to the staff")
    kept = answer(second, 2, "Corrected", "stock-take")
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
    told = {row["Receipt"]: (row["Status"], row["Comment"]) for row in rows(again, "Open items")}
    assert told["2"] == ("Explained", "a double portion")
    assert told["1"] == ("Open", None)
    assert run(tmp_path, FIRST, "missing", "twice") == again, (
        "nobody wrote into the second: it is written again"
    )


def test_explained_facts_that_changed_are_open_again(tmp_path: Path) -> None:
    """And the workbook says what they were."""
    first = run(tmp_path, FIRST, "twice")
    answer(first, 1, "Explained", "a double portion")
    again = run(tmp_path, FIRST, "thrice")
    (row,) = [row for row in rows(again, "Open items") if row["Priority"] == "High"]
    assert (row["Status"], row["Comment"]) == ("Open", "a double portion")
    assert row["Changed since the answer"] == "Open again; it was Explained; found was 2; value was 8,000"


def test_a_warning_that_repeats_is_one_item_and_stays_explained(tmp_path: Path) -> None:
    """Tomorrow's operations are others; the product, the stock and the cost of nothing are the same."""
    first = run(tmp_path, FIRST, "free", "free")
    (row,) = [row for row in rows(first, "Open items") if row["Rule name"] == "zero-cost"]
    assert row["What happened"].startswith("the largest of 2: ")
    answer(first, int(row["Receipt"]), "Explained", "a free sample")
    second = run(tmp_path, SECOND, "free", "free", "free")
    (row,) = [row for row in rows(second, "Open items") if row["Rule name"] == "zero-cost"]
    assert row["What happened"].startswith("the largest of 3: ")
    assert (row["Status"], row["Comment"]) == ("Explained", "a free sample")
    third = run(tmp_path, THIRD, "free")
    (row,) = [row for row in rows(third, "Open items") if row["Rule name"] == "zero-cost"]
    assert (row["Status"], row["Comment"]) == ("Explained", "a free sample")


@pytest.mark.parametrize("lang", ["az", "ru", "uz"])
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
    (carried,) = [row for row in rows(second, "Open items") if row["Priority"] == "Normal"]
    assert (carried["Status"], carried["Answered in"]) == ("Explained", "2026-01-19.xlsx")
    answer(second, 102, "Open", "none was given")
    third = run(tmp_path, THIRD, "", "free")
    (again,) = [row for row in rows(third, "Open items") if row["Priority"] == "Normal"]
    assert (again["Status"], again["Comment"], again["Answered in"]) == ("Open", "none was given", None)
    fourth = run(tmp_path, date(2026, 1, 22), "", "free")
    assert [row["Status"] for row in rows(fourth, "Open items") if row["Priority"] == "Normal"] == ["Open"]


def test_a_word_of_his_own_settles_nothing_and_is_kept(tmp_path: Path) -> None:
    first = run(tmp_path, FIRST, "missing")
    answer(first, 1, "Done?", "ask Leyla")
    second = run(tmp_path, SECOND)
    (row,) = rows(second, "Open items")
    assert (row["Status"], row["Comment"], row["At closing"]) == (
        "Open",
        "Done? ask Leyla",
        "carried forward",
    )


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
    assert {item.receipt_id for item in ledger_on(tmp_path, SECOND).selected(closing="carried forward")} == {
        1,
        2,
    }


def test_demo_venue_and_other_files_are_not_mixed_up(tmp_path: Path) -> None:
    """Only workbooks of the same venue are remembered."""
    first = run(tmp_path, FIRST, "missing")
    for name in ("demo-2026-01-19.xlsx", "2026-01-19-venue-3.xlsx", "2026-02-31.xlsx", "x2026-01-19.xlsx"):
        (tmp_path / name).write_bytes(first.read_bytes())
    first.unlink()
    assert ledger_on(tmp_path, SECOND).previous is None


def test_a_rule_made_an_error_keeps_its_items_and_opens_what_was_explained(tmp_path: Path) -> None:
    """It is one item, not two; but who explained a warning did not explain an error."""
    answer(run(tmp_path, FIRST, "free"), 1, "Explained", "a gift")
    stricter = Settings(rules=RulesTable(severity={"zero-cost": "error"}))
    path = report(reconcile_day(evidence_of(day_of("free"), SECOND), stricter), Output(tmp_path)).paths[0]
    (row,) = [row for row in rows(path, "Open items") if row["Rule name"] == "zero-cost"]
    assert (row["Status"], row["Priority"]) == ("Open", "High")
    assert row["Changed since the answer"] == "Open again; it was Explained; severity was Warning"
    assert moves(path) == {101: ("brought forward", "carried forward", 1)}


def test_more_of_the_same_is_still_explained(tmp_path: Path) -> None:
    """Of a repeating item the value grows with the sales, and is no new fact; and a pause of some days is none."""
    answer(run(tmp_path, FIRST, "dear"), 1, "Explained", "a new price")
    run(tmp_path, SECOND)
    third = run(tmp_path, THIRD, "dear", "dear")
    (row,) = [row for row in rows(third, "Open items") if row["Rule name"] == "cost-drift"]
    assert row["What happened"].startswith("the largest of 2: ")
    assert (row["Status"], row["Comment"]) == ("Explained", "a new price")


@pytest.mark.parametrize(("days", "status"), [(31, "Explained"), (32, "Open")])
def test_a_warning_that_repeats_stays_explained_over_a_month_without_it(
    tmp_path: Path, days: int, status: str
) -> None:
    answer(run(tmp_path, FIRST, "dear"), 1, "Explained", "a new price")
    again = FIRST + timedelta(days)
    for clean in (SECOND, THIRD, again - timedelta(1)):
        run(tmp_path, clean)
    (row,) = rows(run(tmp_path, again, "dear"), "Open items")
    assert row["Status"] == status


def test_an_answer_outlives_the_workbook_it_was_written_into(tmp_path: Path) -> None:
    """Old ones may go to an archive: each day's workbook has what was carried into it."""
    path = run(tmp_path, FIRST, "dear")
    answer(path, 1, "Explained", "a new price")
    run(tmp_path, SECOND, "dear")
    path.unlink()
    (row,) = rows(run(tmp_path, THIRD, "dear"), "Open items")
    assert (row["Status"], row["Answered in"]) == ("Explained", "2026-01-20.xlsx")


@pytest.mark.parametrize(("now", "status"), [(FLOUR, "Explained"), (TEA, "Open")])
def test_facts_that_are_texts_are_compared_too(tmp_path: Path, now: int, status: str) -> None:
    """What was taken and is in no recipe stands there as its id."""

    def run_with(took: int) -> Path:
        day = DishDay()
        day.sell(PILAF, {RICE: "0.15", LAMB: "0.12", took: "0.1"})
        return report(reconcile_day(day.evidence(), Settings()), Output(tmp_path)).paths[0]

    answer(run_with(FLOUR), 1, "Explained", "they were out of it")
    (row,) = [row for row in rows(run_with(now), "Open items") if row["Rule name"] == "wrong-product"]
    assert (row["Found, no number"], row["Status"]) == (str(now), status)


def test_a_later_workbook_tells_a_day_run_again(tmp_path: Path) -> None:
    """The accountant works in the newest file; the older day, run again, knows it."""
    run(tmp_path, FIRST, "missing")
    answer(run(tmp_path, SECOND), 1, "Corrected", "done")
    again = run(tmp_path, FIRST, "missing")
    (row,) = [row for row in rows(again, "Open items") if row["Receipt"] == "1"]
    assert (row["Status"], row["Comment"], row["Answered in"]) == ("Corrected", "done", "2026-01-20.xlsx")


def test_of_two_words_the_newer_counts(tmp_path: Path) -> None:
    """By day, and of one day by the number of the file: r10 is newer than r2."""
    answer(run(tmp_path, FIRST, "missing", "free"), 2, "Explained", "first")
    answer(run(tmp_path, SECOND, "", "free"), 102, "Corrected", "second")
    newest = run(tmp_path, SECOND, "", "free")
    answer(newest, 102, "Explained", "third")
    newest.rename(tmp_path / "2026-01-20-r10.xlsx")
    shutil.copy(tmp_path / "2026-01-20.xlsx", tmp_path / "2026-01-20-r2.xlsx")
    third = run(tmp_path, THIRD, "free")
    (row,) = [row for row in rows(third, "Open items") if row["Rule name"] == "zero-cost"]
    assert (row["Status"], row["Answered in"]) == ("Explained", "2026-01-20-r10.xlsx")
    assert row["Comment"].startswith("third")


def test_of_a_day_run_three_times_the_last_word_counts(tmp_path: Path) -> None:
    for status, comment in (("Explained", "the owner's table"), ("Corrected", "written off by hand")):
        answer(run(tmp_path, FIRST, "missing"), 1, status, comment)
    third = run(tmp_path, FIRST, "missing")
    (row,) = [row for row in rows(third, "Open items") if row["Receipt"] == "1"]
    assert (row["Status"], row["Answered in"]) == ("Corrected", "2026-01-19-r2.xlsx")
    assert row["Comment"].startswith("written off by hand")


def test_of_two_comments_on_an_open_item_the_newer_stands(tmp_path: Path) -> None:
    answer(run(tmp_path, FIRST, "missing"), 1, "Open", "asked Leyla")
    answer(run(tmp_path, SECOND), 1, "Open", "she is on leave")
    (row,) = rows(run(tmp_path, THIRD), "Open items")
    assert row["Comment"] == "she is on leave"


def test_an_answer_taken_back_opens_the_item_again(tmp_path: Path) -> None:
    answer(run(tmp_path, FIRST, "missing"), 1, "Explained", "the owner's table")
    again = run(tmp_path, FIRST, "missing")
    answer(again, 1, "Open", "he denies it")
    assert moves(run(tmp_path, SECOND))[1] == ("brought forward", "carried forward", 1)


def test_a_comment_outlives_an_answer_without_one(tmp_path: Path) -> None:
    first = run(tmp_path, FIRST, "missing")
    answer(run(tmp_path, SECOND), 1, "Open", "asked Leyla")
    answer(first, 1, "Explained")
    (row,) = rows(run(tmp_path, THIRD), "Open items")
    assert (row["Status"], row["Comment"]) == ("Explained", "asked Leyla")
