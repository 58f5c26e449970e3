"""JSON is read exactly, and whatever it holds is small enough to work with and can be written again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reconcile.core.exact import micros, positive_int
from reconcile.core.exact_json import DEEPEST, decode_json, encode_json

LONG = "7" * 5000


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1.10", Decimal("1.10")),
        ("1e5", Decimal("1e5")),
        ("-0.0", Decimal("-0.0")),
        ("0.30000000000000004", Decimal("0.30000000000000004")),
        ("9223372036854775808", 2**63),
        ("7" * 240, int("7" * 240)),
        ("1e999999999", "1e999999999"),
        ("-1e999999999", "-1e999999999"),
        ("1e-999999999", "1e-999999999"),
        ("0e999999999", "0e999999999"),
        ("1e99999999999999999999", "1e99999999999999999999"),
        ("1e-99999999999999999999", "1e-99999999999999999999"),
        (LONG, LONG),
        (f"-{LONG}", f"-{LONG}"),
        ('"\\ud800"', "\ufffd"),
    ],
)
def test_a_number_is_exact_or_stays_text(text: str, read: Any) -> None:
    """No number is so large that the next step would take all memory; what was read can be written and read again."""
    found = decode_json(f'{{"x": [{text}]}}'.encode())["x"][0]
    assert (type(found), found) == (type(read), read)
    assert decode_json(encode_json([found])) == [found]


@pytest.mark.parametrize(
    "text",
    ["7" * 240, LONG, "1e999999999", "-1e999999999", "1e99999999999999999999", '"1e99999999999999999999"'],
)
def test_a_number_of_no_sensible_size_is_neither_amount_nor_id(text: str) -> None:
    """What takes numbers refuses it, and its record is quarantined."""
    found = decode_json(text.encode())
    assert micros(found) is None
    assert positive_int(found) is None


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"-Infinity",
        b"",
        b"\xff",
        b"{",
        b"[1,",
        b'{"a": "',
        b"[" * 10**6,
        b"[" * 65 + b"]" * 65,
        b"[" * 10**6 + b"]" * 10**6,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b'[{"a":' * 10**5 + b"1" + b"}]" * 10**5,
        b'["]",' * 65 + b"1" + b',"["]' * 65,
    ],
)
def test_what_is_no_json_or_too_deep_is_a_value_error(body: bytes) -> None:
    """Never a crash, never for long."""
    with pytest.raises(ValueError):
        decode_json(body)


def test_nesting_within_the_limit_is_read() -> None:
    """Brackets in texts are no nesting."""
    body = b"[" * DEEPEST + b"]" * DEEPEST
    assert encode_json(decode_json(body)) == body
    smile = {"comment": '[{"' * 200 + "\\", "other": ["]"]}
    assert decode_json(encode_json(smile)) == smile
