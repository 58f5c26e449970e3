"""The table of `reconcile/nightly/scale.md`: `python -m tests.generate.scale` renews it.

Requests are counted as the program makes them, with the default settings (`tests/batch/test_scale.py` holds the counts
to a server); minutes are those of the quota alone.
"""

from __future__ import annotations

import math
import re

from reconcile.settings.model import Api
from tests.given.places import ROOT

PAGE = ROOT / "reconcile" / "nightly" / "scale.md"
VENUES, RECEIPTS = (10, 100, 400, 1000), (100, 280, 1000)
PRODUCTS = 150
WITH_FINDINGS = 0.01
"""Of the receipts: those that are asked for again, as a finding rests on them."""
_API = Api()
_A_MINUTE = (_API.requests_per_window - _API.connections) * 60 / _API.window_seconds
_TURNS = 24 * 4
_FEWEST_TURNS = 8
_AFTER_MIDNIGHT = 22
"""Turns of the day before, from midnight to half past five."""


def pages(records: int) -> int:
    """Pages of a list that are asked for, the last of which brings nothing new."""
    return math.ceil(records / _API.page_size) + 1


def at_once(receipts: int, listed: int, products: int = PRODUCTS) -> int:
    """Requests of a night that fetches everything: the list in two passes, what closed late, the catalogue."""
    passes = 2 * pages(listed) - 1 if listed > _API.page_size else pages(listed)
    return passes + 1 + pages(products) + receipts


def collected(receipts: int, listed: int, products: int = PRODUCTS, again: int = 0) -> int:
    """Requests of a night after a day that was collected. `again`: receipts that findings rest on."""
    sample = math.ceil(_API.recheck_sample * receipts)
    return pages(listed) + 1 + pages(products) + sample + again


def by_day(receipts: int) -> int:
    """Requests of the collections of a venue's day."""
    return _TURNS + _AFTER_MIDNIGHT + pages(2 * receipts) + receipts


def row(venues: int, receipts: int) -> str:
    """One line of the table."""
    night = venues * at_once(receipts, 2 * receipts)
    left = venues * collected(receipts, 2 * receipts, again=math.ceil(WITH_FINDINGS * receipts))
    quarter = venues * by_day(receipts) / _TURNS
    within = float(_API.share) * _A_MINUTE
    minutes = quarter / within
    needed = f"{minutes:.1f}" if minutes <= _API.collect_minutes else _too_many(venues, receipts)
    cells = (
        f"{venues:,}", f"{receipts:,}", f"{night:,}", _time(night), f"{left:,}", _time(left),
        f"{left / night:.2f}", needed,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _too_many(venues: int, receipts: int) -> str:
    """What a collection of more than its minutes needs: fewer turns, more of the quota, or a higher one."""
    of_settings = "", float(_API.share), _API.collect_minutes
    for needed, share, minutes in (of_settings, ("with `share = 1` and `collect_minutes = 14`: ", 1.0, 14.0)):
        turns = minutes * _TURNS * share * _A_MINUTE / venues - receipts - pages(2 * receipts)
        if turns >= _FEWEST_TURNS:
            return f"{needed}{minutes:g}; a venue's turn comes each {math.ceil(24 * 60 / turns)} minutes"
    of_a_day = of_settings[2] * _TURNS * of_settings[1] * _A_MINUTE
    quota = math.ceil(venues * by_day(receipts) / of_a_day * _API.requests_per_window / 100) * 100
    return f"needs a quota of {quota:,} a minute"


def _time(requests: int) -> str:
    minutes = requests / _A_MINUTE
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def table() -> str:
    """All rows, with the head."""
    head = (
        "| venues | receipts a day each | at once: requests | time | after collecting: requests | time | ratio "
        "| minutes of each quarter of an hour by day |\n|--:|--:|--:|--:|--:|--:|--:|---|\n"
    )
    return head + "".join(f"{row(venues, receipts)}\n" for venues in VENUES for receipts in RECEIPTS)


def renewed(text: str) -> str:
    """The page with its table made again."""
    pattern = re.compile("(<!-- scale -->\n).*?(<!-- /scale -->)", re.DOTALL)
    return pattern.sub(lambda match: match[1] + table() + match[2], text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
