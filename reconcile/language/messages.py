"""The message of a finding: its rule's template filled in with numbers, followed by notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from reconcile.language.translate import Language, to_say

NUMBERS = ("expected", "actual", "difference", "value")
_UNKNOWN = to_say("unknown")


class Note(NamedTuple):
    """A text that a rule adds to a message."""

    text: str
    operation: int = 0
    """The operation id for `{operation}` in the text."""


Notes = tuple[Note, ...]


def messages(template: str, findings: pd.DataFrame, language: Language) -> list[str]:
    """One message per finding of one rule.

    `findings` has the columns in `NUMBERS` (millionths), `notes`, and optionally `expected_text` and `actual_text`.
    """
    template = language.say(template)
    names = [name for name in NUMBERS if f"{{{name}}}" in template]
    columns = [_values(name, findings, language) for name in names]
    rows: Iterable[tuple[str, ...]] = zip(*columns, strict=True) if names else [()] * len(findings)
    return [
        "; ".join([template.format(**dict(zip(names, row, strict=True))), *note_texts(notes, language)])
        for row, notes in zip(rows, findings["notes"], strict=True)
    ]


def note_texts(notes: Notes, language: Language) -> list[str]:
    """The notes in the language."""
    return [language.say(text, operation=operation) for text, operation in notes]


def _values(name: str, findings: pd.DataFrame, language: Language) -> Sequence[str]:
    """The values of `{name}` as text: the `…_text` column if it has any value, else numbers; differences are signed."""
    unknown = language.say(_UNKNOWN)
    texts: Any = findings.get(f"{name}_text")
    if texts is not None and not texts.isna().all():
        return [unknown if pd.isna(text) else text for text in texts]
    signed = name == "difference"
    return [
        unknown if count is pd.NA else language.amount(count, signed=signed)
        for count in findings[name].tolist()
    ]
