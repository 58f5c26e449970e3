"""A number that no decimal holds, wherever it stands: no crash, its record is named, and all else is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.evidence.records import read_lines
from reconcile.report import findings_json
from reconcile.settings.model import Settings
from tests.given.day_records import evidence_records, sales
from tests.given.dish_records import RICE, dish

HERE = "@@here@@"
ODD = {
    "exponent": "1e99999999999999999999",
    "negative_exponent": "-1e99999999999999999999",
    "small_exponent": "1e-99999999999999999999",
    "text": '"1e99999999999999999999"',
    "digits": "9" * 240,
    "many_digits": "9" * 5000,
    "decimals": "0." + "3" * 5000,
    "minus_zero": "-0.0",
    "infinite": '"Infinity"',
    "hexadecimal": '"0x10"',
    "other_digits": '"١٢"',
    "list": "[[]]",
    "flag": "true",
}
RECEIPT = "id status totalCost total"
LINE = "id product_id count portion_size price subtotal"
OPERATION = (
    "id receipt_id receipt_product_id product_id stock_id storage_id quantity before_quantity after_quantity cost "
    "before_cost total_cost"
)
PRODUCT = "id parent_id unit_id cost_price net_output inventory_behavior"
RECIPE_ROW = "gross net"
MODIFIER = "id ingredient_id brutto cost_price"
RECEIPTS = sum(len(fields.split()) for fields in (RECEIPT, LINE, OPERATION)) + 1


def evidence_with(number: str) -> list[bytes]:
    """The lines of evidence in which each numeric field of each kind of record is this text once; the last receipt of
    the list is as it should be.
    """
    listed, operations = sales(RECEIPTS)
    odd: list[tuple[dict[str, Any], str]] = []
    each = iter(listed)
    odd += [(next(each), name) for name in RECEIPT.split()]
    odd += [(next(each)["receipt_products"][0], name) for name in LINE.split()]
    odd += [(operations[next(each)["id"]][0], name) for name in OPERATION.split()]
    products = []
    for key, (part, name) in enumerate(
        [
            *(("product", name) for name in PRODUCT.split()),
            *(("recipe", name) for name in RECIPE_ROW.split()),
            *(("modifier", name) for name in MODIFIER.split()),
        ],
        start=40_001,
    ):
        product = dish(key, (RICE, "0.150"))
        modifier: dict[str, Any] = {"id": 7, "name": "x", "ingredient_id": RICE, "brutto": 1, "cost_price": 1}
        product["modificator_groups"] = [{"id": 1, "name": "g", "modificators": [modifier]}]
        parts = {"product": product, "recipe": product["recipe"][0]["pivot"], "modifier": modifier}
        odd.append((parts[part], name))
        products.append({"record": "product", "product": product})
    for record, name in odd:
        record[name] = HERE
    records = evidence_records(listed, operations)
    records[-1:-1] = [*products, {"record": "catalogue", "total": len(products)}]
    return [json.dumps(record).replace(f'"{HERE}"', number).encode() + b"\n" for record in records]


NAMES = [
    f"{kind} {name}"
    for kind, names in (("receipt", RECEIPT), ("line", LINE), ("operation", OPERATION))
    for name in names.split()
]
NOT_NEEDED = {"receipt id", "receipt status", "receipt total", "line price", "line subtotal"}
"""A receipt without an id has no number to be named by; the others no verdict needs."""
AMOUNTS = {"receipt totalCost", "line count", "line portion_size"} | {
    f"operation {name}" for name in OPERATION.split() if "quantity" in name or "cost" in name
}
AMOUNT = {"small_exponent", "decimals", "minus_zero", "other_digits"}
"""Odd, but an amount can be read from it; an id can't."""


@pytest.mark.parametrize("number", ODD)
def test_an_odd_number_costs_its_record_at_most(number: str) -> None:
    evidence = read_lines(evidence_with(ODD[number]), Path("evidence.jsonl"))
    result = reconcile_day(evidence, Settings())
    assert not json.loads(findings_json.render(result))["complete"]
    receipts = result.control.receipts
    assert receipts["listed"] == RECEIPTS == sum(receipts.values()) - receipts["listed"]
    named = {failure.receipt_id for failure in result.failures} | set(
        result.quarantine["receipt_id"].dropna()
    )
    spared = {name for key, name in enumerate(NAMES, start=1) if key not in named}
    assert spared == NOT_NEEDED | (AMOUNTS if number in AMOUNT else set())
    assert None in named, "the receipt without an id is a failure too"
    assert RECEIPTS not in named, "the last receipt is as it should be"
