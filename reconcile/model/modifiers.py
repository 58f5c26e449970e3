"""The modifiers chosen on a sale line, as one text per line: lines with the same choice have the same text.

The API does not document which of the lists `receipt_product_modificators` and `modificators` it returns; if it
returns both, they are equal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from reconcile.core.exact import MICRO, micros, positive_int
from reconcile.core.text import shown


class Choice(NamedTuple):
    """A chosen modifier and its count."""

    id: int | None
    """`modificator_id`; None if only the name is known."""
    name: str
    times: int | None
    """In millionths; None if unreadable."""

    @property
    def amount(self) -> Fraction:
        """The count as an exact fraction; 0 if unreadable."""
        return Fraction(self.times or 0, MICRO)

    @property
    def problem(self) -> str:
        """Why the modifier can't be judged; empty if it can."""
        return f"the count of the modifier {self} can't be read" if self.times is None else ""

    def __str__(self) -> str:
        return shown(self.name) if self.name else str(self.id)


def chosen_texts(*lists: Sequence[Any]) -> list[str]:
    """Row by row, the first list that is not empty, as text (sorted JSON); the empty text if all are empty.

    Each list has one raw JSON value per sale line.
    """
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
    """The modifiers of a text made by `chosen_texts`."""
    return tuple(Choice(*each) for each in json.loads(text)) if text else ()
