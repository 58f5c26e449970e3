"""How the demo day's sales are written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

WARNING, INFO = "warning", "info"


@dataclass(frozen=True)
class Flag:
    """A finding that the day must give; every value is typed by hand."""

    rule: str
    expected: str
    actual: str
    difference: str
    value: str
    why: str
    severity: str = "error"
    says: str = ""
    """What stands in its message."""
    of: str = ""
    """The product that it names, where that is not the line's."""
    is_apart: bool = False
    """Of a goods rule, yet in no over or under."""
    explained_by: str = ""
    """The rule of the finding that explains it."""


@dataclass(frozen=True)
class Near:
    """A rule that must not flag this record, and why it might."""

    rule: str
    why: str
    of: str = ""
    """The product that is meant, where that is not the line's."""


Note = Flag | Near


@dataclass(frozen=True)
class Op:
    """One stock operation. What is left out follows from the menu, the receipt and the running stock."""

    product: str
    q: str = "1"
    notes: tuple[Note, ...] = ()
    at: str | None = None
    store: str | None = None
    stock_of: str = ""
    """The product whose stock it was taken from, where that is another."""
    shown_store: str = ""
    """The storage that it names, where that is not the one of its stock."""
    before: str | None = None
    """Where it says that it began, if not where the stock was."""
    cost: str | None = None
    before_cost: str | None = None
    total: str | None = None
    after: str | None = None
    up: bool = False
    """A positive quantity that comes back into stock."""
    times: int = 1
    """How often the answer gives it."""
    id: int | None = None
    raw: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One sold line; without `ops` it takes what the menu says."""

    product: str
    count: str = "1"
    notes: tuple[Note, ...] = ()
    ops: tuple[Op, ...] | None = None
    portion: str = "1"
    mods: tuple[str, ...] = ()
    is_gift: bool = False
    is_free: bool = False
    is_void: bool = False
    is_unlisted: bool = False
    """Only the answer by id shows it."""
    is_unclear: bool = False
    """Whether it can't be judged, though its product can."""
    id: int | None = None
    raw: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """One receipt; times are of 19 January unless they say another day."""

    created: str
    closed: str | None
    lines: tuple[Line, ...]
    notes: tuple[Note, ...] = ()
    kind: str = "reconciled"
    shift: str | None = "2026-01-19"
    is_return: bool = False
    is_cancelled: bool = False
    total_cost: str | None = None
    strays: tuple[Op, ...] = ()
    """Operations that belong to none of its lines."""
    by_id: bool = False
    id: int | None = None
    raw: dict[str, object] = field(default_factory=dict)


def sold(
    product: str, count: float | str = 1, *notes: Note, ops: Iterable[Op] | None = None, **more: Any
) -> Line:
    """A line."""
    return Line(product, str(count), notes, None if ops is None else tuple(ops), **more)


def took(product: str, q: float | str = 1, *notes: Note, **more: Any) -> Op:
    """An operation."""
    return Op(product, str(q), notes, **more)


def sale(created: str, closed: str | None, *lines: Line, **more: Any) -> Receipt:
    """A receipt."""
    return Receipt(created, closed, lines, **more)
