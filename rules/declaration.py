"""What a rule declares beside its texts and its judgement. Everything else that the program knows of a rule follows."""

from __future__ import annotations

import dataclasses
from typing import Literal

from reconcile.settings.model import Severity

Names = Literal["line", "ingredient", "operation", "receipt", "product"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declaration:
    """One rule's own facts; each rule file has one, as `RULE`."""

    severity: Severity
    names: Names
    """What its findings name, and the frame that it judges: sale lines for `line` and `product`."""
    reads: str
    """The columns of that frame that it reads, separated by spaces."""
    message: str
    """What a finding says, with `{expected}`, `{actual}`, `{difference}` and `{value}`."""
    is_goods: bool = False
    """Its values are goods, written off over or under; the values of other rules are differences of cost."""
    needs_catalogue: bool = False
    """It judges nothing without the catalogue."""
    repeats: bool = False
    """Its findings of one product and stock are one item to work through."""
    cause: str | None = None
    """Its findings of one dish, product and ratio share a cause; this names one in which nothing was due. None: each
    finding stands alone."""
