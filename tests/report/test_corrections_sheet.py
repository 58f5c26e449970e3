"""The sheet Corrections and its CSV: the documents to enter, beside the items that they correct."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from tests.given.answered_days import FIRST, SECOND, answer, judged_day, run
from tests.given.demo_day import demo_book, demo_result
from tests.given.workbook_reading import table, words


def rows(book: Any, name: str = "tblCorrections") -> list[dict[str, Any]]:
    return table(book, "Corrections", name)


def test_each_amount_is_quantity_times_unit_cost_and_all_are_minus_their_findings() -> None:
    """To the cent; what the open items say of the findings named."""
    book = demo_book()
    value = {row["Finding id"]: row["Value"] for row in table(book, "Open items")}
    assert len(rows(book)) > 40
    for row in rows(book):
        ids = row["Finding ids"].split()
        assert row["Findings"] == len(ids)
        if row["Amount"] is None:
            assert {value[key] for key in ids} == {None}
            continue
        assert row["Amount"] == pytest.approx(-sum(value[key] or 0 for key in ids), abs=1e-6)
        sign = 1 if row["Document"] == "Write off more" else -1
        assert row["Amount"] == pytest.approx(sign * row["Quantity"] * row["Unit cost"], abs=0.005)
        assert (row["Status"], row["Posted no."]) == ("Proposed", None)


def test_each_storage_has_its_totals() -> None:
    found = rows(demo_book())
    for total in rows(demo_book(), "tblCorrectionTotals"):
        of_storage = [row for row in found if row["Storage"] == total["Storage"]]
        for document in ("Write off more", "Put back"):
            amounts = [row["Amount"] or 0 for row in of_storage if row["Document"] == document]
            assert (total[document] or 0) == pytest.approx(sum(amounts), abs=1e-6)
        assert (
            total["Net"]
            == total["Of it proposed"]
            == pytest.approx((total["Write off more"] or 0) + (total["Put back"] or 0), abs=1e-6)
        )


def test_what_is_left_out_is_counted_below() -> None:
    """Each reason with its items, as Open items says of them."""
    told = words(demo_book(), "Corrections").partition("Left out\n")[2].splitlines()
    items = [row for row in table(demo_book(), "Open items") if row["No correction because"]]
    counts = {line.rpartition(": ")[0]: int(line.rpartition(": ")[2].split()[0]) for line in told}
    assert len(counts) == 5
    assert sum(counts.values()) == len(items)
    for reason, count in counts.items():
        assert count == sum(row["No correction because"] == reason for row in items)


def test_the_answer_of_yesterday_makes_a_proposal_a_correction(tmp_path: Path) -> None:
    """And what is left out stays so on the next day, when its own day is not at hand."""
    path = run(tmp_path, FIRST, "", "missing", "", "twice")
    first = table(openpyxl.load_workbook(path), "Open items")
    assert [bool(row["No correction because"]) for row in sorted(first, key=lambda row: row["Receipt"])] == [
        True,
        False,
    ]
    for row in first:
        answer(path, int(row["Receipt"]), "To correct")
    second = openpyxl.load_workbook(run(tmp_path, SECOND, "thrice"))
    carried = {row["Finding id"]: row for row in table(second, "Open items")}
    for row in first:
        assert carried[row["Finding id"]]["No correction because"] == row["No correction because"]
        is_taken = any(row["Finding id"] in each["Finding ids"] for each in rows(second))
        assert is_taken == (row["No correction because"] is None)
    found = [(each["Status"], each["Document"], each["Findings"]) for each in rows(second)]
    assert found == [("To correct", "Put back", 1)]


def test_the_csv_has_the_rows_of_the_sheet(tmp_path: Path) -> None:
    """In codes, with plain decimals; beside the findings, where CSV is asked for."""
    paths = report(demo_result(), Output(tmp_path, csv=True)).paths
    (path,) = [each for each in paths if each.name.endswith(".corrections.csv")]
    found = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    shown = rows(openpyxl.load_workbook(paths[0]))
    assert [row["finding_ids"] for row in found] == [row["Finding ids"] for row in shown]
    assert {row["document"] for row in found} == {"write-off-more", "put-back"}
    assert {row["status"] for row in found} == {"proposed"}
    for row, cells in zip(found, shown, strict=True):
        for name, header in (("quantity", "Quantity"), ("unit_cost", "Unit cost"), ("amount", "Amount")):
            assert (float(row[name]) if row[name] else None) == cells[header]
        assert row["product_id"] == cells["Product id"]
        assert row["date"] == "2026-01-19"


def test_without_a_workbook_there_are_no_corrections(tmp_path: Path) -> None:
    """They are made of the answers in it."""
    paths = report(judged_day(FIRST, "twice"), Output(tmp_path, workbook=False, csv=True)).paths
    assert [path.suffixes for path in paths] == [[".json"], [".csv"]]
