"""The terms of reconciliation: which day, which line, which kind, what is open, void, broken."""

from __future__ import annotations

import copy
import dataclasses
import json
from decimal import Decimal
from typing import Any

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.report import findings_json
from reconcile.rulebook.rule import Rule
from reconcile.rulebook.rules import RULES
from reconcile.settings.model import RulesTable, Settings, Thresholds, Untracked
from tests.given.random_days import RandomDay, build


@pytest.fixture
def day() -> RandomDay:
    """Two receipts of two lines each, all in order."""
    sale = ([(31042, Decimal(1), Decimal(1)), (31046, Decimal(2), Decimal(1))], False)
    return build([sale, sale])


def judged(
    day: RandomDay, settings: Settings | None = None, rules: tuple[Rule, ...] = RULES
) -> dict[str, Any]:
    rendered = findings_json.render(reconcile_day(day.evidence(), settings or Settings(), rules))
    found: dict[str, Any] = json.loads(rendered)
    return found


def rules_of(found: dict[str, Any]) -> list[str]:
    return [finding["rule"] for finding in found["findings"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"shift_date": "2026-01-18"}, "other_day"),
        ({"shift_date": None, "closed_at": "2026-01-20 00:10:00"}, "other_day"),
        ({"shift_date": None, "closed_at": None, "created_at": "2026-01-19 23:50:00"}, "reconciled"),
        ({"shift_date": "2026-01-19", "closed_at": "2026-01-20 01:10:00"}, "reconciled"),
        ({"status": 1}, "open"),
        ({"status": 1, "shift_date": "2026-01-20"}, "other_day"),
        ({"shift_date": None, "closed_at": None, "created_at": None}, "failed"),
        ({"created_at": "19.01.2026"}, "failed"),
        ({"receipt_products": None}, "failed"),
        ({"totalCost": "a lot"}, "failed"),
    ],
)
def test_a_receipt_is_in_the_class_that_its_fields_say(
    day: RandomDay, fields: dict[str, Any], expected: str
) -> None:
    """shift_date, else closed_at, else created_at decides the day; open and broken receipts are counted."""
    day.receipts[0].update(fields)
    counts = judged(day)["control"]["receipts"]
    assert counts["listed"] == 2
    assert counts[expected] == (2 if expected == "reconciled" else 1)


def test_an_open_receipt_that_was_cancelled_is_judged(day: RandomDay) -> None:
    """A dead receipt is final: what it wrote off is unexpected."""
    day.receipts[0].update(status=1, order_status="CANCELLED")
    assert rules_of(judged(day)) == ["unexpected-write-off"] * 2


def test_a_receipt_whose_operations_were_not_fetched_is_failed_and_named(day: RandomDay) -> None:
    """The rest is judged, the day is incomplete."""
    del day.operations[2]
    found = judged(day)
    assert found["failures"] == [{"receipt_id": 2, "reason": "its stock operations were not fetched"}]
    assert found["control"]["receipts"]["reconciled"] == 1
    assert not found["complete"]


@pytest.mark.parametrize(
    ("change", "line_class"),
    [
        ({"product": {"type": "TIMER"}}, "untracked"),
        ({"product": {"type": "GOODS", "inventory_behavior": 3}}, "untracked"),
        ({"product": {"type": "DISH"}}, "unverified"),
        ({"product": {"type": "GOODS"}}, "flagged"),
        ({"product": {}}, "flagged"),
        ({"product": {"type": "SOMETHING NEW"}}, "flagged"),
        ({"count": 0}, "void"),
        ({"deleted_at": "2026-01-19 12:00:00"}, "void"),
        ({"count": None}, "unverified"),
    ],
)
def test_a_line_without_operations_is_of_the_class_its_product_says(
    day: RandomDay, change: dict[str, Any], line_class: str
) -> None:
    """Time takes nothing; goods must; a dish none of which was written off can't be judged."""
    line = day.receipts[0]["receipt_products"][0]
    line.update(product_id=777, **change)  # a product of its own: no other line speaks for it
    day.operations[1] = [each for each in day.operations[1] if each["receipt_product_id"] != line["id"]]
    counts = judged(day)["control"]["lines"]
    assert {name: counts[name] for name in ("flagged", "void", "untracked", "unverified")} == {
        "flagged": 0,
        "void": 0,
        "untracked": 0,
        "unverified": 0,
        line_class: 1,
    }


