"""What stands in the way of closing a month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd

from reconcile.close.days import MISSING
from reconcile.close.ledger_view import LedgerView
from reconcile.core.exact import sum_of_known
from reconcile.core.text import counted
from reconcile.language.translate import to_say
from reconcile.ledger.item import Item

NO_BOOKS, INCOMPLETE, NO_WORKBOOK, OPEN_ERROR, CHANGED, BROKEN, UNEXPLAINED = (
    "missing", "incomplete", "no-workbook", "open-error", "changed-since-sign-off", "chain-broken",
    "stock-unexplained",
)  # fmt: skip
REASONS = {
    NO_BOOKS: to_say("No books"),
    INCOMPLETE: to_say("Incomplete"),
    NO_WORKBOOK: to_say("No workbook"),
    OPEN_ERROR: to_say("Open error"),
    CHANGED: to_say("Changed since its sign-off"),
    BROKEN: to_say("Stock does not go on"),
    UNEXPLAINED: to_say("Stock moved, without a document"),
}
"""Labels by reason, in the order in which they are told."""
UNFETCHED = frozenset({NO_BOOKS, INCOMPLETE})
"""Those for which the exit status is 3: a day has to be run again."""


class Obstacle(NamedTuple):
    """One thing that stands in the way."""

    date: date
    reason: str
    """A key of `REASONS`."""
    what: str
    """A sentence in English, for programs and the log."""
    items: tuple[Item, ...] = ()
    """The open items of a cause."""
    value: int | None = None
    """Of open items, in millionths; None where none is known."""


def obstacles(
    days: pd.DataFrame,
    problems: Mapping[date, str],
    ledger: LedgerView,
    material_value: int,
    chains: tuple[pd.DataFrame, pd.DataFrame],
) -> list[Obstacle]:
    """All that stands in the way, by reason and day.

    `days` is `reconcile.close.days.days_frame`; `problems` says why books are not whole; `chains` are
    `reconcile.close.chain.broken_chains` and the unexplained rows of `moved_between`.
    """
    changed = "what it found changed after it was signed off; sign it again"
    found = [
        *_of_days(days, problems, ledger.known),
        *_of_items(ledger.items, material_value),
        *(Obstacle(day, CHANGED, changed) for day in ledger.changed),
        *_of_chains(*chains),
    ]
    order = list(REASONS)
    return sorted(found, key=lambda each: (order.index(each.reason), each.date))


def _of_days(days: pd.DataFrame, problems: Mapping[date, str], known: Collection[date]) -> Iterator[Obstacle]:
    for row in days.to_dict("records"):
        day = row["date"].date()
        if row["verdict"] == MISSING:
            yield Obstacle(day, NO_BOOKS, f"{problems.get(day, 'it was not run')}; run it")
        elif not row["complete"]:
            yield Obstacle(day, INCOMPLETE, "it is incomplete; run it again: it fetches what is missing")
        elif row["errors"] and day not in known:
            found = counted(int(row["errors"]), "error was", "errors were")
            yield Obstacle(day, NO_WORKBOOK, f"{found} found, and no workbook has them; run it again")


def _of_items(items: Iterable[Item], material_value: int) -> Iterator[Obstacle]:
    """Open errors of any value that is material or not known; those of one cause are one thing."""
    causes: dict[str, list[Item]] = {}
    for item in items:
        is_material = item.value is None or abs(item.value) >= max(material_value, 1)
        if item.severity == "error" and is_material:
            causes.setdefault(item.cause or item.id, []).append(item)
    for some in causes.values():
        first = min(some, key=lambda item: (item.first_day, item.id))
        named = ", ".join(filter(None, [first.rule, first.product]))
        others = f" and {counted(len(some) - 1, 'other')} of its cause are" if len(some) > 1 else " is"
        value = sum_of_known(item.value for item in some)
        yield Obstacle(first.first_day, OPEN_ERROR, f"{named}: {first.id}{others} open", tuple(some), value)


def _of_chains(broken: pd.DataFrame, unexplained: pd.DataFrame) -> Iterator[Obstacle]:
    for row in broken.to_dict("records"):
        yield Obstacle(
            row["date"].date(),
            BROKEN,
            f"stock {row['stock_id']} ({row['product']}) goes on from another quantity than {row['from_day'].date()} "
            "left; run the day again",
        )
    for row in unexplained.to_dict("records"):
        yield Obstacle(
            row["date"].date(),
            UNEXPLAINED,
            f"stock {row['stock_id']} ({row['product']}) moved since {row['from_day'].date()}, and no movement "
            "explains it",
        )
