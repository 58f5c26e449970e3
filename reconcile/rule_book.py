"""The rules as text, from their own docstrings: for `python -m reconcile rules` and the README's table."""

from __future__ import annotations

from reconcile.errors import UsageError
from rules import RULES
from rules.rule import HEADINGS, Rule


def overview() -> str:
    """One line a rule: name, severity, title."""
    width = max(len(rule.name) for rule in RULES)
    lines = [f"{rule.name:<{width}}  {rule.severity:<7}  {rule.title}" for rule in RULES]
    return "\n".join([*lines, "", "python -m reconcile rules NAME tells one in full."]) + "\n"


def describe(name: str) -> str:
    """One rule in full. Raises `UsageError` that names the rules there are."""
    for rule in RULES:
        if rule.name == name:
            return _in_full(rule)
    raise UsageError(f"there is no rule '{name[:60]}'; there are {', '.join(rule.name for rule in RULES)}")


def _in_full(rule: Rule) -> str:
    parts = [f"{rule.name} ({rule.severity}): {rule.title}"]
    for heading in HEADINGS:
        body = getattr(rule, heading.lower().replace(" ", "_"))
        parts.append(f"{heading}\n" + "\n".join(f"    {line}".rstrip() for line in body.splitlines()))
    return "\n\n".join(parts) + "\n"


def markdown_table() -> str:
    """The rules as the README shows them."""
    rows = [f"| `{rule.name}` | {rule.severity} | {rule.title} |" for rule in RULES]
    return "\n".join(["| rule | severity | what it says |", "|---|---|---|", *rows]) + "\n"
