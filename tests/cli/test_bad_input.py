"""Hostile and broken input: named, kept out of the sums, and never a traceback."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reconcile.sandbox.faults import Fault, raw
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.broken_evidence import broken_evidence
from tests.given.day_records import (
    DAY,
    Raw,
    evidence_records,
    line,
    operation,
    receipt,
    run_record,
    sales,
    write_records,
)
from tests.given.examples import examples
from tests.given.running import LIVE, Desk, Ended

Serve = Callable[..., CloposServer]
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "#N/A",
    "+1-1",
    "@SUM(A1)",
    "bell\x07 escape\x1b[31m null\x00",
    "half \ud800 a pair",
    "right\u202eleft",
    "_x0041_",
    "long " * 8000,
    "</t></is><script>",
]


def test_hostile_names_do_no_harm(desk: Desk, serve: Serve) -> None:
    """Product names made to be run, cut or refused: the report is written, and the workbook opens as text."""
    receipts = [receipt(key, [line(100 + key, name=name)]) for key, name in enumerate(HOSTILE, start=1)]
    written_off = operation(1, 1, 101)
    written_off["product"]["name"] = written_off["stock"]["storage"]["name"] = HOSTILE[5] + HOSTILE[0]
    serve(receipts, {1: [written_off]})
    ended = desk.run(*LIVE, "--verbose")
    assert ended.status == 1, ended.err
    assert "\x1b" not in ended.err
    assert ended.found_rules.count("missing-write-off") == len(HOSTILE) - 1
    book = openpyxl.load_workbook(ended.folder / f"{DAY}.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert any(cell.value == HOSTILE[0] for cell in cells)


def test_damaged_and_foreign_evidence_is_named(desk: Desk) -> None:
    """Evidence that is cut, flipped, empty or something else: status 2, its name, and what to give instead."""
    for name, content in broken_evidence(desk.home).items():
        path = desk.home / name
        path.write_bytes(content)
        ended = desk.run("--source", str(path))
        assert ended.status == 2, (name, ended.err)
        assert f"{path} is not readable evidence" in ended.sentence()
        assert ".evidence.jsonl.gz" in ended.sentence()
        assert ended.names() == []
    for path in (desk.home / "missing", desk.home):
        ended = desk.run("--source", str(path))
        assert ended.status == 2
        assert "can't be read" in ended.sentence()


def test_evidence_of_a_run_that_was_cut_off_is_incomplete(desk: Desk) -> None:
    """Evidence without its end is reported as far as it goes, and the day is incomplete."""
    records = evidence_records(*sales(3))[:-1]
    ended = desk.run("--source", str(write_records(desk.home / "cut.jsonl", records)))
    assert ended.status == 3
    assert ended.report["control"]["receipts"]["reconciled"] == 3
    assert "has no end" in ended.report["failures"][0]["reason"]


def test_records_that_cannot_be_read_are_set_apart(desk: Desk, serve: Serve) -> None:
    """A broken receipt, line and operation: each named with its reason, status 3, the rest judged."""
    receipts, operations = sales(5)
    receipts[0]["closed_at"] = "at noon"
    receipts[1]["receipt_products"][0]["count"] = "two"
    operations[3][0]["total_cost"] = 10**30
    operations[4] = [*operations[4], cast("Raw", "no object")]
    receipts.append(receipt(6) | {"id": "six"})
    serve(receipts, operations)
    ended = desk.run(*LIVE)
    assert ended.status == 3
    reasons = {(each["record"], each["receipt_id"]): each["reason"] for each in ended.report["quarantine"]}
    assert reasons == {
        ("receipt", 1): "closed_at is not a time: 'at noon'",
        ("receipt", None): "id is not a positive whole number: 'six'",
        ("line", 2): "count is not a number: 'two'",
        ("operation", 3): f"total_cost is too large to be exact: '{10**30}'",
        ("operation", 4): "id is missing",
    }
    assert ended.report["control"]["receipts"]["failed"] == 2
    assert ended.report["control"]["lines"]["matched"] == 2


@pytest.mark.parametrize("depth", [300, 480, 900, 20_000])
def test_deep_nesting_is_no_bug(desk: Desk, serve: Serve, depth: int) -> None:
    """Lists within lists within lists, where operations should be."""
    server = serve(*sales(2))
    body = b'{"data": ' + b"[" * depth + b"]" * depth + b"}"
    server.faults.append(Fault("operations", raw(body), receipt_id=1))
    ended = desk.run(*LIVE)
    assert ended.status == 3, ended.err
    assert "Traceback" not in ended.err


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["1", "-1", "1e400", "NaN", f"{DAY} 15:07:49", f"{DAY}T15:07:49Z", "9" * 30, 10**30]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


def changed(record: Raw) -> st.SearchStrategy[Any]:
    """A record with a few of its values replaced by anything; now and then no record at all.

    Its venue stays: another one ends the run, as it should.
    """
    some = st.dictionaries(st.sampled_from(sorted(record.keys() - {"venue_id"})), ANYTHING, max_size=3)
    return st.one_of(
        some.map(lambda change: record | change), some.map(lambda change: record | change), ANYTHING
    )


@contextmanager
def asked_desk() -> Iterator[tuple[Desk, CloposServer]]:
    """A desk and a server for one example."""
    with tempfile.TemporaryDirectory() as home, CloposServer(Store(*sales(6))) as server:
        desk = Desk(Path(home))
        desk.configure("[api]\nattempts = 1\n")
        desk.environment = server.environment()
        yield desk, server


def expect_an_end_that_was_foreseen(ended: Ended) -> None:
    assert ended.status in (0, 1, 3), ended.err
    assert "Traceback" not in ended.err


@given(bodies=st.lists(st.binary(max_size=40), min_size=6, max_size=6), ours=st.booleans())
@example(bodies=[b"", b"[]", b"{}", b"null", b'{"data": null}', b'{"data": {}}'], ours=True)
@settings(max_examples=examples(2, 20), database=None)
def test_any_bytes_as_an_answer_are_no_bug(bodies: list[bytes], ours: bool) -> None:
    """Whatever comes instead of operations, in our envelope or not, is a failure and no crash."""
    with asked_desk() as (desk, server):
        for key, body in enumerate(bodies, start=1):
            answer = raw(b'{"data": [' + body + b"]}" if ours else body)
            server.faults.append(Fault("operations", answer, receipt_id=key))
        expect_an_end_that_was_foreseen(desk.run(*LIVE))


@given(
    receipts=st.lists(changed(receipt(1, [line(10_001)])), max_size=9),
    lines=st.lists(changed(line(10_002)), min_size=1, max_size=3),
    operations=st.lists(changed(operation(50_001, 1, 10_001)), max_size=6),
)
@settings(max_examples=examples(3, 30), database=None)
def test_any_values_in_records_are_no_bug(
    receipts: list[Any], lines: list[Any], operations: list[Any]
) -> None:
    """Anything at all where values belong is judged or set apart, and the control totals still add up."""
    with asked_desk() as (desk, server):
        listed = json.dumps({"data": [*receipts, receipt(2, lines)], "total": len(receipts) + 1})
        server.faults.append(Fault("list", raw(listed.encode())))
        server.faults.append(Fault("operations", raw(json.dumps({"data": operations}).encode())))
        ended = desk.run(*LIVE)
        expect_an_end_that_was_foreseen(ended)
        again = desk.run("--source", str(ended.evidence), "--out", str(desk.home / "again"))
        assert again.status == ended.status
        assert (desk.home / "again" / f"{DAY}.json").read_bytes() == ended.json_bytes


def troubled_records() -> list[Raw]:
    """Evidence with something of everything: versions, repeats, orphans, failures, broken records."""
    receipts, operations = sales(8)
    operations[2] = []
    operations[3].append(operation(90_001, 3, 777_777))
    operations[4].append(dict(operations[4][0]))
    operations[5][0]["cost"] = None
    operations[6].append(operations[7][0] | {"quantity": 5})
    records = evidence_records(receipts, operations)
    later = receipt(8, [line(10_008, count=3)], updated_at=f"{DAY} 18:00:00")
    return [
        run_record(),
        *records[1:-1],
        {"record": "receipt", "asked": "id", "receipt": receipt(1, [line(10_001), line(20_001)])},
        {"record": "receipt", "asked": "list", "receipt": later},
        {"record": "receipt", "asked": "list", "receipt": {"id": None}},
        {
            "record": "operations",
            "receipt_id": 1,
            "as_of": "",
            "operations": [operation(1, 1, 10_001, quantity=9)],
        },
        {"record": "failure", "receipt_id": 5, "reason": "504"},
        {"record": "failure", "receipt_id": 9, "reason": "404 not_found"},
        records[-1],
    ]


@cache
def told(order: tuple[int, ...]) -> bytes:
    """The JSON of the troubled day, its lines between the first and the last in this order."""
    first, *middle, last = troubled_records()
    with tempfile.TemporaryDirectory() as home:
        desk = Desk(Path(home))
        path = write_records(desk.home / "day.jsonl", [first, *(middle[place] for place in order), last])
        ended = desk.run("--source", str(path))
        assert ended.status == 3
        return ended.json_bytes


@given(order=st.permutations(range(len(troubled_records()) - 2)))
@settings(max_examples=examples(2, 20), database=None)
def test_the_order_of_the_evidence_means_nothing(order: list[int]) -> None:
    """All lines between the first and the last may stand in any order: the JSON has the same bytes."""
    assert told(tuple(order)) == told(tuple(range(len(order))))
