"""The ledger: the items of a day with the answers from earlier workbooks, and all items that are still open.

Brought forward + new − cleared = carried forward. An item is cleared when a person marks it Explained or Corrected, or
when its own day, run again, no longer finds it. Nothing here reads a file: `reconcile.report.earlier` does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import pandas as pd

from reconcile.ledger.item import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    CLEARING,
    NEW,
    OPEN,
    Answer,
    Item,
    Response,
)


@dataclasses.dataclass(frozen=True)
class Workbook:
    """The contents of an earlier workbook."""

    name: str
    day: date
    responses: Mapping[str, Response] = dataclasses.field(default_factory=dict)
    """By item id."""
    causes: Mapping[str, Answer] = dataclasses.field(default_factory=dict)
    """The answers on the sheet Causes, by cause id."""
    carried: Sequence[Item] = ()
    """Its items that are carried forward, with those whose answer was withdrawn since."""
    carried_forward: int | None = None
    """How many these are by its Summary; None if it has no such number."""
    costs: Mapping[tuple[int, int], tuple[int, int]] = dataclasses.field(default_factory=dict)
    """By product and storage: quantity and total cost of that day, in millionths."""
    unreadable: Sequence[str] = ()
    """Cells that can't be read: sheet, cell, and what stands there."""
    sign_offs: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)
    """By the label of the role (English), or Conclusion: the name and date, or the conclusion and no date."""
    modified_by: str = ""
    """Who saved it last, as the program that saved it wrote."""


Responses: TypeAlias = Mapping[str, Sequence[tuple[str, Response]]]
"""The responses to each item, by its id, the newest first, each with the name of its workbook."""
StillFound: TypeAlias = Callable[[Item], bool | None]
"""Whether the last report of an item's own day finds it; None where it did not judge it, or is missing."""


@dataclasses.dataclass(frozen=True)
class Ledger:
    """The day's items with their answers, and all open items."""

    items: pd.DataFrame
    """`reconcile.analysis.day_items`."""
    open_items: tuple[Item, ...]
    """Without notes, in the order to work through."""
    previous: Workbook | None = None
    """The newest workbook of an earlier day."""
    causes: Mapping[str, tuple[Answer, str]] = dataclasses.field(default_factory=dict)
    """By cause id: its answer in the newest workbook of the day, and that workbook's name."""
    unreadable: tuple[str, ...] = ()
    """Workbooks that should have been read, and could not be."""
    unreadable_cells: tuple[str, ...] = ()
    """Cells of earlier workbooks that could not be read, each with its workbook and sheet."""

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
    responses: Responses | None = None,
    previous: Workbook | None = None,
    late: Sequence[Item] = (),
    still_found: StillFound = lambda _: None,
    repeating: Collection[str] = (),
    causes: Mapping[str, tuple[Answer, str]] | None = None,
) -> Ledger:
    """The day's ledger from its `items` (`reconcile.analysis.day_items`).

    What `previous`, the newest workbook of an earlier day, carries forward is brought forward here. `late` are open
    items of earlier days that it does not have. `repeating` names the rules that repeat.
    """
    given = responses or {}
    found = [_item(row, day) for row in items[items["severity"] != "info"].to_dict("records")]
    today = {item.id: _answered(item, given) for item in found}
    carried = previous.carried if previous else ()
    earlier = [
        *(item._replace(opening=NEW) for item in late),
        *(item._replace(opening=BROUGHT_FORWARD) for item in carried),
    ]
    before = {item.id: item._replace(repeats=item.rule in repeating) for item in earlier}
    brought = [_brought_forward(item, today.get(item.id), given, still_found) for item in before.values()]
    new = [item for item in today.values() if item.id not in before]
    return Ledger(
        items,
        tuple(sorted(brought + new, key=lambda item: item.sort_key)),
        previous,
        causes or {},
    )


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
        counts_as=row["counts_as"],
        is_quantity=row["is_quantity"],
        difference=known("difference"),
        unit=row["unit"],
        left_out=row["left_out"],
        dish=known("dish") or "",
        sold_at=None if pd.isna(row["sold_at"]) else row["sold_at"].to_pydatetime(),
        sale_type_id=known("sale_type_id"),
        terminal_id=known("terminal_id"),
        source=known("source") or "",
        product_id=known("product_id"),
        stock_id=known("stock_id"),
        receipt_product_id=known("receipt_product_id"),
        operation_id=known("operation_id"),
        cause=known("cause") or "",
        repeats=row["repeats"],
    )


def _answered(item: Item, responses: Responses) -> Item:
    """The item with the newest answer, and cleared if that closes it and was given on the same facts."""
    given = Answer()
    for workbook, response in responses.get(item.id, ()):
        status = response.answer.status
        if status in CLEARING and not item.has_facts(response.facts):
            return item._replace(answer=given.filled_from(response.answer), reopened=response)
        if status != OPEN:
            return item._replace(
                answer=response.answer.filled_from(given),
                answered_in=workbook,
                is_supported=response.is_supported,
                closing=CLEARED if status in CLEARING else CARRIED_FORWARD,
            )
        given = given.filled_from(response.answer)
        if response.withdrawn:
            break
    return item._replace(answer=given)


def _brought_forward(item: Item, found: Item | None, responses: Responses, still_found: StillFound) -> Item:
    """An item of an earlier day with its status of today; `found` is the same item if today finds it again."""
    if found is None:
        found = _answered(item, responses)
        if found.closing == CARRIED_FORWARD and still_found(item) is False:
            found = found._replace(closing=CLEARED, gone=True)
    brought_value = item.value if item.opening == BROUGHT_FORWARD else None
    return found._replace(first_day=item.first_day, brought_value=brought_value, opening=item.opening)
