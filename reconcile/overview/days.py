"""The days of every venue: verdict and amounts, from the control totals of the books."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from reconcile.books.folder import day_folder
from reconcile.books.many_days import read_control
from reconcile.core.exact import exact_micros

RECONCILED, DIFFERENCES, INCOMPLETE = "RECONCILED", "DIFFERENCES", "INCOMPLETE"
MISSING, UNREADABLE = "MISSING", "UNREADABLE"
VERDICTS = (RECONCILED, DIFFERENCES, MISSING, INCOMPLETE, UNREADABLE)
"""Of a day, from the best to the worst. MISSING: it has no books, and its venue has some before it; UNREADABLE: it has
books that can't be read."""
_COLUMNS = "verdict, over, under, currency, venue_id"

_MANY = 50_000
log = logging.getLogger(__name__)


class Day(NamedTuple):
    """A day of a venue. Amounts in millionths of money, 0 where its books can't be read."""

    verdict: str
    over: int = 0
    under: int = 0
    """Not above 0."""

    @property
    def amount(self) -> int:
        """Over and under, both counted up."""
        return self.over - self.under


Key = tuple[date, int]
"""A day and a venue; venue 0: none was asked for."""


@dataclasses.dataclass(frozen=True)
class Days:
    """What was read of all days of a folder."""

    days: Mapping[Key, Day]
    folders: Mapping[Key, Path]
    digests: Mapping[Path, Mapping[str, str]]
    problems: Mapping[Key, str]
    """Why the books of a day can't be read."""
    currencies: Mapping[str, Key]
    """By currency, the first day whose books are in it."""
    named: Mapping[int, int]
    """By venue, the one that its receipts name, where that is known."""


def read_days(out: Path, keys: Sequence[Key], *, demo: bool) -> Days:
    """Read the control totals of these days, which are in order, in one query for some hundred of them."""
    if len(keys) > _MANY:
        log.info("reading the books of %s days: this takes some minutes", f"{len(keys):,}")
    top = out.resolve()
    folders = {key: day_folder(top, key[0], key[1] or None, demo=demo) for key in keys}
    found = read_control(list(folders.values()), _COLUMNS)
    days, problems, currencies, named = dict[Key, Day](), dict[Key, str](), dict[str, Key](), dict[int, int]()
    for key, folder in folders.items():
        rows = found.rows.get(folder, [])
        if len(rows) != 1 or rows[0][0] not in VERDICTS:
            days[key] = Day(UNREADABLE)
            problems[key] = found.problems.get(folder, "control.parquet does not have the one row of a day")
            continue
        ((verdict, over, under, currency, venue),) = rows
        days[key] = Day(verdict, _micros(over), _micros(under))
        if currency:
            currencies.setdefault(currency, key)
        if venue:
            named[key[1]] = venue
    return Days(days, folders, found.digests, problems, currencies, named)


def _micros(amount: Decimal | None) -> int:
    return 0 if amount is None else exact_micros(amount)
