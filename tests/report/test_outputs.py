"""What comes out beside the workbook: the findings as CSV, and the day as the body of a mail."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH, LANGUAGES, language
from reconcile.report import findings_csv, findings_json, mail
from reconcile.settings.model import Settings
from tests.given.demo_day import demo_result
from tests.given.random_days import RandomDay, build
from tests.given.workbook_reading import ledger_of

HOSTILE = [
    '=HYPERLINK("http://x")',
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\tTab",
    "\rReturn",
    "＝1",
    'a "quoted", text\nin two lines',
]


def judged(day: RandomDay) -> Result:
    return reconcile_day(day.evidence(), Settings())


def hostile_day() -> RandomDay:
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * len(HOSTILE))
    for receipt, text in zip(day.receipts, HOSTILE, strict=True):
        day.operations[receipt["id"]][0] |= {"quantity": 2, "product": {"id": 31042, "name": text}}
        receipt["receipt_products"][0]["product"]["name"] = text
    return day


def read(document: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(document.decode(), newline="")))


def test_the_csv_has_what_the_json_has() -> None:
    """In its order; what is more comes after it, so that what reads columns by their place goes on."""
    result = demo_result()
    findings = json.loads(findings_json.render(result))["findings"]
    rows = read(findings_csv.render(result))
    assert list(rows[0]) == [*findings_json.FIELDS, "date", "venue", "unit", "currency"]
    assert len({row["cause"] for row in rows}) > 2
    for row in rows:
        assert row.pop("date") == "2026-01-19"
        assert row.pop("venue") + row.pop("currency") == ""
        del row["unit"]
    assert [{name: text.removeprefix("'") for name, text in row.items()} for row in rows] == [
        {name: "" if value is None else str(value) for name, value in finding.items()} for finding in findings
    ]


def test_the_csv_names_the_venue_the_unit_and_the_currency() -> None:
    """The unit of what was sold, of an ingredient, and of a product that was written off in its place."""
    result = demo_result()
    header = dataclasses.replace(result.header, venue_id=3)
    settings = msgspec.structs.replace(result.settings, currency="AZN")
    rows = read(findings_csv.render(dataclasses.replace(result, header=header, settings=settings)))
    assert {(row["venue"], row["currency"]) for row in rows} == {("3", "AZN")}
    units = {key: product.unit for key, product in result.catalogue.products.items()}
    named = [row for row in rows if row["product_id"]]
    assert {row["unit"] for row in named} > {"kg", "dona", "porsiya"}
    known = [row for row in named if int(row["product_id"]) in units]
    assert len(known) > len(rows) / 2
    assert all(row["unit"] == units[int(row["product_id"])] for row in known)
    assert all(row["unit"] == "" for row in rows if not row["product_id"])


def test_no_cell_of_the_csv_is_a_formula() -> None:
    """Texts that a spreadsheet would obey are led by an apostrophe; negative numbers stay numbers."""
    document = findings_csv.render(judged(hostile_day()))
    rows = read(document)
    names = {row["product"] for row in rows}
    assert names == {f"'{text}" for text in HOSTILE[:-1]} | {HOSTILE[-1]}
    assert document.count(b"\r\n") == len(rows) + 1
    for row in rows:
        for name, text in row.items():
            is_number = name in findings_json.NUMBERS and text.lstrip("-").replace(".", "").isdigit()
            assert is_number or not text.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Cola;=1+1;x", "Cola;'=1+1;x"),
        ("Cola\t@now", "Cola\t'@now"),
        ("Cola| =1+1", "Cola| '=1+1"),
        ('Cola;"=1+1"', 'Cola;"\'=1+1"'),
        ("Cola; 0,5 - cold", "Cola; 0,5 - cold"),
    ],
)
def test_no_part_of_a_text_is_a_formula_where_another_sign_parts_cells(text: str, safe: str) -> None:
    """Excel in Baku opens a CSV by semicolons."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    day.operations[1][0] |= {"quantity": 2, "product": {"id": 31042, "name": text}}
    day.receipts[0]["receipt_products"][0]["product"]["name"] = text
    assert {row["product"] for row in read(findings_csv.render(judged(day)))} == {safe}


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_summary_says_the_verdict_the_money_and_what_costs_most(code: str) -> None:
    result = demo_result()
    spoken = language(code)
    lines = mail.render(result, ledger_of(result), spoken).splitlines()
    assert lines[0].startswith(spoken.say("DEMO: made-up data, not your restaurant"))
    assert lines[2].startswith(spoken.say("DIFFERENCES"))
    assert spoken.money(result.control.value["over"]) in lines[2]
    assert sum(line.startswith("  ") for line in lines) == 5
    assert max(map(len, lines)) < 300


def test_the_summary_of_a_day_without_sales_is_short() -> None:
    result = judged(RandomDay([], {}))
    told = mail.render(result, ledger_of(result), ENGLISH)
    assert "RECONCILED: There was nothing to judge: no receipt of this day is closed." in told
    assert len(told.splitlines()) == 4


def test_receipts_that_are_still_open_are_said() -> None:
    """A day whose receipts are all open agrees with nothing, and one of them is no small print."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * 2)
    for number, told in ((1, "1 receipt is still open, and not judged."), (2, "There was nothing to judge")):
        day.receipts[number - 1]["status"] = 1
        result = judged(day)
        assert result.control.receipts["open"] == number
        assert told in mail.render(result, ledger_of(result), ENGLISH)


def test_nothing_in_the_summary_is_obeyed_by_a_terminal() -> None:
    """Names from outside can't begin a line of their own, nor colour it."""
    day = hostile_day()
    name = "red \x1b[31m\nSubject: paid\u2028\u202e"
    for operations in day.operations.values():
        operations[0]["product"]["name"] = name
    for receipt in day.receipts:
        receipt["receipt_products"][0]["product"]["name"] = name
    result = judged(day)
    told = mail.render(result, ledger_of(result), ENGLISH)
    assert not {"\x1b", "\u2028", "\u202e"} & set(told)
    assert not any(line.startswith("Subject") for line in told.splitlines())


def test_the_csv_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    result = judged(hostile_day())
    assert [path.suffix for path in report(result, Output(tmp_path)).paths] == [".xlsx", ".json"]
    paths = report(result, Output(tmp_path, csv=True)).paths
    assert [path.name.removeprefix("2026-01-19") for path in paths] == [
        ".xlsx",
        ".json",
        ".csv",
        ".corrections.csv",
    ]
    assert paths[2].read_bytes() == findings_csv.render(result)
    paths[2].write_text("of an earlier run")
    assert report(result, Output(tmp_path)).paths == paths
    assert paths[2].read_bytes() == findings_csv.render(result), "it never tells of another run"
