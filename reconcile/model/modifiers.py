"""The modifiers chosen on a sale line, as one text a line: lines with the same choice have the same text.

`receipt_product_modificators` or `modificators`: which of the two lists comes is not documented, and if both do they
say the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from reconcile.core.exact import MICRO, micros, positive_int
from reconcile.core.text import shown


class Choice(NamedTuple):
    """A modifier chosen, and how often."""

    id: int | None
    """`modificator_id`; None where only its name is known."""
    name: str
    times: int | None
    """In millionths; None where it can't be read."""

    @property
    def amount(self) -> Fraction:
        return Fraction(self.times or 0, MICRO)

    @property
    def problem(self) -> str:
        """Why it can't be judged."""
        return f"the count of the modifier {self} can't be read" if self.times is None else ""

    def __str__(self) -> str:
        return shown(self.name) if self.name else str(self.id)


def chosen_texts(*lists: Sequence[Any]) -> list[str]:
    """Row by row, the first list that has any modifiers, as text; empty where none has."""
    return [_text(next(filter(None, row), None)) for row in zip(*lists, strict=True)]


def _text(given: Any) -> str:
    if not given:
        return ""
    if not isinstance(given, list):
        given = [given]
    return json.dumps(sorted(map(_choice, given), key=str), ensure_ascii=False)


def _choice(raw: Any) -> Choice:
    if not isinstance(raw, dict):
        return Choice(None, str(raw), None)
    name, count = raw.get("name"), raw.get("count")
    return Choice(
        positive_int(raw.get("modificator_id")),
        "" if name is None else str(name),
        MICRO if count is None else micros(count),
    )


def choices(text: str) -> tuple[Choice, ...]:
    """The modifiers that such a text means."""
    return tuple(Choice(*each) for each in json.loads(text)) if text else ()