def test_a_dish_that_was_not_written_off_is_missing_where_another_of_its_lines_was(day: RandomDay) -> None:
    """Whatever that other line was judged as."""
    line = day.receipts[0]["receipt_products"][0]
    line["product"] = {"type": "DISH"}
    day.operations[1] = [each for each in day.operations[1] if each["receipt_product_id"] != line["id"]]
    assert rules_of(judged(day)) == ["missing-write-off"]


def test_an_operation_that_lost_its_quantity_takes_no_other_receipts_line_with_it(day: RandomDay) -> None:
    """Only the line of the receipt it was given for can't be judged."""
    stray = copy.deepcopy(day.operations[2][0]) | {"id": 9999, "quantity": "x"}
    day.operations[1].append(stray)
    found = judged(day)
    assert found["control"]["lines"]["unverified"] == 0
    assert found["control"]["operations"]["quarantined"] == 1


def test_an_unreadable_version_of_an_operation_is_no_repeat_of_a_readable_one(day: RandomDay) -> None:
    """Both are versions of one id with two contents, also where the readable number is 0."""
    operation = day.operations[1][0]
    operation["before_cost"] = 0
    day.operations[1].append(copy.deepcopy(operation) | {"before_cost": "x"})
    counts = judged(day)["control"]["operations"]
    assert (counts["quarantined"], counts["repeated"]) == (2, 0)


def test_a_failure_of_a_receipt_that_is_on_no_list_is_told(day: RandomDay) -> None:
    """What is missing is named, also where nothing else is known of it."""
    evidence = day.evidence()
    evidence.reasons[99] = "404 not_found"
    result = reconcile_day(evidence, Settings())
    assert [tuple(failure) for failure in result.failures] == [(99, "404 not_found")]


def test_a_line_with_its_own_operation_is_direct_whatever_its_type(day: RandomDay) -> None:
    """A dish kept ready in stock is judged by what was taken of itself."""
    day.receipts[0]["receipt_products"][0]["product"] = {"type": "DISH"}
    assert judged(day)["control"]["lines"]["matched"] == 4


def test_a_product_that_the_settings_name_is_untracked(day: RandomDay) -> None:
    """It is not judged, also where it has operations."""
    settings = Settings(untracked=Untracked(products=frozenset({31042})))
    assert judged(day, settings)["control"]["lines"]["untracked"] == 2


def test_a_return_is_read_the_same_whatever_the_sign() -> None:
    """The sign of a return's quantities is not documented: both are right."""
    returned = build([([(31042, Decimal(1), Decimal(1))], True)])
    assert judged(returned)["findings"] == []
    operation = returned.operations[1][0]
    operation |= {"quantity": 1, "total_cost": 8000}
    returned.receipts[0]["receipt_products"][0]["count"] = -1
    assert judged(returned)["findings"] == []


def test_a_return_that_was_not_put_back_is_a_warning_unless_returns_are_thrown_away() -> None:
    """`returns_restock = false` expects nothing to come back."""
    returned = build([([(31042, Decimal(1), Decimal(1))], True)])
    returned.operations[1] = []
    (finding,) = judged(returned)["findings"]
    assert (finding["rule"], finding["severity"]) == ("missing-write-off", "warning")
    assert judged(returned, Settings(thresholds=Thresholds(returns_restock=False)))["findings"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"receipt_product_id": None},
        {"receipt_product_id": 777},
        {"operation_id": 12},
        {"operation_id": "c0ffee"},
        {"receipt_id": 2},
    ],
)
def test_an_operation_that_does_not_belong_is_an_orphan_and_its_line_takes_nothing_of_it(
    day: RandomDay, change: dict[str, Any]
) -> None:
    """No line, an unknown line, another document, another receipt: the line that is left has no write-off.

    In one receipt the two cancel, and it is only in the wrong place.
    """
    day.operations[1][0] |= change
    assert rules_of(judged(day)) == ["misplaced-write-off"]
    off = Settings(rules=RulesTable(off=frozenset({"misplaced-write-off"})))
    assert rules_of(judged(day, off)) == ["missing-write-off", "orphan-operation"]


