"""The sales of a made-up day: receipts and lines, from 09:00 to 01:30, and some of the days before and after.

Random numbers are whole, so that a seed gives the same day on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from reconcile.sandbox.generated_stock import HOUR, MINUTE, Move, Opening
from reconcile.sandbox.menu import BY_ID, DELETED_AT, MENU, Modifier, Product, stock_usage

_DAY = 24 * HOUR
_CLOSING = 25 * HOUR + 30 * MINUTE
_LAST_ORDER = 25 * HOUR + 20 * MINUTE
_GUESTS = {
    9: 3, 10: 4, 11: 6, 12: 12, 13: 14, 14: 9, 15: 5, 16: 4, 17: 5, 18: 9, 19: 13, 20: 13, 21: 9, 22: 6, 23: 4,
    24: 2, 25: 1,
}  # fmt: skip
"""Guests by hour, of 119 in all; 24 is the first hour of the next day."""
_HOURS = tuple(hour for hour, guests in _GUESTS.items() for _ in range(guests))
_ON_SALE = tuple(product for product in MENU for _ in range(product.popularity))
_LINES = (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6)
_COUNTS = (1, 1, 1, 1, 1, 2, 2, 2, 3, 4)
_FIRST_RECEIPT, _FIRST_LINE = 700_001, 2_100_001
_RECEIPTS_PER_OPEN_ONE = 200
_RECEIPTS_PER_OTHER_DAY_ONE = 50
_MADE_TO_ORDER = 19 * HOUR
"""From this time on dishes use the ingredients of a preparation instead of the preparation."""
_ONE, _HALF = Decimal(1), Decimal("0.5")
OFF_THE_MENU = DELETED_AT.hour * HOUR + DELETED_AT.minute * MINUTE
"""From this second of the day on, the deleted product is not sold."""

_Times: TypeAlias = tuple[int, int, int | None]
"""`day`, `opened` and `closed` of a `Sale`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt. `count` is in the product's unit: pieces, portions, hours, kg."""

    id: int
    product: Product
    count: Decimal
    portion: Decimal
    modifiers: tuple[Modifier, ...]
    is_gift: bool
    is_voided: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """One receipt. Times are in seconds after the midnight that begins the business day."""

    id: int
    day: int
    """The business day: 0 is the day itself, −1 the day before, 1 the day after."""
    opened: int
    closed: int | None
    is_return: bool
    is_cancelled: bool
    lines: tuple[Line, ...]


def draw_sales(receipts: int, chance: random.Random, opening: Opening | None = None) -> list[Sale]:
    """All receipts, ordered by opening time and id; of a day in a run none is open, and none of another day."""
    others_a_day = 0 if opening else -(-receipts // _RECEIPTS_PER_OTHER_DAY_ONE)
    still_open = 0 if opening else -(-receipts // _RECEIPTS_PER_OPEN_ONE)
    drawn: list[_Times] = [(0, *_times(chance)) for _ in range(receipts)]
    drawn += [(0, _times(chance)[0], None) for _ in range(still_open)]
    for day in (-1, 1):
        drawn += [(day, *_times_before_midnight(day, chance)) for _ in range(others_a_day)]
    drawn.sort(key=lambda times: times[1])
    first_receipt, first_line = (opening.first_id,) * 2 if opening else (_FIRST_RECEIPT, _FIRST_LINE)
    off_the_menu = opening.off_the_menu if opening else OFF_THE_MENU
    line_ids = iter(range(first_line, first_line + max(_LINES) * len(drawn)))
    return [
        _sale(receipt_id, times, line_ids, off_the_menu, chance)
        for receipt_id, times in enumerate(drawn, start=first_receipt)
    ]


def _times(chance: random.Random) -> tuple[int, int]:
    """When a receipt was opened and closed."""
    opened = min(chance.choice(_HOURS) * HOUR + chance.randrange(HOUR), _LAST_ORDER)
    minutes = chance.randrange(3, 15) if chance.randrange(5) < 2 else chance.randrange(20, 110)
    return opened, min(opened + minutes * MINUTE + chance.randrange(MINUTE), _CLOSING)


def _times_before_midnight(day: int, chance: random.Random) -> tuple[int, int]:
    """On the day before or after."""
    opened, closed = _times(chance)
    early = min(opened, 22 * HOUR + opened % HOUR)
    return early + day * _DAY, early + closed - opened + day * _DAY


def _sale(
    receipt_id: int, times: _Times, line_ids: Iterator[int], off_the_menu: int, chance: random.Random
) -> Sale:
    day, opened, closed = times
    is_cancelled = closed is not None and chance.randrange(200) == 0
    size = chance.choice(_LINES)
    return Sale(
        receipt_id, day, opened, closed,
        is_return=closed is not None and not is_cancelled and chance.randrange(100) == 0,
        is_cancelled=is_cancelled,
        lines=tuple(
            _line(next(line_ids), size, is_all_sold=opened < off_the_menu, chance=chance) for _ in range(size)
        ),
    )  # fmt: skip


def _line(line_id: int, size: int, *, is_all_sold: bool, chance: random.Random) -> Line:
    product = chance.choice(_ON_SALE)
    while product.is_deleted and not is_all_sold:
        product = chance.choice(_ON_SALE)
    portion = _HALF if product.halves and chance.randrange(12) == 0 else _ONE
    count = Decimal(chance.randrange(100, 1800) if product.sold_by_weight else 1000 * chance.choice(_COUNTS))
    is_modified = product.groups and chance.randrange(4) == 0
    return Line(
        line_id, product, count.scaleb(-3), portion,
        modifiers=(chance.choice(product.groups[0].modifiers),) if is_modified else (),
        is_gift=chance.randrange(50) == 0,
        is_voided=size > 1 and chance.randrange(100) == 0,
    )  # fmt: skip


def moves(sale: Sale, chance: random.Random) -> Iterator[Move]:
    """The stock moves of a receipt: out of stock, or into it on a return."""
    if sale.closed is None or sale.is_cancelled:
        return
    sign, explode = -1 if sale.is_return else 1, sale.closed >= _MADE_TO_ORDER
    for line in sale.lines:
        if line.is_voided:
            continue
        usage = stock_usage(line.product, line.count, line.portion, line.modifiers, explode=explode)
        for product_id, amount in usage:
            for storage_id, part in _parts(BY_ID[product_id], amount, chance):
                yield Move(sale.closed, sale.id, line.id, product_id, storage_id, sign * part)


def _parts(product: Product, amount: Decimal, chance: random.Random) -> Iterator[tuple[int, Decimal]]:
    """The storages an amount comes from: now and then a second one, where the first has not enough."""
    if len(product.storages) > 1 and amount >= 2 and chance.randrange(3) == 0:
        first = Decimal(chance.randrange(1, int(amount)))
        yield product.storages[0], first
        yield product.storages[1], amount - first
    else:
        yield product.storages[0], amount
