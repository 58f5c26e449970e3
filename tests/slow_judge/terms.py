"""What each operation took from stock, what each line is, and what a unit of it costs."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from typing import Any

from tests.slow_judge.day import Day, Line, Operation, OutOfScopeError
from tests.slow_judge.values import identifier_or_none, number_or, six

GOODS = ("GOODS", "MODIFICATION", "INGREDIENT")
COOKED = ("DISH", "PREPARATION")
TAKES_INGREDIENTS, TAKES_ITSELF, PASSIVE = 0, 1, 3


def set_terms(day: Day) -> None:
    """Give operations their q, lines their kind and what is due."""
    for operation in day.operations:
        if operation.line and operation.line.is_live_sale:
            operation.q = operation.quantity
        else:
            operation.q = _by_the_stock(operation)
    for line in day.lines:
        if line.is_live_sale:
            _mark_corrections(line)
    believed = {type_ for type_ in COOKED if _is_believed(day, type_)}
    for line in day.lines:
        line.kind = "broken" if line.is_broken else _kind(line, day, believed)
        if line.kind == "composite" and line.is_live and not line.is_unverified:
            raise OutOfScopeError(f"line {line.id} takes a recipe")
        line.due = line.sold if line.kind == "direct" else Fraction(0)


def by_time(operation: Operation) -> tuple[datetime, int]:
    """The order of operations: by time, those without one last, then by id."""
    return operation.time or datetime.max, operation.id  # noqa: DTZ901


def _by_the_stock(operation: Operation) -> Fraction:
    magnitude = abs(operation.quantity)
    if operation.after != operation.before:
        return magnitude if operation.after < operation.before else -magnitude
    is_return = operation.line.is_return if operation.line else operation.receipt.is_return
    return -magnitude if operation.quantity < 0 or is_return else magnitude


def _mark_corrections(line: Line) -> None:
    """Find the fewest operations of the line that put back without a sign, lowest ids first."""
    if not line.operations:
        return
    first = min(line.operations, key=by_time)
    candidates = sorted(
        (each for each in line.own if each is not first and each.before + each.quantity == each.after),
        key=lambda each: each.id,
    )
    surplus = line.own_sum - line.sold
    for size in range(len(candidates) + 1):
        for chosen in itertools.combinations(candidates, size):
            if surplus == 2 * sum(each.quantity for each in chosen):
                for each in chosen:
                    each.q, each.is_correction = -each.quantity, True
                return


def _kind(line: Line, day: Day, believed: set[str]) -> str:
    type_, behavior = type_of(line, day), _behavior(line, day)
    ways = [
        (line.product in day.settings.untracked.products or behavior == PASSIVE, "untracked"),
        (behavior == TAKES_ITSELF and (type_ not in COOKED or type_ in believed), "direct"),
        (behavior == TAKES_INGREDIENTS and type_ in believed, "composite"),
        (bool(line.own) or type_ in GOODS, "direct"),
        (type_ == "TIMER", "untracked"),
        (type_ in COOKED or bool(line.operations), "composite"),
    ]
    return next((kind for holds, kind in ways if holds), "direct")


def _is_believed(day: Day, type_: str) -> bool:
    """Whether the day's lines of the type do not contradict what the behaviors 0 and 1 mean."""
    cases = [
        (_behavior(line, day), bool(line.own))
        for line in day.lines
        if line.is_live and line.operations and type_of(line, day) == type_
    ]
    against = Counter((behavior == TAKES_ITSELF) != own for behavior, own in cases if behavior in (0, 1))
    return against[True] <= against[False]


def _field(line: Line, day: Day, name: str) -> Any:
    """A field of the line's product, from the catalogue, else from the line itself."""
    known = day.catalogue.get(line.product, {}).get(name)
    return line.about.get(name) if known is None else known


def type_of(line: Line, day: Day) -> Any:
    """The type of its product."""
    return _field(line, day, "type")


def _behavior(line: Line, day: Day) -> int | None:
    return identifier_or_none(_field(line, day, "inventory_behavior"))


class UnitCosts:
    """What a unit of each line costs."""

    def __init__(self, day: Day, unsound: set[int]) -> None:
        """`unsound`: ids of operations whose cost is found wrong."""
        self._day, self._unsound = day, unsound

    def of(self, line: Line) -> Fraction | None:
        """By its own operations, else the day's of its product, else by its card; None if unknown."""
        of_product = (each for each in self._day.operations if each.product == line.product)
        known = self._among(line.own) or self._among(of_product)
        if known:
            return known
        by_card = number_or(_field(line, self._day, "cost_price"))
        return by_card if by_card is not None and by_card > 0 else None

    def worth(self, line: Line, amount: Fraction) -> Fraction | None:
        """What an amount of the line's product is worth; None if its cost is unknown."""
        cost = self.of(line)
        return None if cost is None else six(amount * cost)

    def _among(self, operations: Iterable[Operation]) -> Fraction | None:
        sound = [each for each in operations if each.id not in self._unsound]
        quantity = sum(abs(each.quantity) for each in sound)
        return sum(abs(each.total) for each in sound) / quantity if quantity else None
