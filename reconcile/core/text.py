"""text."""

from __future__ import annotations

from collections.abc import Iterable

_SHOWN = 40


def printable(text: str) -> str:
    """The text on one line, without what a terminal would take for a command, or turn around."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def shown(value: object) -> str:
    """A value from outside as a message may show it: short, printable."""
    text = printable(str(value)[: _SHOWN + 1])
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}…'"


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The name that comes close to a word that is none, as a question; empty where none does."""
    import difflib

    close = difflib.get_close_matches(word[:_SHOWN], list(names), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
