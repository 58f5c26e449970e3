"""The workbook, written and read back: right numbers, safe texts, the same bytes again."""

from __future__ import annotations

import itertools
import zipfile
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter

from reconcile.analysis.day_items import day_items
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence
from reconcile.report import workbook
from reconcile.settings.model import Settings
from tests.given.demo_day import demo_book, demo_result
from tests.given.random_days import RandomDay, build
from tests.given.workbook_reading import table, words, write, written

SHEETS = [
    "Summary",
    "Open items",
    "Causes",
    "Corrections",
    "Products",
    "Findings",
    "Recipes",
    "Unit costs",
    "Stock movement",
    "Sale lines",
    "Stock operations",
    "Checks and notes",
]
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\tTab",
    "#N/A",
    "bell\x07",
    "escape\x1b[31m",
    "\ufffe",
    "_x0041_",
    "x" * 40_000,
    "<b>&amp;</b>",
    " spaces ",
]


@pytest.fixture
def demo() -> Result:
    return demo_result()


def small_day() -> RandomDay:
    return build([([(31042, Decimal(1), Decimal(1)), (31046, Decimal(2), Decimal("0.5"))], False)] * 3)


def judged(day: RandomDay, settings: Settings | None = None) -> Result:
    return reconcile_day(day.evidence(), settings or Settings())


def test_the_demo_has_every_sheet_and_says_demo_on_each() -> None:
    """Nobody can take the demo's figures for their own."""
    book = demo_book()
    assert book.sheetnames == SHEETS
    for sheet in SHEETS:
        assert book[sheet]["A1"].value.startswith("DEMO")


def test_every_finding_is_a_row_with_its_numbers(demo: Result) -> None:
    """Errors first, then the biggest value; those of one cause together, repeating warnings as one."""
    rows = table(demo_book(), "Findings")
    by_id = day_items(demo).set_index("id")
    assert [row["Finding id"] for row in rows] == by_id.index.tolist()
    assert sum(row["How many"] for row in rows) == len(demo.findings) > len(rows)
    for row in rows:
        value, counts_as = by_id.loc[row["Finding id"], ["value", "counts_as"]]
        shown = row["Amount concerned" if counts_as in ("apart", "timing", "movement") else "Value"]
        assert (shown is None) == (value is pd.NA)
        assert shown is None or round(Decimal(str(shown)) * 10**6) == value
        assert row["What to do"]
    severities = [row["Severity"] for row in rows]
    assert severities == sorted(severities, key=["Error", "Warning", "Info"].index)
    for row in rows:
        row["Value"] = row["Amount concerned"] if row["Value"] is None else row["Value"]
    errors = [row for row in rows if row["Severity"] == "Error" and row["Value"] is not None]
    worth: Counter[str] = Counter()
    for row in errors:
        worth[row["Cause id"] or row["Finding id"]] += row["Value"]
    in_order = [row["Cause id"] or row["Finding id"] for row in errors]
    sizes = [abs(worth[key]) for key in in_order]
    assert sizes == sorted(sizes, reverse=True)
    assert len([key for key, _ in itertools.groupby(in_order)]) == len(set(in_order)), "none is torn apart"


def test_every_line_and_operation_is_a_row(demo: Result) -> None:
    """None is dropped, repeats included; ids are text, numbers numbers, times times."""
    book = demo_book()
    lines, operations = table(book, "Sale lines"), table(book, "Stock operations")
    assert len(lines) == demo.control.lines["total"]
    assert len(operations) == demo.control.operations["total"]
    assert [row["Status"] for row in operations].count("repeated") == 1
    seed = next(row for row in operations if row["Operation"] == "1002")
    assert (seed["Quantity"], seed["Quantity before"], seed["Total cost"]) == (2, 50, 3000)
    assert seed["Operated at"] == datetime(2026, 1, 19, 15, 7, 49)  # noqa: DTZ001  local to the venue
    line = next(row for row in lines if row["Line"] == "14")
    assert (line["Product"], line["A: sold"], line["B: written off"]) == ("Апельсинли реване", 1, 1)


def test_the_summary_says_the_verdict_in_words(tmp_path: Path) -> None:
    """RECONCILED, DIFFERENCES or INCOMPLETE; INCOMPLETE wins."""
    assert "DIFFERENCES" in words(demo_book(), "Summary")
    assert "RECONCILED" in words(written(judged(small_day()), tmp_path / "clean.xlsx"), "Summary")
    day = small_day()
    day.operations[1][0]["quantity"] = "x"
    day.operations[2][0]["after_quantity"] = 3
    assert "INCOMPLETE" in words(written(judged(day), tmp_path / "part.xlsx"), "Summary")


