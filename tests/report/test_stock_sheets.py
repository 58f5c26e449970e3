"""Stock movement and Unit costs: what an accountant can follow from one balance to the next, and from day to day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.cost_drift import cost_drift
from reconcile.analysis.stock_chain import stock_chain
from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.core.exact import MICRO, nullable
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.day import Evidence, Header
from reconcile.ledger.ledger import Workbook
from reconcile.report import earlier
from reconcile.report.sheets.analyses import against
from reconcile.settings.model import Settings
from tests.given.day_records import COLA, DAY, Raw, line, operation, receipt
from tests.given.random_days import FAULTS, RandomDay, build, clean_days, pick
from tests.given.workbook_reading import table, words

Move = tuple[int, int, int]
"""What a sale took, and what its stock was before and after."""
AMOUNTS = ("opening", "sold", "otherwise", "broken", "closing", "lowest", "below_zero", "below_zero_cost")


def day_of(*moves: Move, cost: int = 10, day: str = DAY) -> Result:
    """Sales of one product from one stock, in that order."""
    receipts: list[Raw] = []
    operations: dict[int, list[Raw]] = {}
    for key, (taken, before, after) in enumerate(moves, 1):
        at = f"{day} 15:{key:02}:00"
        times = {"closed_at": at, "shift_date": day, "created_at": at}
        receipts.append(receipt(key, [line(1000 + key, COLA, taken)], day=day, **times))
        stock = {"before_quantity": before, "after_quantity": after, "operated_at": at}
        costs = {"cost": cost, "before_cost": cost, "total_cost": cost * taken}
        operations[key] = [operation(key, key, 1000 + key, COLA, taken) | stock | costs]
    header = Header(date.fromisoformat(day), "clopos")
    listed = [("list", each) for each in receipts]
    return reconcile_day(
        Evidence(header, len(listed), listed, operations, finished_at="2026-01-20T02:11:00Z"), Settings()
    )


def chain_of(*moves: Move) -> dict[str, Any]:
    (row,) = stock_chain(day_of(*moves).operations).to_dict("records")
    return {name: row[name] // MICRO for name in AMOUNTS} | {"broke_zero": row["broke_zero"]}


def test_a_chain_leads_from_the_opening_balance_to_the_closing_one() -> None:
    """Ten, of which two and one were sold; between them five came in, and the last took one more than it says."""
    assert chain_of((2, 10, 8), (1, 13, 11)) == {
        "opening": 10, "sold": 3, "otherwise": 5, "broken": -1, "closing": 11, "lowest": 8,
        "below_zero": 0, "below_zero_cost": 0, "broke_zero": 0,
    }  # fmt: skip


def test_the_receipt_that_broke_zero_is_the_first_that_led_below_it() -> None:
    """Of three, four were sold: one below zero; then three more."""
    found = chain_of((1, 3, 2), (3, 2, -1), (3, -1, -4))
    assert (found["broke_zero"], found["below_zero"], found["below_zero_cost"]) == (2, 4, 40)


def test_a_stock_that_opens_below_zero_was_broken_by_none_of_the_day() -> None:
    found = chain_of((1, -5, -6))
    assert (found["broke_zero"], found["below_zero"], found["lowest"]) == (0, 1, -6)


@pytest.mark.parametrize(
    ("costs", "last", "value"),
    [((10, 12), 12, 132), ((10, 0), 10, 110), ((0, 0), None, None), ((10, -3), 10, 110)],
)
def test_the_closing_balance_is_worth_the_last_cost_that_can_be_relied_on(
    costs: tuple[int, int], last: int | None, value: int | None
) -> None:
    """Eleven are left. A cost of 0 or less says nothing; where all are so, the value is not known."""
    operations = day_of((2, 14, 12), (1, 12, 11)).operations
    for place, cost in enumerate(costs):
        operations.loc[place, "cost"] = cost * MICRO
        operations.loc[place, "is_costed"] = cost > 0
    (row,) = stock_chain(operations).to_dict("records")
    told = [
        row[name] if pd.isna(row[name]) else row[name] // MICRO for name in ("last_cost", "closing_value")
    ]
    assert told == [last, value]
    assert pd.isna(row["counted"])


def test_the_stock_take_is_written_beside_the_closing_balance(tmp_path: Path) -> None:
    """The column is blank, and what the books say is to its left."""
    (path, *_) = report(day_of((2, 10, 8)), Output(tmp_path)).paths
    (row,) = table(openpyxl.load_workbook(path), "Stock movement")
    headers = list(row)
    assert headers[headers.index("Counted") - 1] == "Closing balance"
    assert row["Counted"] is None
    assert (row["Closing balance"], row["Last unit cost"], row["Value of the closing balance"]) == (8, 10, 80)


@given(day=clean_days)
def test_every_chain_adds_up_and_begins_and_ends_as_its_operations_do(day: RandomDay) -> None:
    operations = reconcile_day(day.evidence(), Settings()).operations
    chain = stock_chain(operations)
    reached = chain["opening"] - chain["sold"] + chain["otherwise"] + chain["broken"]
    assert reached.tolist() == chain["closing"].tolist()
    assert chain["operations"].sum() == len(operations)
    assert (chain["lowest"] <= chain[["opening", "closing"]].min(axis=1)).all()


def test_against_an_earlier_report_the_change_is_split_in_price_and_quantity() -> None:
    """Ten at 10 then, twelve at 11 now: 32 more, of which 20 for two more at 10, and 12 for 1 more each."""
    drift: Any = cost_drift(day_of((12, 100, 88), cost=11).operations)
    before = Workbook("2026-01-18.xlsx", date(2026, 1, 18), costs={(COLA, 3): (10 * MICRO, 100 * MICRO)})
    (row,) = against(before, drift).to_dict("records")
    told = {name: row[name] // MICRO for name in ("earlier_mean", "change", "by_quantity", "by_price")}
    assert told == {"earlier_mean": 10, "change": 32, "by_quantity": 20, "by_price": 12}


def test_a_return_is_no_usage() -> None:
    """Three taken and one put back: two are used, at their cost; the put-back has the sign of its movement."""
    day = build([([(31042, Decimal(3), Decimal(1))], False), ([(31042, Decimal(1), Decimal(1))], True)])
    (row,) = cost_drift(reconcile_day(day.evidence(), Settings()).operations).to_dict("records")
    told = {name: row[name] // MICRO for name in ("quantity", "returned", "cost", "mean", "value")}
    assert told == {"quantity": 2, "returned": -1, "cost": 16_000, "mean": 8000, "value": 0}


@pytest.mark.parametrize(("sold", "drift"), [(3, 2 * 500), (1, 0)])
def test_a_drift_is_worth_less_what_was_put_back_at_the_same_cost(sold: int, drift: int) -> None:
    """At a cost that rose by 500 since; where all is put back again there is no mean unit cost."""
    day = build([([(31042, Decimal(sold), Decimal(1))], False), ([(31042, Decimal(1), Decimal(1))], True)])
    for each in day.every_operation():
        each |= {"cost": 8500, "total_cost": 8500 * each["quantity"]}
    (row,) = cost_drift(reconcile_day(day.evidence(), Settings()).operations).to_dict("records")
    assert row["value"] == drift * MICRO
    assert pd.isna(row["mean"]) if sold == 1 else row["mean"] == 8500 * MICRO


@given(day=clean_days, data=st.data())
def test_the_costs_add_up_to_what_the_day_wrote_off(day: RandomDay, data: st.DataObject) -> None:
    """Whatever was returned, whatever is wrong, and whether the API signs the costs of returns or not."""
    for each in day.every_operation():
        if data.draw(st.booleans()):
            each["total_cost"] = abs(each["total_cost"])
    receipt, operation_ = pick(day, data)
    FAULTS[data.draw(st.sampled_from(sorted(FAULTS)))](day, (receipt, operation_))
    result = reconcile_day(day.evidence(), Settings())
    drift = cost_drift(result.operations)
    assert drift["cost"].sum() == result.control.value["written_off"]
    assert drift["quantity"].sum() == result.operations["q"].sum()


amounts = st.integers(-(10**13), 10**13).filter(bool)


@given(then=st.tuples(amounts, amounts), quantity=amounts, cost=amounts)
def test_the_two_effects_are_the_whole_change(then: tuple[int, int], quantity: int, cost: int) -> None:
    """To the millionth; and what no column can hold is unknown, not wrong."""
    row = effects(then, quantity, cost)
    assert row["change"] == cost - then[1]
    by_quantity = round(Fraction((quantity - then[0]) * then[1], then[0]))  # half to even, as all of it
    by_price = row["change"] - by_quantity
    fit = max(abs(by_quantity), abs(by_price)) < 2**63
    assert (row["by_quantity"], row["by_price"]) == ((by_quantity, by_price) if fit else (None, None))


@given(then=st.tuples(amounts, amounts), times=st.integers(1, 1000))
def test_at_the_same_mean_unit_cost_nothing_is_the_prices(then: tuple[int, int], times: int) -> None:
    row = effects(then, then[0] * times, then[1] * times)
    assert (row["by_price"], row["by_quantity"]) == (0, row["change"])


def effects(then: tuple[int, int], quantity: int, cost: int) -> dict[str, Any]:
    """Of one product, against a workbook that says `then`: its quantity and its cost."""
    columns = {
        "product_id": [1],
        "storage_id": [3],
        "quantity": nullable([quantity]),
        "cost": nullable([cost]),
    }
    before = Workbook("w", date(2026, 1, 18), costs={(1, 3): then})
    (row,) = against(before, pd.DataFrame(columns)).to_dict("records")
    return {str(name): None if value is pd.NA else value for name, value in row.items()}


def test_a_workbook_reads_the_costs_of_the_one_before_it(tmp_path: Path) -> None:
    """Yesterday's cells are what today's are compared with; a product that wasn't sold then has nothing beside it."""
    before = str(date.fromisoformat(DAY) - timedelta(days=1))
    report(day_of((10, 100, 90), cost=10, day=before), Output(tmp_path))
    outcome = report(day_of((12, 90, 78), cost=11), Output(tmp_path))
    (row,) = table(openpyxl.load_workbook(outcome.paths[0]), "Unit costs")
    headers = (
        "Mean unit cost, earlier report", "Cost change since the earlier report",
        "of which by quantity", "of which by price",
    )  # fmt: skip
    assert [row[header] for header in headers] == [10, 32, 20, 12]
    assert Decimal(row["Mean unit cost"]) == 11


