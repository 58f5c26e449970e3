"""Laws that hold for any day."""

from __future__ import annotations

import copy
import json
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.engine.day import reconcile_day
from reconcile.engine.match import match_day
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.records import read_evidence
from reconcile.frames import build_day
from reconcile.model.matched import MatchedLines, MatchedOperations, MatchedReceipts
from reconcile.report import findings_json
from reconcile.settings.model import Settings
from tests.given.random_days import FAULTS, GARBAGE, SALES_ONLY, RandomDay, build, clean_days, pick, sales

SETTINGS = Settings()


def document(day: RandomDay) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(findings_json.render(reconcile_day(day.evidence(), SETTINGS)))
    return found


@given(clean_days)
def test_a_clean_day_has_no_finding(day: RandomDay) -> None:
    """Where everything sold was written off once, nothing is found and every line is matched."""
    found = document(day)
    assert found["findings"] == []
    assert found["complete"]
    assert found["control"]["lines"]["matched"] == found["control"]["lines"]["total"]


@pytest.mark.parametrize("fault", FAULTS)
@given(day=clean_days, data=st.data())
def test_a_planted_fault_is_found_and_no_other_error(fault: str, day: RandomDay, data: st.DataObject) -> None:
    """One fault of a kind gives its finding, once, on the record it was planted in."""
    receipt, operation = pick(day, data)
    assume(not (fault in SALES_ONLY and receipt["is_returns"]))
    FAULTS[fault](day, (receipt, operation))
    findings = document(day)["findings"]
    (its_own,) = [finding for finding in findings if finding["rule"] == fault]
    assert its_own["receipt_id"] == receipt["id"]
    if fault not in ("receipt-cost-mismatch", "duplicate-write-off", "orphan-operation"):
        line = operation["receipt_product_id"]
        assert its_own["receipt_product_id"] == line
    others = [
        finding["rule"] for finding in findings if finding is not its_own and finding["severity"] == "error"
    ]
    assert others == []


@given(day=clean_days, data=st.data(), seed=st.integers(0, 1000))
def test_the_order_of_records_changes_nothing(day: RandomDay, data: st.DataObject, seed: int) -> None:
    """Receipts, lines and operations in any order give the same bytes."""
    fault = data.draw(st.sampled_from(sorted(FAULTS)))
    FAULTS[fault](day, pick(day, data))
    straight = findings_json.render(reconcile_day(day.evidence(), SETTINGS))
    shuffle = random.Random(seed).shuffle
    shuffle(day.receipts)
    for receipt in day.receipts:
        shuffle(receipt["receipt_products"])
    for operations in day.operations.values():
        shuffle(operations)
    day.operations = dict(sorted(day.operations.items(), key=lambda item: -item[0]))
    assert findings_json.render(reconcile_day(day.evidence(), SETTINGS)) == straight


@given(day=clean_days, data=st.data())
def test_a_findings_id_stays_when_other_records_come(day: RandomDay, data: st.DataObject) -> None:
    """The same finding has the same id on a longer day, and ids tell findings apart."""
    receipt, operation = pick(day, data)
    assume(not receipt["is_returns"])
    FAULTS["quantity-mismatch"](day, (receipt, operation))
    whole = {finding["id"] for finding in document(day)["findings"] if finding["rule"] == "quantity-mismatch"}
    alone = RandomDay([receipt], {receipt["id"]: day.operations[receipt["id"]]})
    assert {
        finding["id"] for finding in document(alone)["findings"] if finding["rule"] == "quantity-mismatch"
    } == whole
    ids = [finding["id"] for finding in document(day)["findings"]]
    assert len(ids) == len(set(ids))


