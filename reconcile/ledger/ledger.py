"""What people said of findings, carried from the workbooks they said it in; and the items that are still open.

Opened before + new − cleared = carried forward. An item is cleared when a person calls it Explained or Corrected, or
when its own day, run again, no longer finds it. Nothing here reads a file: `reconcile.report.earlier` does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from reconcile.language.translate import to_say
from reconcile.model.contracts import SEVERITIES

OPEN, EXPLAINED, CORRECTED = to_say("Open"), to_say("Explained"), to_say("Corrected")
STATUSES = (OPEN, EXPLAINED, CORRECTED)
BROUGHT_FORWARD, NEW = to_say("brought forward"), to_say("new")
CARRIED_FORWARD, CLEARED = to_say("carried forward"), to_say("cleared")


class Facts(NamedTuple):
    """What a person judged when he explained an item; numbers in millionths, or as text where they are none."""

    severity: str
    expected: int | str | None
    actual: int | str | None
    value: int | None


class Said(NamedTuple):
    """What a workbook says of an item."""

    status: str
    comment: str
    facts: Facts
    withdrawn: bool = False
    """Whether it is open because a person took back an answer that was carried into that workbook."""


class Item(NamedTuple):
    """An item as the sheet Open items shows it. Values in millionths."""

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
    status: str = OPEN
    comment: str = ""
    answered_in: str = ""
    """The workbook that the answer was carried over from."""
    brought_value: int | None = None
    """Its value when it was brought forward."""
    opening: str = NEW
    """Brought forward, or new."""
    closing: str = CARRIED_FORWARD
    """Carried forward, or cleared."""
    repeats: bool = False
    """Its rule's findings of one product and stock are one item."""
    gone: bool = False
    """Cleared because its own day, run again, no longer finds it."""

    @property
    def facts(self) -> Facts:
        return Facts(self.severity, self.expected, self.actual, self.value)

    def is_as(self, facts: Facts) -> bool:
        """Whether these are still its facts; the value of one that repeats grows with the day's sales."""
        return facts == (self.facts._replace(value=facts.value) if self.repeats else self.facts)


@dataclasses.dataclass(frozen=True)
class Workbook:
    """What an earlier workbook says."""

    name: str
    day: date
    said: Mapping[str, Said] = dataclasses.field(default_factory=dict)
    """By item id."""
    carried: Sequence[Item] = ()
    """Its items that are carried forward, with those whose answer a person took back since."""
    carried_forward: int | None = None
    """How many it says these are; None where it doesn't."""
    costs: Mapping[tuple[int, int], tuple[int, int]] = dataclasses.field(default_factory=dict)
    """By product and storage: quantity and total cost of that day, in millionths."""


class Answer(NamedTuple):
    """What is to be said of an item today."""

    status: str = OPEN
    comment: str = ""
    answered_in: str = ""
    """The workbook that says so."""
    reopened: Said | None = None
    """What was said of it before its facts changed."""


StillFound: TypeAlias = Callable[[Item], bool | None]
"""Whether the last report of an item's own day finds it; None where that did not judge it, or nobody can say."""


@dataclasses.dataclass(frozen=True)
class Ledger:
    """The day's items with what was said of them, and all that is open."""

    items: pd.DataFrame
    """`reconcile.ledger.items`, with `status`, `comment`, `answered_in` and `reopened` (`Said`, or None)."""
    open_items: tuple[Item, ...]
    previous: Workbook | None = None
    """The newest workbook of an earlier day."""
    unreadable: tuple[str, ...] = ()
    """Workbooks that should have been read, and could not be."""

    def some(self, *, opening: str = "", closing: str = "") -> list[Item]:
        """The open items that came so, and are left so."""
        return [
            item
            for item in self.open_items
            if opening in ("", item.opening) and closing in ("", item.closing)
        ]

    def count(self, *, opening: str = "", closing: str = "") -> int:
        """How many those are."""
        return len(self.some(opening=opening, closing=closing))


