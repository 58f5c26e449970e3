"""A rule as the rest of the program sees it: the module that holds it, read once.

A rule's module has a docstring (its title, then the five headings below), SEVERITY, NAMES (what a finding of
it names), READS (the columns it reads), MESSAGE (a template) and one pure function `judge(rows, thresholds)`.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Literal

import pandas as pd

from reconcile.settings.model import Severity
from reconcile.settings.thresholds import DayThresholds
from rules.flags import Flags

Names = Literal["line", "ingredient", "operation", "receipt", "product"]
HEADINGS = ("What it checks", "Why it matters", "Example", "Not flagged", "What to do")


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule: its name, its texts, and its judgement."""

    name: str
    title: str
    severity: Severity
    names: Names
    """What its findings name, and the frame it judges: lines for `line` and `product`, a line's ingredients."""
    reads: tuple[str, ...]
    message: str
    what_it_checks: str
    why_it_matters: str
    example: str
    not_flagged: str
    what_to_do: str
    judge: Callable[[pd.DataFrame, DayThresholds], Flags]

    @classmethod
    def of(cls, module: ModuleType) -> Rule:
        """The rule that a module of this package holds; it is named for its file."""
        title, sections = _sections(inspect.cleandoc(module.__doc__ or ""))
        return cls(
            name=module.__name__.rpartition(".")[2].replace("_", "-"),
            title=title,
            severity=module.SEVERITY,
            names=module.NAMES,
            reads=module.READS,
            message=module.MESSAGE,
            judge=module.judge,
            **{heading.lower().replace(" ", "_"): sections[heading] for heading in HEADINGS},
        )


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """A rule's docstring cut at its headings. Raises KeyError in `Rule.of` where one is missing."""
    title, _, body = text.partition("\n")
    parts = re.split(rf"^({'|'.join(HEADINGS)}):[ \n]", body, flags=re.MULTILINE)
    found = {heading: inspect.cleandoc(part) for heading, part in zip(parts[1::2], parts[2::2], strict=True)}
    return title.rstrip("."), found