@given(day=clean_days, data=st.data())
def test_control_totals_add_up_whatever_comes(day: RandomDay, data: st.DataObject) -> None:
    """With any field of any record replaced by anything, each record is still in exactly one class."""
    for _ in range(data.draw(st.integers(1, 4))):
        receipt, operation = pick(day, data)
        line = data.draw(st.sampled_from(receipt["receipt_products"]))
        record = data.draw(st.sampled_from([receipt, operation, line]))
        field = data.draw(st.sampled_from(sorted(set(record) - {"receipt_products"})))
        record[field] = data.draw(GARBAGE)
        if record is receipt and field == "id":
            break
    result = reconcile_day(day.evidence(), SETTINGS)
    for counts, whole in (
        (result.control.receipts, "listed"),
        (result.control.lines, "total"),
        (result.control.operations, "total"),
    ):
        assert counts[whole] == sum(count for name, count in counts.items() if name != whole)
    assert result.complete == (not result.failures and result.quarantine.empty)
    assert json.loads(findings_json.render(result))


@given(day=clean_days, data=st.data())
def test_a_replay_of_the_evidence_equals_the_run(
    day: RandomDay, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Written as evidence and read back, plain or compressed, a day gives the same bytes."""
    FAULTS[data.draw(st.sampled_from(sorted(FAULTS)))](day, pick(day, data))
    evidence = day.evidence()
    folder = tmp_path_factory.mktemp("evidence")
    log = EvidenceLog(folder / "running.jsonl", evidence.header, timedelta(0))
    for asked, receipt in evidence.receipts:
        log.append({"record": "receipt", "asked": asked, "receipt": receipt})
    for key, operations in evidence.operations.items():
        log.append({"record": "operations", "receipt_id": key, "operations": operations})
    log.append({"record": "listed", "total": len(day.receipts)})
    log.append({"record": "end", "finished_at": evidence.finished_at, "requests": 0})
    expected = findings_json.render(reconcile_day(evidence, SETTINGS))
    assert findings_json.render(reconcile_day(read_evidence(folder / "running.jsonl"), SETTINGS)) == expected
    log.finish()
    assert (
        findings_json.render(reconcile_day(read_evidence(folder / "running.jsonl.gz"), SETTINGS)) == expected
    )
    assert [path.name for path in Path(folder).iterdir()] == ["running.jsonl.gz"]


@given(day=clean_days, data=st.data())
def test_an_operation_given_twice_counts_once(day: RandomDay, data: st.DataObject) -> None:
    """The same operation with the same content again is counted as repeated and changes no finding."""
    receipt, operation = pick(day, data)
    before = document(day)
    day.operations[receipt["id"]].append(copy.deepcopy(operation))
    after = document(day)
    assert after["findings"] == before["findings"] == []
    assert after["control"]["operations"]["repeated"] == 1
    assert after["control"]["value"] == before["control"]["value"]


@given(day=st.lists(sales, min_size=2, max_size=4).map(build), data=st.data())
def test_an_operation_that_another_receipt_gives_too_counts_at_its_own(
    day: RandomDay, data: st.DataObject
) -> None:
    """Given under a receipt that it does not name, before or after its own, it is the one that is repeated."""
    receipt, operation = pick(day, data)
    other = data.draw(st.sampled_from([each["id"] for each in day.receipts if each is not receipt]))
    day.operations[other].append(copy.deepcopy(operation))
    found = document(day)
    assert found["findings"] == []
    assert found["control"]["operations"]["repeated"] == 1


@given(day=clean_days, data=st.data())
def test_an_operation_id_with_two_contents_is_set_apart_in_every_version(
    day: RandomDay, data: st.DataObject
) -> None:
    """Both versions are quarantined, their line is unverified, and no rule speaks of it."""
    receipt, operation = pick(day, data)
    day.operations[receipt["id"]].append(copy.deepcopy(operation) | {"total_cost": 1})
    found = document(day)
    assert found["control"]["operations"]["quarantined"] == 2
    assert found["control"]["lines"]["unverified"] == 1
    assert not found["complete"]
    assert [finding for finding in found["findings"] if finding["severity"] == "error"] == []


@given(clean_days)
def test_matched_frames_hold_to_their_contracts(day: RandomDay) -> None:
    """What the match gives is what the rules are promised."""
    matched = match_day(build_day(day.evidence(), SETTINGS), SETTINGS)
    MatchedReceipts.validate(matched.receipts)
    MatchedLines.validate(matched.lines)
    MatchedOperations.validate(matched.operations)
