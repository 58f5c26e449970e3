"""Sales in money: each amount that is known is in one class, and the sheets show the same sums."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.bridge import bridge
from reconcile.analysis.sales import OF_RECEIPTS, coverage, line_amounts, sales, share
from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.core.exact import MICRO, ints_or_none
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.report.earlier import read
from reconcile.settings.model import Settings
from tests.given.demo_day import demo_book, demo_result
from tests.given.random_days import GARBAGE, RandomDay, build
from tests.given.workbook_reading import table, written


def day_of(*lines: dict[str, Any], **receipt: Any) -> Result:
    """A receipt with a sale of one each, with these fields."""
    day = build([([(31042, Decimal(1), Decimal(1))] * len(lines), False)])
    day.receipts[0] |= receipt
    for line, fields in zip(day.receipts[0]["receipt_products"], lines, strict=True):
        line.update(fields)
    return reconcile_day(day.evidence(), Settings())


@pytest.mark.parametrize(
    ("fields", "amount", "discount"),
    [
        ({"subtotal": 100, "total": 90, "total_discount": 10}, 90, 10),
        ({"subtotal": 100, "total": 90, "total_discount": None}, 90, 10),
        ({"subtotal": 100, "total": None, "total_discount": 10}, 90, 10),
        ({"subtotal": 100, "total": None, "total_discount": None}, 100, None),
        ({"subtotal": None, "total": "90.5", "total_discount": None}, Decimal("90.5"), None),
        ({"subtotal": None, "total": None, "total_discount": None}, None, None),
        ({"subtotal": "x", "total": [], "total_discount": {}}, None, None),
        ({"subtotal": 10**400, "total": "NaN", "total_discount": True}, None, None),
        ({"subtotal": 0, "total": 0, "total_discount": 0}, 0, 0),
    ],
)
def test_the_amount_of_a_line_is_what_the_api_says_or_not_known(
    fields: dict[str, Any], amount: Decimal | int | None, discount: int | None
) -> None:
    """Never 0 for want of a number; and an odd amount costs no line."""
    result = day_of(fields)
    (line,) = result.lines.to_dict("records")
    assert result.complete
    assert ints_or_none(result.lines["sale_amount"]) == [None if amount is None else amount * MICRO]
    assert ints_or_none(result.lines["discount"]) == [None if discount is None else discount * MICRO]
    assert line["status"] == "matched"


def test_a_return_takes_its_amount_back_and_a_void_line_is_no_sale() -> None:
    void, unknown = {"deleted_at": "2026-01-19 15:00:00"}, {"total": None, "subtotal": None}
    result = day_of({"total": 90}, {"total": 40, **void}, unknown | void)
    assert ints_or_none(line_amounts(result.lines)) == [90 * MICRO, 0, 0]
    returned = day_of({"total": 90}, is_returns=True, total=90)
    assert ints_or_none(line_amounts(returned.lines)) == [-90 * MICRO]
    assert sales(returned, bridge(returned)).of_receipts == 0


VOID = {"deleted_at": "2026-01-19 15:00:00"}


@pytest.mark.parametrize(("price", "shown"), [(90, 90), ("90.5", Decimal("90.5")), (0, 0)])
def test_a_price_is_what_the_api_says(price: object, shown: Decimal | int) -> None:
    assert ints_or_none(day_of({"price": price}).lines["price"]) == [shown * MICRO]


@pytest.mark.parametrize("price", [None, "x", "NaN", [], True, 10**400])
def test_a_price_that_is_missing_or_odd_is_not_known(price: object) -> None:
    """A dear line is not found by it, and it costs no line."""
    result = day_of({"price": price, "total": 90})
    assert ints_or_none(result.lines["price"]) == [None]
    assert result.complete
    assert result.lines["status"].tolist() == ["matched"]


@pytest.mark.parametrize(
    ("lines", "receipt", "apart"),
    [
        (({"total": 90}, {"total": 40}), {"total": 130}, 0),
        (({"total": 90}, {"total": 40}), {"total": 143}, 13),
        (({"total": 90}, {"total": 40}), {"total": 120}, -10),
        (({"total": 90}, {"total": 40} | VOID), {"total": 90}, 0),
        (({"total": 90}, {"total": 40}), {"total": None}, None),
        (({"total": 90}, {"total": 40}), {"total": "x"}, None),
        (({"total": 90}, {"total": None, "subtotal": None}), {"total": 130}, None),
        (({"total": 90}, {"total": 40, "count": "x"}), {"total": 130}, None),
        (({"total": 90},), {"total": 99, "is_returns": True}, -9),
    ],
)
def test_what_is_charged_for_a_receipt_as_a_whole_is_known_where_all_its_amounts_are(
    lines: tuple[dict[str, Any], ...], receipt: dict[str, Any], apart: int | None
) -> None:
    """An amount that is not known, or a line that can't be read, is no charge."""
    result = day_of(*lines, **receipt)
    found = sales(result, bridge(result)).of_receipts
    assert found == (None if apart is None else apart * MICRO)


