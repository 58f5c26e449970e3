"""Evidence decoded straight to structs gives what its raw records give: the same frames, reasons and sentences."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.core.errors import DamagedEvidence, OtherVenue
from reconcile.core.exact import micros
from reconcile.core.exact_json import DEEPEST, decode_json, encode_json, may_be_deep
from reconcile.evidence.day import Evidence
from reconcile.evidence.records import read_evidence, read_header, read_lines, read_record
from reconcile.evidence.typed import typed_line
from reconcile.frames import build_day
from reconcile.sandbox.generated_day import make_day
from reconcile.settings.model import Settings
from tests.given.day_records import evidence_records
from tests.given.examples import examples
from tests.given.made_days import DAY
from tests.given.malformed import malformed
from tests.given.places import DEMO

HERE = Path("day.evidence.jsonl")
STORE = make_day(DAY, 5, 3)
RECORDS = evidence_records(STORE.receipts, {key: STORE.deductions(key) for key in STORE.operations})
KINDS = [each["record"] for each in RECORDS]
PLAIN = json.loads(encode_json(RECORDS))
RECEIPTS = [each for each in PLAIN if each["record"] == "receipt"]
OPERATIONS = [each for each in PLAIN if each["record"] == "operations" and each["operations"]]


def of_raw_records(lines: Sequence[bytes]) -> Evidence:
    """What the lines hold, each decoded to a raw record."""
    first, *others = lines
    evidence = Evidence(read_header(read_record(first)))
    for line in others:
        evidence.add(read_record(line))
    return evidence


def frames(evidence: Evidence) -> dict[str, Any] | str:
    """The day's frames, or why there are none."""
    try:
        day = build_day(evidence, Settings())
    except OtherVenue as error:
        return str(error)
    return {each.name: getattr(day, each.name) for each in dataclasses.fields(day)}


def assert_same(lines: Sequence[bytes]) -> None:
    """Both ways give the same, or refuse the evidence for the same reason."""
    try:
        expected = of_raw_records(lines)
    except (ValueError, KeyError, TypeError) as error:
        with pytest.raises(DamagedEvidence) as refused:
            read_lines(lines, HERE)
        assert str(error)[:200] in str(refused.value)
        return
    found = read_lines(lines, HERE)
    found.reasons = expected.reasons  # whether it is whole is not asked here
    assert found.failures() == expected.failures()
    one, other = frames(found), frames(expected)
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
    else:
        for name, value in one.items():
            if isinstance(value, pd.DataFrame):
                pd.testing.assert_frame_equal(value, other[name], obj=name)
            else:
                assert repr(value) == repr(other[name]), name  # a time that is unknown is not equal to itself
    for each in dataclasses.fields(Evidence):
        if each.name != "digest":
            assert getattr(found, each.name) == getattr(expected, each.name), each.name


@settings(max_examples=examples(40, 2000))
@given(
    bodies=st.lists(
        st.one_of(*(malformed(each) for each in (*RECEIPTS[:3], *OPERATIONS[:3]))), min_size=1, max_size=3
    )
)
def test_malformed_lines(bodies: list[Any]) -> None:
    """A part replaced, removed or repeated, the line cut, spoilt or nested deeply: also in fields that are skipped."""
    header = RECORDS[0] | {"format": 1}
    assert_same([*map(encode_json, (header, *RECORDS[1:])), *(each.body for each in bodies)])


def test_a_day_is_decoded_straight() -> None:
    """Where nothing is odd, no receipt and no operation takes the longer way."""
    lines = [encode_json(each) for each in RECORDS]
    straight = [kind for kind, line in zip(KINDS, lines, strict=True) if typed_line(line) is not None]
    assert straight == [kind for kind in KINDS if kind in ("receipt", "operations")]
    assert_same(lines)


def test_raw_records_may_be_changed_once_they_were_asked_for() -> None:
    evidence = read_evidence(DEMO)
    before = build_day(evidence, Settings())
    key = int(before.receipts["receipt_id"].iloc[0])
    del evidence.operations[key]
    evidence.receipts.clear()
    after = build_day(evidence, Settings())
    assert len(after.receipts) == 0 < len(before.receipts)
    assert key not in evidence.operations


DIGITS = st.text("0123456789", min_size=1, max_size=20)
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.builds("{}.{}".format, st.integers(-(10**16), 10**16), DIGITS),
    st.builds("{}.{}e{}".format, st.integers(0, 10**9), DIGITS, st.integers(-12, 12)),
    st.builds("{}.{}5".format, st.integers(0, 10**9), st.integers(10**5, 10**6 - 1)),
    st.integers(-(10**30), 10**30).map(str),
)


@settings(max_examples=examples(25, 5000))
@given(texts=st.lists(NUMBERS, min_size=1, max_size=40))
def test_a_number_is_that_of_all_its_digits(texts: list[str]) -> None:
    """Whatever its size and its decimals, also halfway between two millionths."""
    record = {**OPERATIONS[0], "operations": [OPERATIONS[0]["operations"][0]] * len(texts)}
    operations = [
        encode_json({**each, "id": key, "cost": 0}).replace(
            b'"quantity":', b'"quantity":%s,"x":' % text.encode()
        )
        for key, (each, text) in enumerate(zip(record["operations"], texts, strict=True), start=1)
    ]
    line = encode_json({**record, "operations": []}).replace(b"[]", b"[" + b",".join(operations) + b"]")
    lines = [encode_json(each) for each in RECORDS if each.get("receipt_id") != record["receipt_id"]]
    found = build_day(read_lines([*lines, line], HERE), Settings())
    exact = {key: micros(decode_json(text.encode())) for key, text in enumerate(texts, start=1)}
    of_receipt = found.operations[found.operations["asked_receipt_id"] == record["receipt_id"]]
    for key, quantity in zip(of_receipt["operation_id"], of_receipt["quantity"], strict=True):
        assert exact[key] == quantity
    assert_same([*lines, line])


@pytest.mark.parametrize("opened", [b"[", b'{"a":', b'["]",', b'["[",', rb'["\"]",', rb'["\\",'])
@pytest.mark.parametrize("levels", [DEEPEST - 1, DEEPEST, DEEPEST + 1, 3000])
def test_how_deep_json_is_nested_is_known_whatever_its_texts(opened: bytes, levels: int) -> None:
    closed = b"1" + b"]" * levels if opened.startswith(b"[") else b"1" + b"}" * levels
    body = opened * levels + closed
    if levels > DEEPEST:
        assert may_be_deep(body)
        with pytest.raises(ValueError, match="nested more than"):
            decode_json(body)
    else:
        decode_json(body)
