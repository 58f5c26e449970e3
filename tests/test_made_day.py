"""The made-up day: nothing is wrong with it, and what is planted in it is found."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.evidence import Evidence, Header, Raw
from reconcile.exact_json import encode_json
from reconcile.frames import is_due
from reconcile.pipeline import reconcile
from reconcile.result import Result
from reconcile.sandbox.discrepancies import KINDS, Planted, plant, write_planted
from reconcile.sandbox.made_day import make_day
from reconcile.sandbox.menu import MENU
from reconcile.sandbox.store import Store
from reconcile.settings import Settings
from rules import RULES

DAY = date(2026, 1, 19)
SETTINGS = Settings()
NAMES = {rule.name: rule.names for rule in RULES}
seeds, sizes = st.integers(0, 10**9), st.integers(1, 80)
Found = set[tuple[str, int, int | None]]
"""Rule, receipt, and the line or operation that the rule names."""


def evidence(store: Store) -> Evidence:
    """What a run would fetch from the store."""
    header = Header(DAY, "clopos", program="reconcile", started_at="2026-01-20T02:10:00Z")
    due = [receipt["id"] for receipt in store.receipts if is_due(receipt, DAY, None)]
    return Evidence(
        header,
        len(store.receipts),
        [("list", receipt) for receipt in store.receipts],
        {key: store.deductions(key) for key in due},
        finished_at="2026-01-20T02:11:00Z",
    )


def judged(store: Store) -> Result:
    return reconcile(evidence(store), SETTINGS)


def content(store: Store) -> bytes:
    return encode_json([store.receipts, store.operations, store.products, store.venues])


def named(ids: Mapping[Any, Any]) -> tuple[str, int, int | None]:
    rule, names = ids["rule"], {"line": "receipt_product_id", "operation": "operation_id"}
    return rule, ids["receipt_id"], ids[names[NAMES[rule]]] if NAMES[rule] in names else None


def found(result: Result) -> Found:
    """The errors and warnings, by the record that each rule names."""
    serious = result.findings[result.findings["severity"] != "info"]
    return {named(row) for row in serious.to_dict("records")}


def must_be_found(planted: list[Planted]) -> Found:
    return {named(asdict(each)) for each in planted}


def every_operation(store: Store) -> Iterator[Raw]:
    for receipt_id in store.operations:
        yield from store.operations[receipt_id]


def closed_of_the_day(store: Store) -> list[Raw]:
    return [each for each in store.receipts if each["shift_date"] == str(DAY) and each["status"] == 2]


@given(seed=seeds, size=sizes)
def test_the_same_seed_gives_the_same_bytes_and_another_another_day(seed: int, size: int) -> None:
    straight = content(make_day(DAY, size, seed))
    assert content(make_day(DAY, size, seed)) == straight
    assert content(make_day(DAY, size, seed + 1)) != straight


@given(seed=seeds, size=sizes)
def test_a_day_without_discrepancies_has_no_error_and_no_warning(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    result = judged(store)
    assert result.verdict == "RECONCILED"
    assert set(result.findings["rule"]) <= {"stock-gap"}
    assert result.control.receipts["reconciled"] == size == len(closed_of_the_day(store))
    assert result.control.receipts["open"] >= 1
    assert result.control.receipts["other_day"] >= 2


def test_a_day_of_no_receipts_is_empty() -> None:
    store = make_day(DAY, 0, 7)
    assert (store.receipts, store.operations) == ([], {})
    assert plant(store, DAY, Decimal(1), 7) == []


@given(seed=seeds, size=sizes)
def test_the_chain_of_every_stock_closes_and_stays_above_zero(seed: int, size: int) -> None:
    """In the order of time, then id, with the operations of other documents, which move the same stocks."""
    balances: dict[int, Decimal] = {}
    moved = sorted(
        every_operation(make_day(DAY, size, seed)), key=lambda each: (each["operated_at"], each["id"])
    )
    assert [each["id"] for each in moved] == sorted({each["id"] for each in moved})
    for operation in moved:
        before, after = operation["before_quantity"], operation["after_quantity"]
        assert balances.get(operation["stock_id"], before) == before
        assert before - operation["quantity"] == after >= 0
        assert Decimal(after) == round(Decimal(after), 3)
        balances[operation["stock_id"]] = after


@given(seed=seeds, size=sizes)
def test_unit_costs_change_by_deliveries_alone_and_by_at_most_two_percent(seed: int, size: int) -> None:
    costs: dict[int, set[Decimal]] = defaultdict(set)
    deliveries: set[int] = set()
    for operation in every_operation(make_day(DAY, size, seed)):
        if operation.get("operation_id") and operation["quantity"] <= -10:
            deliveries.add(operation["stock_id"])
        else:
            costs[operation["stock_id"]].add(operation["cost"])
        cost_before, step = operation["before_cost"], Decimal("0.0001")
        assert abs(operation["cost"] - cost_before) <= Decimal("0.02") * cost_before + step
        exact = operation["cost"] * Decimal(operation["quantity"])
        assert abs(operation["total_cost"] - exact) <= Decimal("0.005")
    assert all(len(each) <= 1 + (stock in deliveries) for stock, each in costs.items())


@given(seed=seeds, size=sizes)
def test_operations_of_other_documents_are_there_and_never_shown(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    shown = {each["id"] for key in store.operations for each in store.deductions(key)}
    hidden = [each for each in every_operation(store) if each["id"] not in shown]
    if shown:
        shapes = {(each.get("operation_id") is None, each["receipt_product_id"] is None) for each in hidden}
        assert shapes == {(False, True), (True, True), (False, False)}


NUMBERS = (
    "id receipt_id receipt_product_id product_id stock_id storage_id quantity before_quantity after_quantity cost "
    "before_cost total_cost"
).split()


@given(seed=seeds, size=sizes)
def test_every_field_of_an_operation_has_its_documented_type(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    products = {product["id"]: product for product in store.products}
    for operation in (each for key in store.operations for each in store.deductions(key)):
        assert set(operation) == {*NUMBERS, "operated_at", "product", "stock"}
        assert all(type(operation[name]) in (int, Decimal) for name in NUMBERS)
        assert len(operation["operated_at"]) == len("2026-01-19 15:07:49")
        assert operation["product"] == {
            "id": operation["product_id"], "name": products[operation["product_id"]]["full_name"]
        }  # fmt: skip
        assert set(operation["stock"]) == {"id", "storage"}
        assert operation["stock"]["id"] == operation["stock_id"]
        assert set(operation["stock"]["storage"]) == {"id", "name"}
        assert operation["stock"]["storage"]["id"] == operation["storage_id"]


@given(seed=seeds, size=sizes)
def test_a_receipts_sums_are_those_of_its_lines_and_operations(seed: int, size: int) -> None:
    store = make_day(DAY, size, seed)
    for receipt in store.receipts:
        live = [line for line in receipt["receipt_products"] if not line["deleted_at"]]
        assert receipt["total"] == sum(line["total"] for line in live)
        assert receipt["subtotal"] - receipt["total_discount"] == receipt["total"]
        deductions = store.deductions(receipt["id"])
        assert receipt["totalCost"] == sum(abs(each["total_cost"]) for each in deductions)
        if receipt["status"] == 1 or receipt["order_status"] == "CANCELLED":
            assert deductions == []
        assert {each["receipt_product_id"] for each in deductions} <= {line["id"] for line in live}


@given(seed=seeds)
def test_a_dish_takes_its_recipe_and_its_modifiers_as_the_catalogue_says(seed: int) -> None:
    store = make_day(DAY, 60, seed)
    products = {product["id"]: product for product in store.products}
    for receipt in closed_of_the_day(store):
        taken: dict[int, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for operation in store.deductions(receipt["id"]):
            taken[operation["receipt_product_id"]][operation["product_id"]] += operation["quantity"]
        for line in receipt["receipt_products"]:
            product = products[line["product_id"]]
            if product["type"] != "DISH" or line["deleted_at"] or receipt["order_status"] == "CANCELLED":
                continue
            due: dict[int, Decimal] = defaultdict(Decimal)
            sign = -1 if receipt.get("is_returns") else 1
            for ingredient in product["recipe"]:
                due[ingredient["id"]] += (
                    sign * Decimal(ingredient["pivot"]["gross"]) * line["count"] * line["portion_size"]
                )
            offered = {
                each["id"]: each for group in product["modificator_groups"] for each in group["modificators"]
            }
            for chosen in line["receipt_product_modificators"]:
                modifier = offered[chosen["modificator_id"]]
                due[modifier["ingredient_id"]] += sign * modifier["brutto"] * chosen["count"]
            assert taken[line["id"]] == due


def test_a_day_of_a_thousand_receipts_has_all_that_a_day_has() -> None:
    """A thousand closed ones, five open, twenty either side; what is rare is there, and stays rare."""
    closed = closed_of_the_day(store := make_day(DAY, 1000, 7))
    lines = [line for receipt in closed for line in receipt["receipt_products"]]
    assert (len(closed), len(store.receipts)) == (1000, 1000 + 5 + 2 * 20)
    assert {line["product"]["type"] for line in lines} == {"GOODS", "MODIFICATION", "DISH", "TIMER"}
    assert {len(receipt["receipt_products"]) for receipt in closed} == {1, 2, 3, 4, 5, 6}
    for records in (store.receipts, lines):
        assert len({each["id"] for each in records}) == len({each["cid"] for each in records}) == len(records)
    written_off = Counter(
        each["receipt_product_id"] for key in store.operations for each in store.deductions(key)
    )
    counts = {
        "gifts": (sum(line["is_gift"] for line in lines), 20, 120),
        "voided": (sum(bool(line["deleted_at"]) for line in lines), 10, 60),
        "halves": (sum(line["portion_size"] == Decimal("0.5") for line in lines), 10, 150),
        "modified": (sum(bool(line["receipt_product_modificators"]) for line in lines), 50, 300),
        "off the menu": (sum(bool(line["product"]["deleted_at"]) for line in lines), 10, 150),
        "split": (sum(line["product_id"] in (31101, 31104) and written_off[line["id"]] == 2 for line in lines), 5, 200),
        "returns": (sum("is_returns" in receipt for receipt in closed), 3, 25),
        "cancelled": (sum(receipt["order_status"] == "CANCELLED" for receipt in closed), 1, 20),
        "guests named": (sum(bool(receipt["customer"]) for receipt in closed), 50, 400),
        "after midnight": (sum(receipt["created_at"] > "2026-01-20" for receipt in closed), 5, 100),
        "changes": (len({receipt["updated_at"] for receipt in closed}), 900, 1000),
    }  # fmt: skip
    assert {name: count for name, (count, least, most) in counts.items() if not least <= count <= most} == {}
    assert all(receipt["created_at"] < receipt["closed_at"] < receipt["updated_at"] for receipt in closed)
    assert all("2026-01-19 09:00" <= receipt["created_at"] < "2026-01-20 01:30" for receipt in closed)


def test_the_menu_is_as_the_catalogue_gives_it() -> None:
    products = make_day(DAY, 1, 1).products
    assert {"GOODS", "MODIFICATION", "DISH", "PREPARATION", "INGREDIENT", "TIMER"} == {
        each["type"] for each in products
    }
    assert [each["inventory_behavior"] for each in products if each["type"] == "TIMER"] == [3]
    assert sum(each["deleted_at"] is not None for each in products) == 1
    known = {each["id"] for each in products}
    assert len(known) == len(products) == len(MENU)
    for each in products:
        assert each["parent_id"] is None or each["parent_id"] in known
        assert all(type(part["pivot"]["gross"]) is str and part["id"] in known for part in each["recipe"])
    assert any(
        part["type"] == "PREPARATION" and each["type"] == "DISH"
        for each in products
        for part in each["recipe"]
    )


@given(seed=seeds, size=sizes, share=st.decimals(0, 1, places=2))
def test_what_is_planted_is_found_and_nothing_else(seed: int, size: int, share: Decimal) -> None:
    store = make_day(DAY, size, seed)
    planted = plant(store, DAY, share, seed)
    assert found(judged(store)) == must_be_found(planted)
    assert len({each.receipt_id for each in planted}) == len(planted)
    again = make_day(DAY, size, seed)
    assert plant(again, DAY, share, seed) == planted
    assert content(again) == content(store)


@pytest.mark.parametrize("seed", range(4))
def test_every_kind_is_planted_in_a_day_of_300_and_named_as_its_finding_names_it(seed: int) -> None:
    store = make_day(DAY, 300, seed)
    live = [each for each in closed_of_the_day(store) if each["order_status"] != "CANCELLED"]
    planted = plant(store, DAY, Decimal("0.1"), seed)
    assert len(planted) == round(Decimal("0.1") * len(live))
    assert {each.rule for each in planted} == set(KINDS)
    result = judged(store)
    assert result.complete
    findings = {named(row): row for row in result.findings.to_dict("records")}
    for each in planted:
        ids = {
            name: value for name, value in asdict(each).items() if name.endswith("_id") and value is not None
        }
        assert ids.items() <= findings[named(asdict(each))].items()


def test_the_list_of_what_was_planted_is_a_csv(tmp_path: Path) -> None:
    planted = plant(store := make_day(DAY, 60, 3), DAY, Decimal("0.3"), 3)
    assert store.receipts
    write_planted(path := tmp_path / "planted.csv", planted)
    assert b"\r" not in path.read_bytes()
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert [(row["rule"], int(row["receipt_id"]), row["what"]) for row in rows] == [
        (each.rule, each.receipt_id, each.what) for each in planted
    ]
    assert list(rows[0]) == ["rule", "receipt_id", "receipt_product_id", "operation_id", "product_id", "what"]
