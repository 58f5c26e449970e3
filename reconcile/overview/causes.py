"""The costliest causes across venues: goods over and under by rule and product."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from reconcile.books.many_days import read_table
from reconcile.core.exact import exact_micros
from reconcile.overview.days import Days, Key

_COLUMNS = """rule, product_id, max(product), count(*), coalesce(sum(value) FILTER (value > 0), 0),
    coalesce(sum(value) FILTER (value < 0), 0)"""
_OF_GOODS = (
    "WHERE is_goods AND value != 0 GROUP BY filename, rule, product_id ORDER BY filename, rule, product_id"
)


@dataclasses.dataclass
class Cause:
    """A rule and a product, over all venues. Amounts in millionths of money."""

    rule: str
    product_id: int | None
    product: str = ""
    """Its name on the last day that found it; empty where no product is named."""
    findings: int = 0
    over: int = 0
    under: int = 0
    by_venue: dict[int, int] = dataclasses.field(default_factory=dict)
    """Over and under, both counted up."""
    days: set[Key] = dataclasses.field(default_factory=set)

    @property
    def amount(self) -> int:
        """Over and under, both counted up."""
        return self.over - self.under


def causes_of(days: Days, keys: Iterable[Key]) -> tuple[list[Cause], dict[Key, str]]:
    """The causes of these days, the largest amount first; and why the findings of a day can't be read.

    They add up to the days' over and under: the findings of goods are just those that the control totals count.
    """
    places = {days.folders[key]: key for key in keys}
    found = read_table(list(places), "findings", _COLUMNS, days.digests, _OF_GOODS)
    causes: dict[tuple[str, int | None], Cause] = {}
    for folder, rows in found.rows.items():
        key = places[folder]
        for rule, product_id, product, count, over, under in rows:
            cause = causes.setdefault((rule, product_id), Cause(rule, product_id))
            cause.product = product or cause.product
            cause.findings += count
            over_, under_ = exact_micros(Decimal(over)), exact_micros(Decimal(under))
            cause.over += over_
            cause.under += under_
            cause.by_venue[key[1]] = cause.by_venue.get(key[1], 0) + over_ - under_
            cause.days.add(key)
    largest_first = sorted(causes.values(), key=lambda each: (-each.amount, each.rule, each.product_id or 0))
    return largest_first, {places[folder]: why for folder, why in found.problems.items()}
