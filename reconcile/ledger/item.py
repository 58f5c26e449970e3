"""An item to work through, and the answer that a person gives to it.

Statuses, reasons and classes are English words in lower case wherever a program reads them; the workbook shows their
labels, in its language.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from reconcile.language.translate import to_say
from reconcile.model.classes import SEVERITIES

OPEN, ASKED, TO_CORRECT, EXPLAINED, CORRECTED = "open", "asked", "to-correct", "explained", "corrected"
STATUSES: Mapping[str, str] = {
    OPEN: to_say("Open"),
    ASKED: to_say("Asked"),
    TO_CORRECT: to_say("To correct"),
    EXPLAINED: to_say("Explained"),
    CORRECTED: to_say("Corrected"),
}
"""Labels by status."""
CLEARING = frozenset({EXPLAINED, CORRECTED})
"""Statuses that close an item."""
REASONS: Mapping[str, str] = {
    "recipe": to_say("Recipe"),
    "unit": to_say("Unit of measure"),
    "till-error": to_say("Till error"),
    "void-after-cooking": to_say("Void after cooking"),
    "staff-meal": to_say("Staff meal"),
    "thrown-away": to_say("Thrown away"),
    "timing": to_say("Timing"),
    "system": to_say("System"),
    "other": to_say("Other reason"),
}
"""Labels by reason."""
MISPLACED, ELSEWHERE, PUT_BACK_SINCE = "misplaced", "elsewhere", "put-back-since"
APART, SEVERAL = "apart", "several"
LEFT_OUT: Mapping[str, str] = {
    MISPLACED: to_say("It stands in another place: the stock is right"),
    ELSEWHERE: to_say("Deducted under another receipt: the stock is right"),
    PUT_BACK_SINCE: to_say("Put back since: the stock is right"),
    APART: to_say("Neither over nor under"),
    SEVERAL: to_say("A whole receipt or several products: correct the receipt"),
}
"""Why no correction of a single product is proposed for an item, as labels."""
BROUGHT_FORWARD, NEW = to_say("brought forward"), to_say("new")
CARRIED_FORWARD, CLEARED = to_say("carried forward"), to_say("cleared")


class Facts(NamedTuple):
    """The facts that an answer was given on; amounts in millionths, times and other facts as text."""

    severity: str
    expected: int | str | None
    actual: int | str | None
    value: int | None


class Answer(NamedTuple):
    """What a person wrote beside an item, or beside the cause of several."""

    status: str = OPEN
    reason: str = ""
    owner: str = ""
    due: date | None = None
    comment: str = ""

    def filled_from(self, other: Answer) -> Answer:
        """This answer, with the other's reason, owner, due date and comment where it has none."""
        return self._replace(
            reason=self.reason or other.reason,
            owner=self.owner or other.owner,
            due=self.due or other.due,
            comment=self.comment or other.comment,
        )

    @property
    def is_supported(self) -> bool:
        """Whether one that closes an item says why: Explained by a comment, Corrected by a reason."""
        needed = {EXPLAINED: self.comment, CORRECTED: self.reason}
        return bool(needed.get(self.status, "not needed"))


class Response(NamedTuple):
    """The answer to an item in one workbook."""

    answer: Answer
    facts: Facts
    withdrawn: bool = False
    """Whether it is open because a person withdrew an answer that was carried over into that workbook."""
    is_supported: bool = True


class Item(NamedTuple):
    """A row of the sheet Open items. Amounts in millionths."""

    id: str
    rule: str
    severity: str
    receipt_id: int | None
    product: str
    storage: str
    expected: int | str | None
    actual: int | str | None
    value: int | None
    first_day: date
    last_day: date
    """The last day that found it."""
    counts_as: str = ""
    """What its value is: a class of `reconcile.rulebook.amounts`, such as over."""
    is_quantity: bool = False
    """Whether expected, actual and difference are quantities of the product, in its unit."""
    difference: int | None = None
    unit: str = ""
    dish: str = ""
    sold_at: datetime | None = None
    sale_type_id: int | None = None
    terminal_id: int | None = None
    source: str = ""
    """Where the receipt was made, such as `pos`."""
    left_out: str = ""
    """Why no correction is proposed: a key of `LEFT_OUT`; empty where one is, or where it is not about goods."""
    what_happened: str = ""
    """As the workbook it was brought forward from says; empty for one that was found today."""
    product_id: int | None = None
    stock_id: int | None = None
    receipt_product_id: int | None = None
    operation_id: int | None = None
    cause: str = ""
    answer: Answer = Answer()
    answered_in: str = ""
    """The workbook that the answer was carried over from."""
    is_supported: bool = True
    reopened: Response | None = None
    """The answer before the item's facts changed."""
    brought_value: int | None = None
    """Its value when it was brought forward."""
    opening: str = NEW
    """Opening status: brought forward or new."""
    closing: str = CARRIED_FORWARD
    """Closing status: carried forward or cleared."""
    repeats: bool = False
    """Whether it stands for all findings of its rule, product and stock."""
    gone: bool = False
    """Cleared because its own day, run again, no longer finds it."""

    @property
    def facts(self) -> Facts:
        return Facts(self.severity, self.expected, self.actual, self.value)

    def has_facts(self, facts: Facts) -> bool:
        """Whether its facts are unchanged; the value of an item that repeats grows with the day's sales."""
        return facts == (self.facts._replace(value=facts.value) if self.repeats else self.facts)

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """What is still open first, then the largest amount, errors, the oldest."""
        return (
            self.closing != CARRIED_FORWARD,
            -abs(self.value or 0),
            SEVERITIES.index(self.severity),
            self.first_day,
            self.rule,
            self.id,
        )