def carry(
    items: pd.DataFrame,
    day: date,
    *,
    spoken: Sequence[Workbook] = (),
    previous: Workbook | None = None,
    still_found: StillFound = lambda _: None,
    repeating: Collection[str] = (),
    unreadable: Sequence[str] = (),
) -> Ledger:
    """The day's ledger. Without more, that of a day before which there was nothing.

    `spoken` are the workbooks that may hold a person's word, the newest first; `previous` is the newest of an
    earlier day: what it carries forward is brought forward here. `repeating` names the rules that repeat.
    """
    found = [_item(row, day) for row in items.to_dict("records")]
    answers = [_answer(item, spoken) for item in found]
    today = {item.id: _settled(item, answer) for item, answer in zip(found, answers, strict=True)}
    carried = previous.carried if previous else ()
    before = {item.id: item._replace(repeats=item.rule in repeating) for item in carried}
    brought = [_brought_forward(item, today.get(item.id), spoken, still_found) for item in before.values()]
    new = [item for item in today.values() if item.severity != "info" and item.id not in before]
    said = items.assign(
        status=pd.Series([each.status for each in answers], dtype="str"),
        comment=pd.Series([each.comment for each in answers], dtype="str"),
        answered_in=pd.Series([each.answered_in for each in answers], dtype="str"),
        reopened=pd.Series([each.reopened for each in answers], dtype=object),
    )
    return Ledger(said, tuple(sorted(brought + new, key=_by_age)), previous, tuple(unreadable))


def _item(row: Mapping[Any, Any], day: date) -> Item:
    def known(name: str) -> Any:
        return None if pd.isna(row[name]) else row[name]

    return Item(
        id=row["id"],
        rule=row["rule"],
        severity=row["severity"],
        receipt_id=known("receipt_id"),
        product=known("product") or "",
        storage=known("storage") or "",
        expected=known("expected_text") or known("expected"),
        actual=known("actual_text") or known("actual"),
        value=known("value"),
        first_day=day,
        last_day=day,
        repeats=row["repeats"],
    )


def _answer(item: Item, spoken: Sequence[Workbook]) -> Answer:
    """The newest word of a person on these facts; on other facts it no longer holds."""
    comment = ""
    for book in spoken:
        said = book.said.get(item.id)
        if said is None:
            continue
        if said.status != OPEN:
            if item.is_as(said.facts):
                return Answer(said.status, said.comment or comment, book.name)
            return Answer(OPEN, said.comment or comment, reopened=said)
        comment = comment or said.comment
        if said.withdrawn:
            break
    return Answer(OPEN, comment)


def _settled(item: Item, answer: Answer) -> Item:
    """An item with what is said of it; cleared where that settles it."""
    closing = CARRIED_FORWARD if answer.status == OPEN else CLEARED
    status, comment, answered_in, _ = answer
    return item._replace(status=status, comment=comment, answered_in=answered_in, closing=closing)


def _brought_forward(
    item: Item, found: Item | None, spoken: Sequence[Workbook], still_found: StillFound
) -> Item:
    """An item of an earlier day, as today leaves it; `found` is the same one where today finds it again."""
    if found is not None:
        return found._replace(first_day=item.first_day, brought_value=item.value, opening=BROUGHT_FORWARD)
    answer = _answer(item, spoken)
    left = _settled(item, answer)._replace(brought_value=item.value, opening=BROUGHT_FORWARD)
    if left.closing == CARRIED_FORWARD and still_found(item) is False:
        return left._replace(closing=CLEARED, gone=True)
    return left


def _by_age(item: Item) -> tuple[Any, ...]:
    """The oldest first, then errors, then the biggest."""
    return (
        item.first_day,
        SEVERITIES.index(item.severity),
        -abs(item.value or 0),
        item.rule,
        item.id,
    )