def test_an_empty_day_is_a_complete_workbook(tmp_path: Path) -> None:
    """Zeros, OK, and one row that says so."""
    book = written(judged(RandomDay([], {})), tmp_path / "empty.xlsx")
    (nothing,) = table(book, "Findings")
    assert [value for value in nothing.values() if value] == ["No differences"]
    assert {row["Result"] for row in table(book, "Checks")} == {"OK"}


def test_what_could_not_be_judged_is_named(tmp_path: Path) -> None:
    """Failures, quarantined records, open receipts and unverified lines, each with its reason."""
    day = small_day()
    del day.operations[1]
    day.receipts[1]["status"] = 1
    day.operations[3][0]["cost"] = None
    rows = table(written(judged(day), tmp_path / "a.xlsx"), "Not judged")
    told = [(row["What"], row["Receipt"], row["Reason"]) for row in rows]
    assert ("Receipt not fetched", "1", "its stock operations were not fetched") in told
    assert ("Unreadable stock operation", "3", "cost is missing") in told
    assert any(what == "Open receipt" and receipt == "2" for what, receipt, _ in told)
    assert any(what == "Unverified sale lines" for what, _, _ in told)


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """No formula, no error, nothing lost silently; what a workbook can't hold is replaced and counted."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * len(HOSTILE))
    for place, text in enumerate(HOSTILE):
        day.receipts[place]["receipt_products"][0]["product"]["name"] = text
        day.operations[place + 1][0]["product"]["name"] = text
        day.operations[place + 1][0]["stock"]["storage"]["name"] = text
    book = written(judged(day), tmp_path / "hostile.xlsx")
    names = [row["Product"] for row in table(book, "Sale lines")]
    assert names[0] == HOSTILE[0]
    assert names[5] == "#N/A"
    assert names[6:9] == ["bell\ufffd", "escape\ufffd[31m", "\ufffd"]
    assert names[9] in ("_x0041_", "_x005F_x0041_")  # readers differ in taking the escape back
    assert names[10].startswith("x" * 32_000)
    assert "cut: the whole text has 40,000 characters" in names[10]
    assert names[11:] == HOSTILE[11:]
    for page in book:
        assert all(cell.data_type not in ("f", "e") for row in page.iter_rows() for cell in row)
    about = words(book, "Checks and notes")
    assert "3 held characters that a workbook cannot hold" in about
    assert "1 was too long for a cell" in about


def test_numbers_that_excel_would_round_are_texts(tmp_path: Path) -> None:
    """More than 15 digits: written out, and counted on About."""
    day = small_day()
    cost = Decimal("987654321.123456")
    day.operations[1][0] |= {"cost": cost, "before_cost": cost, "total_cost": cost, "quantity": 1}
    day.operations[1][1]["before_quantity"] = Decimal("123456789012.123456")
    book = written(judged(day), tmp_path / "large.xlsx")
    assert "123456789012.123456" in [row["Quantity before"] for row in table(book, "Stock operations")]
    assert 987654321.123456 in [row["Cost"] for row in table(book, "Stock operations")]


def test_two_numbers_that_differ_look_different(tmp_path: Path) -> None:
    """A millionth is shown where there is one, and six decimals nowhere else."""
    day = small_day()
    day.operations[1][0] |= {"quantity": Decimal("1.000001"), "after_quantity": Decimal("99998.999999")}
    path = tmp_path / "fine.xlsx"
    page = written(judged(day), path)["Stock operations"]
    column = next(cell.column_letter for cell in page[3] if cell.value == "Quantity")
    formats = {cell.value: cell.number_format for cell in page[column][3:]}
    assert formats[1.000001] == "#,##0.000000"
    assert formats[1].startswith("#,##0_.")


def test_the_same_result_gives_the_same_bytes(demo: Result, tmp_path: Path) -> None:
    """Nothing of the hour or the machine goes into the file."""
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write(demo, first)
    write(demo, second)
    assert first.read_bytes() == second.read_bytes()


def packed_again(path: Path) -> None:
    """As a program does that saves what it opened: a zip of the same members, of this hour."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)


def test_a_file_that_was_touched_is_told_from_one_that_was_not(demo: Result, tmp_path: Path) -> None:
    """What a person wrote into the workbook must never be overwritten."""
    path = tmp_path / "demo.xlsx"
    write(demo, path)
    assert workbook.is_untouched(path)
    book = openpyxl.load_workbook(path)
    book["Open items"]["P6"] = "Explained"
    book.save(path)
    assert not workbook.is_untouched(path)
    write(demo, path)
    packed_again(path)
    assert not workbook.is_untouched(path), "the same contents, but another program's file"
    path.write_bytes(b"no workbook")
    assert not workbook.is_untouched(path)
    assert not workbook.is_untouched(tmp_path / "absent.xlsx")


