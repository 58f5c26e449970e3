"""The close of a month: CLOSED, or what stands in the way."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.cli.main import main
from reconcile.ledger.database import NAME
from tests.given.answered_days import FIRST, SECOND, THIRD, answer, judged_day, run
from tests.given.closed_months import close, run_days
from tests.given.ledger_reading import kinds, open_items
from tests.given.workbook_lint import problems
from tests.given.workbook_reading import table
from tests.ledger.test_trail import sign

KINDS = ("xlsx", "json", "corrections.csv")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def test_days_that_agree_are_closed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, (), (), ())
    ended = close(folder, capsys, 3)
    assert (ended.status, ended.report["closed"], ended.report["in_the_way"]) == (0, True, [])
    assert [each["verdict"] for each in ended.report["days"]] == ["RECONCILED"] * 3
    assert "CLOSED" in ended.err
    book = openpyxl.load_workbook(folder / "2026-01-19-to-2026-01-21.xlsx")
    assert book.worksheets[0]["A2"].value == "CLOSED"
    assert {row["Result"] for row in table(book, "Checks")} == {"OK"}


def test_what_stands_in_the_way_is_named_by_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An open error, and a day that was not run: the status is that of the missing day."""
    run_days(folder, ("missing",), ())
    ended = close(folder, capsys, 3)
    assert ended.status == 3
    assert ended.reasons == [(f"{THIRD}", "missing"), (f"{FIRST}", "open-error")]
    assert f"{THIRD}: it was not run; run it" in ended.err


def test_an_error_that_is_explained_no_longer_does(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ("missing",), ())
    answer(folder / f"{FIRST}.xlsx", 1, "Explained", "a staff meal")
    run(folder, SECOND)
    ended = close(folder, capsys, 2)
    assert (ended.status, ended.reasons) == (0, [])


@pytest.mark.parametrize("has_ledger", [True, False])
def test_what_was_written_since_the_last_run_counts(
    folder: Path, capsys: pytest.CaptureFixture[str], has_ledger: bool
) -> None:
    """Also where the ledger was lost."""
    run_days(folder, ("missing",), ())
    newest = folder / f"{SECOND}.xlsx"
    for status, reasons in {"Explained": [], "Open": [(f"{FIRST}", "open-error")], "Corrected": []}.items():
        answer(newest, 1, status, "a staff meal", reason="Staff meal")
        if not has_ledger:
            (folder / NAME).unlink()
        assert close(folder, capsys, 2).reasons == reasons
    run(folder, THIRD)
    assert close(folder, capsys, 3).reasons == []


def test_a_close_changes_nothing_of_what_the_next_day_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = []
    for closes in (False, True):
        folder = tmp_path / str(closes)
        run_days(folder, ("missing", "dear"))
        answer(folder / f"{FIRST}.xlsx", 1, "Explained", "a staff meal")
        if closes:
            close(folder, capsys, 1)
        run(folder, SECOND, "twice")
        book = openpyxl.load_workbook(folder / f"{SECOND}.xlsx")
        left.append((open_items(folder), table(book, "Open items"), sorted(kinds(folder))))
    assert left[0] == left[1]


def test_errors_that_no_workbook_has_stand_in_the_way(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that wrote the JSON alone keeps no items."""
    run_days(folder, ())
    report(judged_day(SECOND, "missing"), Output(folder, workbook=False))
    ended = close(folder, capsys, 2)
    assert (ended.status, ended.reasons) == (1, [(f"{SECOND}", "no-workbook")])
    run(folder, SECOND, "missing")
    assert close(folder, capsys, 2).reasons == [(f"{SECOND}", "open-error")]


def test_days_one_after_another_that_were_not_run_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_days(folder, ())
    ended = close(folder, capsys, 5)
    assert f"{SECOND} to 2026-01-23: it was not run; run it" in ended.err
    assert ended.reasons == [(f"2026-01-{day}", "missing") for day in range(20, 24)]


def test_a_small_error_does_not(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Below `material_value`."""
    settings = tmp_path / "reconcile.toml"
    settings.write_text("[thresholds]\nmaterial_value = 10000\n")
    run_days(folder, ("missing",))
    assert close(folder, capsys, 1, "--config", str(settings)).status == 0
    settings.write_text("[thresholds]\nmaterial_value = 8000\n")
    assert close(folder, capsys, 1, "--config", str(settings)).reasons == [(f"{FIRST}", "open-error")]


def test_a_day_that_changed_after_it_was_signed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Until it is signed again."""
    run_days(folder, ())
    sign(folder / f"{FIRST}.xlsx", "Approved by", "Aysel", SECOND)
    run(folder, SECOND)
    ended = close(folder, capsys, 2)
    assert (ended.status, ended.report["days"][0]["signed_by"]) == (0, "Aysel")
    run(folder, FIRST, "dear")
    ended = close(folder, capsys, 2)
    assert ended.reasons == [(f"{FIRST}", "changed-since-sign-off")]
    assert (ended.status, ended.report["days"][0]["changed_since"]) == (1, True)
    sign(folder / f"{FIRST}-r2.xlsx", "Approved by", "Aysel", THIRD)
    run(folder, SECOND)
    assert close(folder, capsys, 2).status == 0


def test_the_same_cause_on_three_days_repeats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its days, its sum, and what it comes to in a year at this pace."""
    run_days(folder, ("twice",), ("twice",), (), ("twice",))
    (row,) = close(folder, capsys, 4).report["repeating"]
    assert (row["rule"], row["days"], row["on_days"], row["findings"]) == (
        "quantity-mismatch",
        3,
        "19 20 22",
        3,
    )
    assert (row["value"], row["a_year"]) == ("24000", "2190000")
    run(folder, FIRST)
    assert close(folder, capsys, 4).report["repeating"] == []


def test_products_and_days_add_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ("missing",), ("twice", "twice"), ("thrice",))
    made = close(folder, capsys, 3).report
    (product,) = made["products"]
    assert (product["theoretical"], product["actual"], product["variance"]) == ("12", "15", "3")
    assert sum(float(day["over"]) + float(day["under"]) for day in made["days"]) == float(product["value"])


