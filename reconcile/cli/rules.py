"""The rules as text, from their docstrings: for `python -m reconcile rules` and the README's table."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from reconcile.core.errors import UsageError
from reconcile.core.text import did_you_mean, shown
from reconcile.rulebook.rule import HEADINGS, Rule
from reconcile.rulebook.rules import RULES
from reconcile.settings.file import LoadedSettings

_WIDTH = 110


def overview(rules: Sequence[Rule] = RULES) -> str:
    """One line per rule: name, severity, title."""
    width = max(len(rule.name) for rule in rules)
    lines = [f"{rule.name:<{width}}  {rule.severity:<7}  {rule.title}" for rule in rules]
    return "\n".join([*lines, "", "python -m reconcile rules NAME describes one in full."]) + "\n"


def describe(name: str, rules: Sequence[Rule] = RULES) -> str:
    """One rule in full. Raises `UsageError`, which lists the rules, for an unknown name."""
    for rule in rules:
        if rule.name == name:
            return _in_full(rule)
    raise UsageError(_no_rule(name))


def check_rule_names(loaded: LoadedSettings) -> None:
    """Raise `UsageError` if the settings name an unknown rule."""
    names = {rule.name for rule in RULES}
    for key in ("off", "severity"):
        for name in sorted(set(getattr(loaded.settings.rules, key)) - names):
            raise UsageError(f"{loaded.file}: rules.{key}: {_no_rule(name)}")


def _no_rule(name: str) -> str:
    names = [rule.name for rule in RULES]
    return f"there is no rule {shown(name)}; the rules are {', '.join(names)}{did_you_mean(name, names)}"


def _in_full(rule: Rule) -> str:
    parts = [f"{rule.name} ({rule.severity}): {rule.title}"]
    for heading in HEADINGS:
        body = getattr(rule, heading.lower().replace(" ", "_"))
        lines = (
            body.splitlines() if heading == "Example" else textwrap.wrap(body, _WIDTH, break_on_hyphens=False)
        )
        parts.append(f"{heading}\n" + "\n".join(f"    {line}".rstrip() for line in lines))
    return "\n\n".join(parts) + "\n"


def markdown_table(rules: Sequence[Rule] = RULES) -> str:
    """The rules as the README's Markdown table."""
    rows = [f"| `{rule.name}` | {rule.severity} | {rule.title} |" for rule in rules]
    return "\n".join(["| rule | severity | what it says |", "|---|---|---|", *rows]) + "\n"
