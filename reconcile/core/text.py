"""Texts for messages: untrusted ones made safe and short, counts, spelling suggestions."""

from __future__ import annotations

from collections.abc import Iterable

FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""First characters that make a spreadsheet read a text as a formula; the last four are full-width forms."""
_SHOWN = 40


def printable(text: str) -> str:
    """The text with control characters, line breaks and direction marks replaced by U+FFFD."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def shown(value: object) -> str:
    """An untrusted value for a message: printable, in quotes, at most 40 characters."""
    text = printable(str(value)[: _SHOWN + 1])
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 request`, `2 requests`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """A suggestion such as `; did you mean 'cut-off'?` for an unknown word; empty if no name is similar."""
    import difflib

    close = difflib.get_close_matches(word[:_SHOWN], list(names), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def without_case(text: str) -> str:
    """The text to compare by, whatever its case; an i with and without a dot, two letters of Azerbaijani, are one."""
    return text.strip().casefold().replace("i\u0307", "i").replace("\u0131", "i")
