"""JSON with exact numbers: int and Decimal, never float, and the same digits when written again."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

_SURROGATE = re.compile("[\ud800-\udfff]")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode_json(value: Any) -> bytes:
    """One line of UTF-8 JSON; int and Decimal keep their digits."""
    return _encoder.encode(value)


def decode_json(body: bytes) -> Any:
    """JSON with exact numbers (int, Decimal). Raises ValueError for NaN and for invalid JSON.

    Where msgspec is too strict, the standard parser is used: lone surrogates become U+FFFD.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError):
        pass
    try:
        value = json.loads(
            body, parse_float=_lenient(Decimal), parse_int=_lenient(int), parse_constant=_refuse_constant
        )
        return _replace_surrogates(value)
    except (RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"unreadable JSON ({type(error).__name__})") from None


def _lenient(number: Callable[[str], Any]) -> Callable[[str], Any]:
    """A reader of numbers; one that is too large stays text, and its record is quarantined later."""

    def read(text: str) -> Any:
        try:
            return number(text)
        except (ArithmeticError, ValueError):
            return text

    return read


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
