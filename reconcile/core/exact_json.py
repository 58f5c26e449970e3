"""JSON with exact numbers: int and Decimal, never float, and the same digits when written again."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

DEEPEST = 64
"""Lists and objects may be nested so deeply; nothing that is read comes near it."""
_LARGEST_EXPONENT = 100
"""Above this a number stays text: `int` of 1e999999999 takes all memory."""
_TOO_DEEP = f"it is nested more than {DEEPEST} levels deep"
_NO_MARKS = bytes(sorted(set(range(256)) - set(b'[]{}"')))
_SURROGATE = re.compile("[\ud800-\udfff]")


def encode_json(value: Any) -> bytes:
    """One line of UTF-8 JSON; int and Decimal keep their digits."""
    return _encoder.encode(value)


def decode_json(body: bytes) -> Any:
    """JSON with exact numbers (int, Decimal). Raises ValueError for NaN, for deep nesting and for invalid JSON.

    A number of no sensible size stays text: its record is quarantined later. Where msgspec is too strict, the standard
    parser is used: lone surrogates become U+FFFD.
    """
    try:
        value = _decoded(body)
        if may_be_deep(body):
            _check_depth(value)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    return value


def _decoded(body: bytes) -> Any:
    try:
        return _decoder.decode(body)
    except ValueError:  # msgspec's own errors, and whole numbers that are too long
        pass
    value = json.loads(
        body, parse_float=decimal_or_text, parse_int=_int_or_text, parse_constant=_refuse_constant
    )
    return _replace_surrogates(value)


def may_be_deep(body: bytes) -> bool:
    """Whether JSON may be nested more than `DEEPEST` levels deep; where False, it is not.

    Quotes are taken out in pairs; where none is left, no bracket stands in a text. Then the innermost brackets are
    taken out, level by level.
    """
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = body.translate(None, _NO_MARKS).replace(b'""', b"")
    if b'"' in marks:
        return True
    for _ in range(DEEPEST):
        if not marks:
            return False
        marks = marks.replace(b"{}", b"").replace(b"[]", b"")
    return bool(marks)


def _check_depth(value: Any) -> None:
    """Raises ValueError where lists and objects are nested too deeply for what works on them later."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            item
            for outer in level
            for item in (outer.values() if type(outer) is dict else outer)
            if type(item) in (dict, list)
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def decimal_or_text(text: str) -> Decimal | str:
    """A number with a point or an exponent; the text itself where it is of no sensible size."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return number if abs(number.adjusted()) <= _LARGEST_EXPONENT else text


def _int_or_text(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # more digits than Python reads
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _replace_surrogates(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list():
            return [_replace_surrogates(item) for item in value]
        case dict():
            return {_replace_surrogates(key): _replace_surrogates(item) for key, item in value.items()}
    return value


_decoder = msgspec.json.Decoder(float_hook=decimal_or_text)
_encoder = msgspec.json.Encoder(decimal_format="number")
