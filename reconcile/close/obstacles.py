"""What stands in the way of closing a month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from reconcile.close.days import MISSING
from reconcile.close.ledger_view import LedgerView
from reconcile.core.exact import sum_of_known
from reconcile.language.translate import ENGLISH, Language, to_say
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
    text: str
    """A sentence to translate, with the names of `values`."""
    values: Mapping[str, str] = MappingProxyType({})
    items: tuple[Item, ...] = ()
    """The open items of a cause, the largest first."""
    value: int | None = None
    """Of open items, in millionths; None where none is known."""

    @property
    def what(self) -> str:
        """A sentence in English, for programs and the log."""
        return self.said(ENGLISH)

    def said(self, language: Language) -> str:
        """The sentence in a language."""
        return language.say(self.text, **self.values)


def obstacles(
    days: pd.DataFrame,
    problems: Mapping[date, str],
    ledger: LedgerView,
    material_value: int,
    chains: tuple[pd.DataFrame, pd.DataFrame],
) -> list[Obstacle]:
    """All that stands in the way, by reason; open errors by value, the others by day.

    `days` is `reconcile.close.days.days_frame`; `problems` says why books are not whole; `chains` are
    `reconcile.close.chain.broken_chains` and the unexplained rows of `moved_between`.
    """
    changed = to_say("what it found changed after it was signed off; sign it again")
    found = [
        *_of_days(days, problems, ledger.known),
        *_of_items(ledger.items, material_value),
        *(Obstacle(day, CHANGED, changed) for day in ledger.changed),
        *_of_chains(*chains),
    ]
    order = list(REASONS)
    return sorted(found, key=lambda each: (order.index(each.reason), -abs(each.value or 0), each.date))


def _of_days(days: pd.DataFrame, problems: Mapping[date, str], known: Collection[date]) -> Iterator[Obstacle]:
    for row in days.to_dict("records"):
        day = row["date"].date()
        if row["verdict"] == MISSING:
            why = problems.get(day, "")
            yield (
                Obstacle(day, NO_BOOKS, to_say("its books are not whole: {why}"), {"why": why})
                if why
                else (Obstacle(day, NO_BOOKS, to_say("it was not run; run it")))
            )
        elif not row["complete"]:
            text = to_say("it is incomplete; run it again: it fetches what is missing")
            yield Obstacle(day, INCOMPLETE, text)
        elif row["errors"] and day not in known:
            text = to_say("it has errors ({count}), and no workbook has them; run it again")
            yield Obstacle(day, NO_WORKBOOK, text, {"count": str(row["errors"])})


def _of_items(items: Iterable[Item], material_value: int) -> Iterator[Obstacle]:
    """Open errors of any value that is material or not known; those of one cause are one thing."""
    causes: dict[str, list[Item]] = {}
    for item in items:
        is_material = item.value is None or abs(item.value) >= max(material_value, 1)
        if item.severity == "error" and is_material:
            causes.setdefault(item.cause or item.id, []).append(item)
    for found in causes.values():
        some = sorted(found, key=lambda item: item.sort_key)
        named = {"what": ", ".join(filter(None, [some[0].rule, some[0].product])), "id": some[0].id}
        text = to_say("{what}: {id} is open")
        if len(some) > 1:
            text, named["others"] = (
                to_say("{what}: {id} and others of its cause ({others}) are open"),
                str(len(some) - 1),
            )
        day, value = min(item.first_day for item in some), sum_of_known(item.value for item in some)
        yield Obstacle(day, OPEN_ERROR, text, named, tuple(some), value)


def _of_chains(broken: pd.DataFrame, unexplained: pd.DataFrame) -> Iterator[Obstacle]:
    for reason, text, rows in (
        (
            BROKEN,
            to_say(
                "stock {stock} ({product}) goes on from another quantity than {day} left; run the day again"
            ),
            broken,
        ),
        (
            UNEXPLAINED,
            to_say("stock {stock} ({product}) moved since {day}, and no movement explains it"),
            unexplained,
        ),
    ):
        for row in rows.to_dict("records"):
            named = {"stock": row["stock_id"], "product": row["product"], "day": row["from_day"].date()}
            yield Obstacle(row["date"].date(), reason, text, {key: str(each) for key, each in named.items()})