UNKNOWN = {"total": None, "subtotal": None}


@pytest.mark.parametrize(
    ("lines", "receipt", "net", "judged", "unknown"),
    [
        (({"total": 90}, {"total": 40}), {}, 130, 130, 0),
        (({"total": 90}, UNKNOWN), {}, 90, 90, 1),
        ((UNKNOWN, UNKNOWN), {}, None, None, 2),
        (({"total": 0},), {}, 0, 0, 0),
        (({"total": 90}, {"count": "x"}), {}, 90, 90, 1),
        (({"total": 90}, UNKNOWN | VOID), {}, 90, 90, 0),
        (({"total": 90},), {"status": 1, "total": None}, 0, 0, 1),
        (({"total": 90},), {"status": 1, "total": 90}, 0, 0, 0),
    ],
)
def test_amounts_that_are_not_known_are_counted_and_never_0(
    lines: tuple[dict[str, Any], ...],
    receipt: dict[str, Any],
    net: int | None,
    judged: int | None,
    unknown: int,
) -> None:
    result = day_of(*lines, **receipt)
    assert sales(result, bridge(result)).net == (None if net is None else net * MICRO)
    assert coverage(result)[0].amount == (None if judged is None else judged * MICRO)
    assert sum(each.unknown for each in coverage(result)) == unknown


def test_a_void_receipt_that_failed_is_no_sale() -> None:
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    day.receipts[0] |= {"order_status": "CANCELLED", "total": 90}
    del day.operations[1]
    classes = {each.name: each for each in coverage(reconcile_day(day.evidence(), Settings()))}
    assert (classes["failed"].number, classes["failed"].amount, classes["failed"].unknown) == (1, 0, 0)


def test_a_line_of_no_known_price_cost_no_more_than_it_brought() -> None:
    """What it brought is not known, however much it cost."""
    for amounts, rules in (({"price": 1}, {"cost-above-price"}), ({"price": "?"}, set())):
        result = day_of(amounts | {"subtotal": "?"})
        assert set(result.findings["rule"].astype("str")) & {"cost-above-price"} == rules


def test_the_summary_says_how_many_amounts_are_not_known(tmp_path: Path) -> None:
    book = written(day_of({"total": 90}, UNKNOWN, total=130), tmp_path / "a.xlsx")
    covered = {row["What"]: row for row in table(book, "Summary", "tblCouldNotBeJudged")}
    assert covered["No sale amount"]["Number"] == 1
    assert [row["Price"] for row in table(book, "Sale lines")] == [None, None]
    assert "Of receipts" not in {row["Sales and cost"] for row in table(book, "Summary", "tblSales")}


def test_parts_of_the_day_that_failed_are_counted_though_no_receipt_did(tmp_path: Path) -> None:
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    evidence = dataclasses.replace(day.evidence(), listed_total=2)
    result = reconcile_day(evidence, Settings())
    assert [each.receipt_id for each in result.failures] == [None]
    book = written(result, tmp_path / "a.xlsx")
    numbers = {row["What"]: row["Number"] for row in table(book, "Summary", "tblCouldNotBeJudged")}
    assert (numbers["Failed"], numbers["Not read, not run"]) == (0, 1)
    (cell,) = [cell for cell in book["Summary"]["A"] if cell.value == "Not read, not run"]
    assert cell.hyperlink.location == "'Checks and notes'!A1"


