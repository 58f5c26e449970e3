"""The message of a finding: its rule's template filled in with numbers, followed by notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from reconcile.language.translate import Language, to_say

NUMBERS = ("expected", "actual", "difference", "value")
_UNKNOWN = to_say("unknown")


class Note(NamedTuple):
    """A text that a rule adds to a message."""

    text: str
    names: Mapping[str, object] | None = None
    """What stands for `{name}` in the text: ids, counts, dates, names of products."""
    amounts: Mapping[str, int] | None = None
    """The same for quantities and money, in millionths; written as the language writes numbers."""


Notes = tuple[Note, ...]


def messages(findings: pd.DataFrame, templates: Mapping[str, str], language: Language) -> list[str]:
    """One message a finding (`Findings`): the template of its rule with its numbers, and its notes."""
    in_language = {rule: language.say(template) for rule, template in templates.items()}
    unknown = language.say(_UNKNOWN)
    names = ["rule", "notes", *NUMBERS, "expected_text", "actual_text"]
    columns = (findings[name].tolist() for name in names)
    found = []
    for row in (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)):
        shown = {
            name: unknown if pd.isna(row[name]) else language.amount(row[name], signed=name == "difference")
            for name in NUMBERS
        }
        texts = {name: row[f"{name}_text"] for name in ("expected", "actual")}
        shown |= {name: text for name, text in texts.items() if not pd.isna(text)}
        message = in_language[row["rule"]].format(**shown)
        found.append("; ".join([message, *note_texts(row["notes"], language)]))
    return found


def note_texts(notes: Notes, language: Language) -> list[str]:
    """The notes in the language."""
    return [
        language.say(
            text, **(names or {}), **{key: language.amount(count) for key, count in (amounts or {}).items()}
        )
        for text, names, amounts in notes
    ]