def test_a_day_whose_findings_have_no_value_says_just_that(tmp_path: Path) -> None:
    """Stock below zero is a warning, and worth nothing by itself: no line of money tells of it."""
    day = small_day()
    day.operations[3][0] |= {"before_quantity": Decimal("0.5"), "after_quantity": Decimal("-0.5")}
    book = written(judged(day), tmp_path / "worthless.xlsx")
    assert [row["Severity"] for row in table(book, "Findings")] == ["Warning", "Info"]
    assert table(book, "Summary", "tblCostliest")[0]["Priority"] == "No open item of a known value"
    assert (
        table(book, "Summary", "tblByProduct")[0]["Product"] == "No goods written off too much or too little"
    )


def test_cost_drift_tells_first_last_lowest_highest_and_mean(tmp_path: Path) -> None:
    """By product and storage, with the value of the drift and a chart of it."""
    day = small_day()
    for number, cost in ((1, 8000), (2, 10000), (3, 9000)):
        day.operations[number][0] |= {"cost": cost, "total_cost": cost}
    book = written(judged(day), tmp_path / "drift.xlsx")
    row = next(each for each in table(book, "Unit costs") if each["Product id"] == "31042")
    costs = [row[f"{name} unit cost"] for name in ("First", "Last", "Lowest", "Highest", "Mean")]
    assert costs == [8000, 9000, 8000, 10000, 9000]
    assert (row["Drift %"], row["Value of the drift"]) == (0.125, 3000)
    page = book["Unit costs"]
    (cell,) = [cell for row in page.iter_rows() for cell in row if cell.value == 0.125]
    assert cell.number_format == "#,##0.0%", "a number that a formula can use"
    assert len(book["Unit costs"]._charts) == 1


def test_evidence_without_an_end_is_incomplete() -> None:
    """A run that was cut off is never taken for a whole day."""
    evidence: Evidence = small_day().evidence()
    evidence.reasons[None] = "the evidence has no end: the run that wrote it was cut off"
    assert reconcile_day(evidence, Settings()).verdict == "INCOMPLETE"


def test_readers_that_stream_see_every_row(demo: Result, tmp_path: Path) -> None:
    """Each sheet states its size, and states it as it is: who reads it needn't look for its end."""
    path = tmp_path / "demo.xlsx"
    write(demo, path)
    whole, streamed = openpyxl.load_workbook(path), openpyxl.load_workbook(path, read_only=True)
    for page in whole:
        size = streamed[page.title].calculate_dimension()
        assert size == f"A1:{get_column_letter(page.max_column)}{page.max_row}", page.title
    rows = [len(list(streamed[name].iter_rows())) for name in ("Sale lines", "Stock operations")]
    assert rows == [demo.control.lines["total"] + 4, demo.control.operations["total"] + 4]


def test_the_findings_by_rule_add_up_to_what_the_headline_says(demo: Result) -> None:
    """A rule that found both errors and warnings has a row of each, and each leads to its own; notes are one row."""
    book = demo_book()
    *rules, others, notes, total = table(book, "Summary", "tblByRule")
    assert (len(rules), others["Rule (the first cell links to its findings)"]) == (16, "15 other rules")
    of_severity = Counter(demo.findings["severity"].tolist())
    assert notes["Findings"] == of_severity["info"]
    assert total["Findings"] == len(demo.findings)
    value = demo.control.value
    for name, amount in (("Over-deducted", value["over"]), ("Under-deducted", value["under"])):
        assert Decimal(repr(total[name])) * 10**6 == amount
    for name in ("Findings", "Over-deducted", "Under-deducted", "Net", "Cost"):
        parts = [Decimal(repr(row[name])) for row in (*rules, others, notes)]
        assert sum(parts) == Decimal(repr(total[name]))
    page = book["Summary"]
    for cell, title, *_ in list(page[page.tables["tblByRule"].ref])[1:-3]:
        place = int(cell.hyperlink.location.rpartition("!A")[2])
        assert [book["Findings"].cell(place, column).value for column in (2, 3)] == [cell.value, title.value]


def test_the_sentence_beside_the_verdict_leads_to_the_first_open_item() -> None:
    """The verdict itself is no link: LibreOffice would draw it in blue, on red."""
    book = demo_book()
    (verdict,) = [cell for cell in book["Summary"]["A"] if cell.value == "DIFFERENCES"]
    sentence = verdict.offset(column=1)
    place = int(sentence.hyperlink.location.rpartition("!A")[2])
    assert (verdict.hyperlink, book["Open items"].cell(place, 1).value) == (None, 1)
