"""The message of a finding: its rule's template filled in with numbers, followed by notes."""

from __future__ import annotations

from collections.abc import Mapping
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


def messages(findings: pd.DataFrame, templates: Mapping[str, str], language: Language) -> list[str]:
    """One message a finding (`Findings`): the template of its rule with its numbers, and its notes."""
    in_language = {rule: language.say(template) for rule, template in templates.items()}
    unknown = language.say(_UNKNOWN)
    numbers = [findings[name].astype(object).tolist() for name in NUMBERS]
    texts = [findings[name].astype(object).tolist() for name in ("expected_text", "actual_text")]
    rows = zip(findings["rule"].astype(object), findings["notes"], *numbers, *texts, strict=True)
    found = []
    for rule, notes, expected, actual, difference, value, expected_text, actual_text in rows:
        message = in_language[rule].format(
            expected=_amount(expected, language, unknown) if pd.isna(expected_text) else expected_text,
            actual=_amount(actual, language, unknown) if pd.isna(actual_text) else actual_text,
            difference=_amount(difference, language, unknown, signed=True),
            value=_amount(value, language, unknown),
        )
        found.append("; ".join([message, *note_texts(notes, language)]))
    return found


def note_texts(notes: Notes, language: Language) -> list[str]:
    """The notes in the language."""
    return [language.say(text, operation=operation) for text, operation in notes]


def _amount(count: Any, language: Language, unknown: str, *, signed: bool = False) -> str:
    return unknown if count is pd.NA else language.amount(count, signed=signed)
