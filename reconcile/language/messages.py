"""What a finding says: its rule's template with its numbers, and what the rule noted beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import pandas as pd

from reconcile.language.translate import Language, to_say

NUMBERS = ("expected", "actual", "difference", "value")
_UNKNOWN = to_say("unknown")


class Note(NamedTuple):
    """Something that a rule adds to a message."""

    text: str
    operation: int = 0
    """What `{operation}` in the text stands for."""


Notes = tuple[Note, ...]


def messages(template: str, findings: pd.DataFrame, language: Language) -> list[str]:
    """One message a finding of one rule. `findings` has the numbers, `expected_text`, `actual_text` and `notes`."""
    template = language.say(template)
    names = [name for name in NUMBERS if f"{{{name}}}" in template]
    numbers: Iterable[tuple[str, ...]] = zip(
        *(_words(name, findings, language) for name in names), strict=True
    )
    rows = numbers if names else [()] * len(findings)
    said = [template.format(**dict(zip(names, row, strict=True))) for row in rows]
    return [
        "; ".join([message, *noted(notes, language)])
        for message, notes in zip(said, findings["notes"], strict=True)
    ]


def noted(notes: Notes, language: Language) -> list[str]:
    """Notes in words."""
    return [language.say(text, operation=operation) for text, operation in notes]


def _words(name: str, findings: pd.DataFrame, language: Language) -> Sequence[str]:
    """A number as a message says it: a difference with its sign; a text where the rule compares no numbers."""
    unknown = language.say(_UNKNOWN)
    texts: Any = findings.get(f"{name}_text")
    if texts is not None and not texts.isna().all():
        return [unknown if pd.isna(text) else text for text in texts]
    signed = name == "difference"
    return [
        unknown if count is pd.NA else language.amount(count, signed=signed)
        for count in findings[name].tolist()
    ]
