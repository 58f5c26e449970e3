"""A rule, read from its module.

A rule's module has a docstring (its title, then the five headings below), its `Declaration` as `RULE`, and one pure
function `judge(rows, thresholds)`.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pandas as pd

from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags
from reconcile.settings.thresholds import DayThresholds

HEADINGS = ("What it checks", "Why it matters", "Example", "Not flagged", "What to do")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule(Declaration):
    """One rule: its declaration, its name, its texts in one line each (the example in several), its function."""

    name: str
    title: str
    what_it_checks: str
    why_it_matters: str
    example: str
    not_flagged: str
    what_to_do: str
    judge: Callable[[pd.DataFrame, DayThresholds], Flags]

    @classmethod
    def of(cls, module: ModuleType) -> Rule:
        """The rule of a module, named after the file. Raises KeyError if a heading is missing."""
        title, sections = _sections(inspect.cleandoc(module.__doc__ or _docstring(module)))
        texts: Any = {heading.lower().replace(" ", "_"): sections[heading] for heading in HEADINGS}
        name = module.__name__.rpartition(".")[2].replace("_", "-")
        return cls(**vars(module.RULE), name=name, title=title, judge=module.judge, **texts)


def _docstring(module: ModuleType) -> str:
    """From its source: with PYTHONOPTIMIZE=2 the interpreter leaves docstrings out."""
    return ast.get_docstring(ast.parse(inspect.getsource(module))) or ""


def _sections(text: str) -> tuple[str, dict[str, str]]:
    """The title and the texts of a rule's docstring, by heading."""
    title, _, body = text.partition("\n")
    parts = re.split(rf"^({'|'.join(HEADINGS)}):[ \n]", body, flags=re.MULTILINE)
    found = {heading: inspect.cleandoc(part) for heading, part in zip(parts[1::2], parts[2::2], strict=True)}
    in_one_line = {heading: " ".join(part.split()) for heading, part in found.items()}
    return title.rstrip("."), in_one_line | {"Example": found["Example"]}
