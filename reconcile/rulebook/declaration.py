"""What a rule declares beside its texts and its judgement; all else that the program knows of a rule follows."""

from __future__ import annotations

import dataclasses
from typing import Literal

from reconcile.settings.model import Severity

Names = Literal["line", "ingredient", "operation", "receipt", "product"]
Frame = Literal[
    "lines", "ingredients", "operations", "receipts", "misplacements", "void_write_offs", "dear_lines"
]
"""The frames of `reconcile.engine.match.Matched`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Declaration:
    """The properties of a rule; each rule file has one, as `RULE`."""

    severity: Severity
    names: Names
    """The records its findings name; `ingredient`: a line and a product."""
    judges: Frame
    """The frame it judges, one row of which each finding is about."""
    reads: str
    """The columns of that frame that it reads, separated by spaces."""
    message: str
    """The message of a finding, with `{expected}`, `{actual}`, `{difference}` and `{value}`."""
    compares: Literal["quantity", "other"] = "quantity"
    """Whether expected and actual are quantities of the product that it names, or money, minutes or other counts."""
    is_goods: bool = False
    """Whether its values are goods over or under."""
    amounts: Literal["cost", "apart", "timing", "movement"] = "cost"
    """What its other values are: differences of cost; or amounts that are in no total: shown on a line of their own in
    the bridge or in no total at all (apart), of goods at another time, of stock that moved.
    """
    needs_catalogue: bool = False
    """Whether it judges nothing without the catalogue."""
    repeats: bool = False
    """Whether all its findings of one product and stock are one item to work through."""
    after_others: bool = False
    """Whether it reads marks made of the findings of the other rules, so that it is applied after them."""
    cause: str | None = None
    """Findings of one dish, product and ratio share a cause, or those that the rule says; this is its text if there is
    no ratio. None: no causes.
    """
