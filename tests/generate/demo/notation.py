"""How the demo day's sales are written down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.generate.demo.menu import Line, Note, Op, Receipt

WARNING, INFO = "warning", "info"


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