def test_an_operation_of_another_receipts_line_is_an_orphan(day: RandomDay) -> None:
    """A line belongs to one receipt."""
    stray = copy.deepcopy(day.operations[2][0]) | {"id": 9999, "receipt_id": 1}
    day.operations[1].append(stray)
    assert "orphan-operation" in rules_of(judged(day))


def test_the_version_of_a_receipt_that_was_asked_for_by_id_counts(day: RandomDay) -> None:
    """A list may leave out a deleted line; the receipt by id shows it."""
    whole = copy.deepcopy(day.receipts[0])
    whole["receipt_products"].append(
        {"id": 1999, "product_id": 31042, "count": 1, "deleted_at": "2026-01-19 12:00:00"}
    )
    evidence = day.evidence()
    evidence.receipts.insert(0, ("id", whole))
    assert reconcile_day(evidence, Settings()).control.lines["void"] == 1


def test_a_broken_line_is_unverified_and_its_operations_are_no_orphans(day: RandomDay) -> None:
    """What can't be read is named, and blamed on no one."""
    day.receipts[0]["receipt_products"][0]["count"] = "two"
    found = judged(day)
    assert found["findings"] == []
    assert found["quarantine"] == [
        {"record": "line", "id": 1001, "receipt_id": 1, "reason": "count is not a number: 'two'"}
    ]
    assert found["control"]["lines"]["unverified"] == found["control"]["operations"]["unverified"] == 1


def test_a_value_is_unknown_where_no_cost_is_known() -> None:
    """Nothing was written off of this product that day, and the catalogue has no cost."""
    day = build([([(31042, Decimal(1), Decimal(1))], False)])
    day.operations[1] = []
    assert judged(day)["findings"][0]["value"] is None
    day.receipts[0]["receipt_products"][0]["product"]["cost_price"] = "7500.50"
    assert judged(day)["findings"][0]["value"] == "-7500.5"


def test_a_missing_write_off_is_worth_what_the_product_cost_that_day(day: RandomDay) -> None:
    """The unit cost of the same product's other operations."""
    del day.operations[1][0]
    day.receipts[0]["receipt_products"][0]["count"] = 3
    assert judged(day)["findings"][0]["value"] == "-24000"


def test_times_with_a_zone_are_tested_only_where_the_settings_name_the_venues(day: RandomDay) -> None:
    """`Z` is not local: without a zone it is not compared, with one it is converted, and shown as given."""
    given = "2026-01-19T09:30:00.000Z"
    day.operations[1][0]["operated_at"] = given
    assert "cut-off" not in rules_of(judged(day))
    found = judged(day, Settings(timezone="Asia/Baku"))
    (finding,) = [each for each in found["findings"] if each["rule"] == "cut-off"]
    assert finding["actual"] == given
    assert finding["difference"] == "267"


def test_a_rule_that_crashes_leaves_the_others_standing(day: RandomDay) -> None:
    """The day is incomplete and says which rule did not run."""

    def crash(*_: Any) -> Any:
        raise ZeroDivisionError

    broken = tuple(
        dataclasses.replace(rule, judge=crash) if rule.name == "cost-drift" else rule for rule in RULES
    )
    day.operations[1][0]["after_quantity"] = 5
    found = judged(day, rules=broken)
    assert "balance-broken" in rules_of(found)
    assert found["failures"] == [{"receipt_id": None, "reason": "the rule cost-drift crashed"}]
    assert not found["complete"]