def test_corrections_are_of_what_is_open(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What should be taken from stock more is positive."""
    run_days(folder, ("missing",))
    (row,) = close(folder, capsys, 1, name=f"{FIRST}-to-{FIRST}").report["corrections"]
    assert (row["quantity"], row["cost"]) == ("1", "8000")


@pytest.mark.parametrize("lang", ["en", "az", "ru", "uz"])
def test_the_workbook_is_clean_in_every_language(
    folder: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    run_days(folder, ("missing", "dear"), ("twice",), ("twice", "free"), ("twice",))
    close(folder, capsys, 5, "--lang", lang)
    assert problems(folder / "2026-01-19-to-2026-01-23.xlsx") == []


def test_twice_the_same_is_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ("missing",), ())
    names = [f"2026-01-19-to-2026-01-20.{kind}" for kind in KINDS]
    close(folder, capsys, 2)
    first = [(folder / name).read_bytes() for name in names]
    close(folder, capsys, 2)
    assert [(folder / name).read_bytes() for name in names] == first


def test_a_workbook_of_the_month_in_which_somebody_wrote_is_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_days(folder, ())
    close(folder, capsys, 1)
    path = folder / f"{FIRST}-to-{FIRST}.xlsx"
    sign(path, "Approved by", "Aysel")
    content = path.read_bytes()
    ended = close(folder, capsys, 1)
    assert path.read_bytes() == content
    assert f"{FIRST}-to-{FIRST}-r2.xlsx" in ended.out


def test_a_whole_month_has_its_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_days(folder, ())
    assert main(["close", "--month", "2026-01", "--out", str(folder)]) == 3
    assert capsys.readouterr().out.split() == [str(folder / f"2026-01.{kind}") for kind in KINDS]
    assert not list(folder.glob("*.part"))


def test_the_files_of_a_month_are_no_files_of_a_day(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The next night passes them over."""
    run_days(folder, ("missing",))
    close(folder, capsys, 1)
    main(["close", "--month", "2026-01", "--out", str(folder)])
    path = run(folder, SECOND)
    (item,) = table(openpyxl.load_workbook(path), "Open items")
    assert item["At opening"] == "brought forward"


def test_books_that_are_damaged_and_have_no_evidence_are_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_days(folder, (), ())
    (folder / "books" / f"date={FIRST}" / "venue=0" / "lines.parquet").write_bytes(b"PAR1")
    ended = close(folder, capsys, 2)
    assert (ended.status, ended.reasons) == (3, [(f"{FIRST}", "missing")])
    assert "lines.parquet" in ended.report["in_the_way"][0]["what"]
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no month was given; add --month 2026-01"),
        (("--month", "2026-13"), "--month is '2026-13'; give a month such as 2026-01"),
        (("--month", "January"), "--month is 'January'"),
        (("--month", "2026-01", "--from", "2026-01-19"), "--month and --from/--to were both given"),
        (("--from", "2026-01-20", "--to", "2026-01-19"), "--from 2026-01-20 is after --to 2026-01-19"),
        (("--month", "2025-12"), "has no books from 2025-12-01 to 2025-12-31; run these days first"),
        (("--month", "2026-01", "--venue", "3"), "has no books of venue 3"),
        (("--month", "2026-01", "--venue", "x"), "--venue"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    run_days(folder, ())
    status = main(["close", *arguments, "--out", str(folder)])
    printed = capsys.readouterr()
    assert (status, printed.out) == (2, "")
    assert said in printed.err
    assert "Traceback" not in printed.err