def test_the_costs_of_a_workbook_in_which_the_sheet_was_called_cost_drift_are_read(tmp_path: Path) -> None:
    """As before the sheet was renamed; also in another language."""
    before = str(date.fromisoformat(DAY) - timedelta(days=1))
    (old, *_) = report(day_of((10, 100, 90), day=before), Output(tmp_path)).paths
    for name in ("Cost drift", "Maya dəyərinin dəyişməsi"):
        book = openpyxl.load_workbook(old)
        book[book.sheetnames[[*map(has_costs, book)].index(True)]].title = name
        book.save(old)
        assert earlier.read(old, date.fromisoformat(before)).costs == {(COLA, 3): (10 * MICRO, 100 * MICRO)}


def has_costs(page: Any) -> bool:
    return "tblCostDrift" in page.tables


def test_the_costs_of_a_workbook_that_counts_returns_as_usage_are_not_compared(tmp_path: Path) -> None:
    """As all before this column did: the sheet says that there is nothing to compare with."""
    before = str(date.fromisoformat(DAY) - timedelta(days=1))
    (old, *_) = report(day_of((10, 100, 90), day=before), Output(tmp_path)).paths
    book = openpyxl.load_workbook(old)
    page = book["Unit costs"]
    (header,) = [cell for row in page.iter_rows() for cell in row if cell.value == "Of it returned"]
    header.value = "Something else"
    book.save(old)
    outcome = report(day_of((12, 90, 78), cost=11), Output(tmp_path))
    book = openpyxl.load_workbook(outcome.paths[0])
    (row,) = table(book, "Unit costs")
    assert row["Mean unit cost, earlier report"] is None
    assert f"{old.name}, has no costs to compare with" in words(book, "Unit costs")
