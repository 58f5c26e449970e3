"""Three days in a row, and the person who answers between them."""

from __future__ import annotations

import copy
import dataclasses
import io
import tempfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

import openpyxl

from reconcile.batch.history import remember
from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence
from reconcile.language.translate import language
from reconcile.ledger.database import in_ledger
from reconcile.ledger.ledger import Ledger, Responses, Workbook
from reconcile.settings.model import Settings
from tests.given.dish_records import LAMB, PILAF, RICE, DishDay
from tests.given.random_days import RandomDay, build
from tests.given.workbook_lint import problems
from tests.given.workbook_reading import table

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
        if fault == "dear":
            operation |= {"cost": 8800, "total_cost": 8800}
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


@cache
def judged_day(on: date, *faults: str) -> Result:
    """The day of these faults on that date, judged once a process; nothing may change its frames."""
    return reconcile_day(evidence_of(day_of(*faults), on), Settings())


def run(folder: Path, on: date, *faults: str, lang: str = "en") -> Path:
    """A day reconciled into the folder; its workbook."""
    if any(folder.iterdir()):
        return _reported(folder, on, faults, lang)
    for name, content in _first_files(on, faults, lang).items():
        (folder / name).write_bytes(content)
    return folder / f"{on}.xlsx"


def _reported(folder: Path, on: date, faults: tuple[str, ...], lang: str) -> Path:
    path = report(judged_day(on, *faults), Output(folder, language(lang))).paths[0]
    assert problems(path) == []
    return path


@cache
def _first_files(on: date, faults: tuple[str, ...], lang: str) -> dict[str, bytes]:
    """What the day leaves in a folder without earlier workbooks: always the same, so written once;
    without its books."""
    with tempfile.TemporaryDirectory() as folder:
        _reported(Path(folder), on, faults, lang)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}


def rows(path: Path, sheet: str) -> list[dict[str, Any]]:
    return table(_opened(path.read_bytes()), sheet)


@lru_cache(maxsize=4)
def _opened(content: bytes) -> Any:
    """The workbook of these bytes, to be read alone."""
    return openpyxl.load_workbook(io.BytesIO(content))


def answer(path: Path, receipt: int, status: str, comment: str = "", **more: Any) -> bytes:
    """A person opens the workbook, answers an open item, and saves; the bytes of the file. `more`: other cells."""
    book = openpyxl.load_workbook(path)
    page: Any = book["Open items"]
    header = next(row for row in page.iter_rows() if any(cell.value == "Status" for cell in row))
    places = {cell.value: cell.column for cell in header}
    (row,) = [
        row
        for row in page.iter_rows(min_row=header[0].row + 1)
        if row[places["Receipt"] - 1].value == str(receipt)
    ]
    page.cell(row[0].row, places["Status"]).value = status
    page.cell(row[0].row, places["Comment"]).value = comment
    for header_, value in more.items():
        page.cell(row[0].row, places[header_.capitalize()]).value = value
    book.save(path)
    return path.read_bytes()


def moves(path: Path) -> dict[int, tuple[str, str, int]]:
    """Of each open item, by its receipt: how it came, how it is left, and its age."""
    return {
        int(row["Receipt"]): (row["At opening"], row["At closing"], row["Days open"])
        for row in rows(path, "Open items")
    }


def roll_forward(path: Path) -> list[int | None]:
    """Brought forward, new, (revalued), cleared, carried forward."""
    rows_ = table(_opened(path.read_bytes()), "Summary", "tblRollForward")
    numbers = {row["Items"]: row["Number"] for row in rows_}
    return [
        numbers.get(text)
        for text in (
            "Brought forward",
            "New",
            "Found again, at another value",
            "Cleared: answered, or no longer found",
            "Carried forward",
        )
    ]


def ledger_on(folder: Path, on: date) -> Ledger:
    return in_ledger(folder, partial(remember, judged_day(on), folder))


def responses_in(books: Sequence[Workbook]) -> Responses:
    """The responses of workbooks, the newest first, by item."""
    ids = {key for book in books for key in book.responses}
    return {key: [(book.name, book.responses[key]) for book in books if key in book.responses] for key in ids}


def change(path: Path, sheet: str, header: str, value: Any, row: int = 1) -> str:
    """A person writes something else into a cell of the table; its address."""
    book = openpyxl.load_workbook(path)
    page: Any = book[sheet]
    (table_,) = page.tables.values()
    head, *body = page[table_.ref]
    (place,) = [number for number, cell in enumerate(head) if cell.value == header]
    body[row - 1][place].value = value
    book.save(path)
    return str(body[row - 1][place].coordinate)


def pilaf_with_too_much_rice(folder: Path, on_receipts: int = 3) -> Path:
    """A day whose findings have one cause."""
    day = DishDay()
    for _ in range(on_receipts):
        day.sell(PILAF, {RICE: "0.3", LAMB: "0.12"})
    return report(reconcile_day(day.evidence(), Settings()), Output(folder)).paths[0]


def answer_cause(path: Path, status: str, comment: str = "", reason: str = "") -> None:
    for header, value in (("Status", status), ("Comment", comment), ("Reason", reason)):
        change(path, "Causes", header, value)
