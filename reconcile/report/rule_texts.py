"""What the report says of a rule: the texts of the rules' own docstrings."""

from __future__ import annotations

from typing import Protocol


class RuleText(Protocol):
    """A rule as the report needs it."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def names(self) -> str: ...
    @property
    def what_it_checks(self) -> str: ...
    @property
    def why_it_matters(self) -> str: ...
    @property
    def example(self) -> str: ...
    @property
    def not_flagged(self) -> str: ...
    @property
    def what_to_do(self) -> str: ...


def one_line(text: str) -> str:
    """A docstring's paragraph as running text."""
    return " ".join(text.split())
