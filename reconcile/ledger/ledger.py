"""The ledger: the items of a day with the answers from earlier workbooks, and all items that are still open.

Brought forward + new − cleared = carried forward. An item is cleared when a person marks it Explained or Corrected, or
when its own day, run again, no longer finds it. Nothing here reads a file: `reconcile.report.earlier` does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from reconcile.language.translate import to_say
from reconcile.model.judged import SEVERITIES

OPEN, EXPLAINED, CORRECTED = to_say("Open"), to_say("Explained"), to_say("Corrected")
STATUSES = (OPEN, EXPLAINED, CORRECTED)
BROUGHT_FORWARD, NEW = to_say("brought forward"), to_say("new")
CARRIED_FORWARD, CLEARED = to_say("carried forward"), to_say("cleared")


class Facts(NamedTuple):
    """The facts that an answer was given on; amounts in millionths, times and other facts as text."""

    severity: str
    expected: int | str | None
    actual: int | str | None
    value: int | None


class Response(NamedTuple):
    """The answer to an item in one workbook."""

    status: str
    comment: str
    facts: Facts
    withdrawn: bool = False
    """Whether it is open because a person withdrew an answer that was carried over into that workbook."""


class Item(NamedTuple):
    """A row of the sheet Open items. Values in millionths."""

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


@dataclasses.dataclass(frozen=True)
class Workbook:
    """The contents of an earlier workbook."""

    name: str
    day: date
    responses: Mapping[str, Response] = dataclasses.field(default_factory=dict)
    """By item id."""
    carried: Sequence[Item] = ()
    """Its items that are carried forward, with those whose answer was withdrawn since."""
    carried_forward: int | None = None
    """How many these are by its Summary; None if it has no such number."""
    costs: Mapping[tuple[int, int], tuple[int, int]] = dataclasses.field(default_factory=dict)
    """By product and storage: quantity and total cost of that day, in millionths."""


class Answer(NamedTuple):
    """The answer that holds for an item today."""

    status: str = OPEN
    comment: str = ""
    answered_in: str = ""
    """The workbook that has the answer."""
    reopened: Response | None = None
    """The answer before the item's facts changed."""


StillFound: TypeAlias = Callable[[Item], bool | None]
"""Whether the last report of an item's own day finds it; None where it did not judge it, or is missing."""


@dataclasses.dataclass(frozen=True)
class Ledger:
    """The day's items with their answers, and all open items."""

    items: pd.DataFrame
    """`reconcile.ledger.items`, with `status`, `comment`, `answered_in` and `reopened` (`Response` or None)."""
    open_items: tuple[Item, ...]
    previous: Workbook | None = None
    """The newest workbook of an earlier day."""
    unreadable: tuple[str, ...] = ()
    """Workbooks that should have been read, and could not be."""

    def selected(self, *, opening: str = "", closing: str = "") -> list[Item]:
        """The open items of this opening and closing status; empty: of any."""
        return [
            item
            for item in self.open_items
            if opening in ("", item.opening) and closing in ("", item.closing)
        ]


def carry(
    items: pd.DataFrame,
    day: date,
    *,
    reviewed: Sequence[Workbook] = (),
    previous: Workbook | None = None,
    still_found: StillFound = lambda _: None,
    repeating: Collection[str] = (),
    unreadable: Sequence[str] = (),
) -> Ledger:
    """The day's ledger from its `items` (`reconcile.ledger.items.reconciling_items`).

    `reviewed` are the workbooks that may hold answers, the newest first. `previous` is the newest of an earlier day:
    what it carries forward is brought forward here. `repeating` names the rules that repeat.
    """
    found = [_item(row, day) for row in items.to_dict("records")]
    answers = [_answer(item, reviewed) for item in found]
    today = {item.id: _answered(item, answer) for item, answer in zip(found, answers, strict=True)}
    carried = previous.carried if previous else ()
    before = {item.id: item._replace(repeats=item.rule in repeating) for item in carried}
    brought = [_brought_forward(item, today.get(item.id), reviewed, still_found) for item in before.values()]
    new = [item for item in today.values() if item.severity != "info" and item.id not in before]
    columns = pd.DataFrame(answers, columns=Answer._fields, dtype=object)
    columns = columns.astype({"status": "str", "comment": "str", "answered_in": "str"})
    open_items = tuple(sorted(brought + new, key=_by_age))
    return Ledger(items.assign(**columns), open_items, previous, tuple(unreadable))


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


def _answer(item: Item, reviewed: Sequence[Workbook]) -> Answer:
    """The newest answer, which holds only while the item's facts are those it was given on."""
    comment = ""
    for book in reviewed:
        response = book.responses.get(item.id)
        if response is None:
            continue
        if response.status != OPEN:
            comment = response.comment or comment
            if item.has_facts(response.facts):
                return Answer(response.status, comment, book.name)
            return Answer(OPEN, comment, reopened=response)
        comment = comment or response.comment
        if response.withdrawn:
            break
    return Answer(OPEN, comment)


def _answered(item: Item, answer: Answer) -> Item:
    """An item with its answer; cleared unless that is Open."""
    closing = CARRIED_FORWARD if answer.status == OPEN else CLEARED
    status, comment, answered_in, _ = answer
    return item._replace(status=status, comment=comment, answered_in=answered_in, closing=closing)


def _brought_forward(
    item: Item, found: Item | None, reviewed: Sequence[Workbook], still_found: StillFound
) -> Item:
    """An item of an earlier day with its status of today; `found` is the same item if today finds it again."""
    if found is None:
        found = _answered(item, _answer(item, reviewed))
        if found.closing == CARRIED_FORWARD and still_found(item) is False:
            found = found._replace(closing=CLEARED, gone=True)
    return found._replace(first_day=item.first_day, brought_value=item.value, opening=BROUGHT_FORWARD)


def _by_age(item: Item) -> tuple[Any, ...]:
    """The oldest first, then errors, then the biggest."""
    return (
        item.first_day,
        SEVERITIES.index(item.severity),
        -abs(item.value or 0),
        item.rule,
        item.id,
    )
