"""What is planted in a made-up day is found, each once, by its own rule, and nothing else."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.sandbox.discrepancies import plant, write_planted
from reconcile.sandbox.discrepancy_kinds import KINDS
from reconcile.sandbox.generated_day import make_day
from tests.given.made_days import (
    DAY,
    closed_of_the_day,
    content,
    found,
    judged,
    must_be_found,
    named,
    seeds,
    sizes,
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
    planted = plant(store, DAY, Decimal("0.12"), seed)
    assert len(planted) == round(Decimal("0.12") * len(live))
    assert {(each.fault, each.rule) for each in planted} == {
        (fault, kind.rule) for fault, kind in KINDS.items()
    }
    result = judged(store)
    assert result.complete
    findings = {named(row): row for row in result.findings.to_dict("records")}
    for each in planted:
        ids = {
            name: value for name, value in asdict(each).items() if name.endswith("_id") and value is not None
        }
        assert ids.items() <= findings[named(asdict(each))].items()


def test_a_receipt_that_was_sent_twice_is_listed_twice() -> None:
    """The copy has the `cid` of the first, a later id, and lines and operations of its own."""
    planted = plant(store := make_day(DAY, 300, 5), DAY, Decimal("0.12"), 5)
    receipts = {receipt["id"]: receipt for receipt in store.receipts}
    (copy,) = (receipts[each.receipt_id] for each in planted if each.fault == "sent-twice")
    (first,) = (each for each in store.receipts if each["cid"] == copy["cid"] and each is not copy)
    assert copy["id"] > first["id"]
    assert [line["product_id"] for line in copy["receipt_products"]] == [
        line["product_id"] for line in first["receipt_products"]
    ]
    lines = {line["id"] for line in copy["receipt_products"]}
    assert not lines & {line["id"] for line in first["receipt_products"]}
    assert {each["receipt_product_id"] for each in store.deductions(copy["id"])} <= lines
    assert copy["totalCost"] == first["totalCost"] > 0


def test_too_much_of_an_ingredient_is_a_thousandfold_where_the_stock_has_it_else_twice() -> None:
    """And half is half, left out is none, put back is as much with the other sign."""
    planted = plant(store := make_day(DAY, 1000, 7), DAY, Decimal("0.3"), 7)
    result = judged(store)
    rows = {named(row): row for row in result.findings.to_dict("records")}
    times: dict[str, set[float]] = defaultdict(set)
    for each in planted:
        if each.rule == "recipe-mismatch":
            row = rows[named(asdict(each))]
            times[each.fault].add(row["actual"] / row["expected"])
    assert times == {"too-much": {1000, 2}, "half": {0.5}, "left-out": {0}, "put-back": {-1}}


def test_the_list_of_what_was_planted_is_a_csv(tmp_path: Path) -> None:
    planted = plant(store := make_day(DAY, 60, 3), DAY, Decimal("0.3"), 3)
    assert store.receipts
    write_planted(path := tmp_path / "planted.csv", planted)
    assert b"\r" not in path.read_bytes()
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert [(row["rule"], int(row["receipt_id"]), row["what"]) for row in rows] == [
        (each.rule, each.receipt_id, each.what) for each in planted
    ]
    assert list(rows[0]) == "rule fault receipt_id receipt_product_id operation_id product_id what".split()


def test_a_day_of_its_own_is_what_earlier_versions_made() -> None:
    """Byte for byte, the list too: evidence and notes that were made with it stay comparable."""
    planted = plant(store := make_day(DAY, 200, 7), DAY, Decimal("0.5"), 7)
    made = hashlib.sha256(content(store) + repr(planted).encode()).hexdigest()
    assert made == "3883e15a545079bcd26d96382205e40c761091d4d6611f3abc11d73d1ea98084"