AMOUNTS = st.one_of(st.integers(0, 10**6), st.decimals(0, 10**6, places=6), GARBAGE)


@given(data=st.data(), receipts=st.integers(1, 4))
def test_each_known_amount_is_in_one_class(data: st.DataObject, receipts: int) -> None:
    """Whatever the amounts look like, and whether the receipts are open: the classes add up to what is known."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)] * receipts)
    for receipt in day.receipts:
        receipt["total"] = data.draw(AMOUNTS)
        receipt["status"] = data.draw(st.sampled_from((1, 2)))
        for line in receipt["receipt_products"]:
            line |= {name: data.draw(AMOUNTS) for name in ("subtotal", "total", "total_discount")}
    result = reconcile_day(day.evidence(), Settings())
    classes = coverage(result)
    of_lines = [each.amount or 0 for each in classes if each.name not in OF_RECEIPTS]
    known = [each for each in ints_or_none(line_amounts(result.lines)) if each is not None]
    assert sum(of_lines) == sum(known) == (sales(result, bridge(result)).net or 0)
    assert all(0 <= each.unknown <= each.number for each in classes)
    assert sum(each.number for each in classes) == len(result.lines) + result.control.receipts["open"]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 4, 250_000),
        (1, 3, 333_333),
        (0, 5, 0),
        (-1, 4, -250_000),
        (1, 0, None),
        (1, -4, None),
        (None, 4, None),
    ],
)
def test_a_share_is_exact_or_not_known(part: int | None, whole: int, expected: int | None) -> None:
    assert share(part, whole) == expected


def test_the_demo_shows_sales_cost_and_coverage() -> None:
    """Sales × share is the cost, and the shares of the coverage add up to all sales."""
    book, result = demo_book(), demo_result()
    day = sales(result, bridge(result))
    net, expected, actual, difference = table(book, "Summary", "tblSales")
    assert Decimal(repr(net["Amount"])) * MICRO == day.net
    assert day.net
    assert Decimal(repr(actual["Amount"])) * MICRO == result.control.value["written_off"]
    assert difference["% of sales"] == pytest.approx(actual["% of sales"] - expected["% of sales"])
    covered = table(book, "Summary", "tblCouldNotBeJudged")
    assert sum(row["Share"] or 0 for row in covered) == pytest.approx(1)
    lines = table(book, "Sale lines")
    shown = sum(Decimal(repr(row["Sale amount"])) for row in lines if row["Sale amount"] is not None)
    assert shown * MICRO == day.net
    assert {row["Source"] for row in lines} == {"pos"}


def test_a_day_without_amounts_has_no_shares(tmp_path: Path) -> None:
    day: RandomDay = build([([(31042, Decimal(1), Decimal(1))], False)])
    for line in day.receipts[0]["receipt_products"]:
        for name in ("subtotal", "total", "total_discount"):
            line.pop(name, None)
    day.receipts[0].pop("total", None)
    book = written(reconcile_day(day.evidence(), Settings()), tmp_path / "a.xlsx")
    assert {row["% of sales"] for row in table(book, "Summary", "tblSales")} == {None}
    assert {row["Share"] for row in table(book, "Summary", "tblCouldNotBeJudged")} == {None}
    assert {row["Result"] for row in table(book, "Checks")} == {"OK"}


def test_how_and_where_a_receipt_was_sold_stands_beside_its_lines_and_items(tmp_path: Path) -> None:
    """To filter by; and it is carried with an open item into the next day's workbook."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    day.receipts[0] |= {"sale_type_id": 2, "terminal_id": 3, "source": "qr"}
    day.operations[1] = []
    path = report(reconcile_day(day.evidence(), Settings()), Output(tmp_path)).paths[0]
    (line,) = table(openpyxl.load_workbook(path), "Sale lines")
    (item,) = table(openpyxl.load_workbook(path), "Open items")
    (read_item,) = read(path, date(2026, 1, 19)).carried
    for row in (line, item):
        assert (row["Sale type"], row["Terminal"], row["Source"]) == ("2", "3", "qr")
    assert (read_item.sale_type_id, read_item.terminal_id, read_item.source) == (2, 3, "qr")
