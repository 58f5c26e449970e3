"""What a finding says: its rule's template with its numbers, and what the rule noted beside it."""

from __future__ import annotations

from collections.abc import Mapping
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
        found.append("; ".join([message, *noted(notes, language)]))
    return found


def noted(notes: Notes, language: Language) -> list[str]:
    """Notes in words."""
    return [language.say(text, operation=operation) for text, operation in notes]


def _amount(count: Any, language: Language, unknown: str, *, signed: bool = False) -> str:
    return unknown if count is pd.NA else language.amount(count, signed=signed)
