"""JSON with exact numbers: int and Decimal, never float, and the same digits when written again."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

_SURROGATE = re.compile("[\ud800-\udfff]")
_decoder = msgspec.json.Decoder(float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number")


def encode_json(value: Any) -> bytes:
    """One line of JSON, UTF-8, numbers as they were given."""
    return _encoder.encode(value)


def decode_json(body: bytes) -> Any:
    """JSON with exact numbers (int, Decimal). Raises ValueError for NaN, damage, or what is no JSON at all.

    The standard parser takes over where the fast one is too strict (lone surrogates, which become U+FFFD).
    """
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError):
        pass
    try:
        value = json.loads(body, parse_float=_lenient_decimal, parse_constant=_refuse_constant)
        return _well_formed(value)
    except (RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"no readable JSON ({type(error).__name__})") from None


def _lenient_decimal(text: str) -> Decimal | str:
    """A number that even a Decimal can't hold stays text, and is quarantined with its record."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _well_formed(value: Any) -> Any:
    match value:
        case str():
            return _SURROGATE.sub("\ufffd", value)
        case list():
            return [_well_formed(item) for item in value]
        case dict():
            return {_well_formed(key): _well_formed(item) for key, item in value.items()}
    return value
