"""What judging a day again says differently from the report that is there: by rule, in findings and in money."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from reconcile.core.exact import decimal_text, exact_micros
from reconcile.core.text import counted, printable

_COMPARED = ("severity", "expected", "actual", "difference", "value")
"""What makes a finding of the same id a changed one."""
_DAYS_NAMED = 20


class RuleChanges(NamedTuple):
    """What changed of one rule. Values are sums over its findings, in millionths."""

    new: int = 0
    gone: int = 0
    changed: int = 0
    before: int = 0
    after: int = 0

    def __add__(self, other: Any) -> RuleChanges:
        return RuleChanges(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclasses.dataclass(frozen=True)
class DayChanges:
    """What changed of one day."""

    by_rule: Mapping[str, RuleChanges]
    over: tuple[int, int]
    """Before and after, in millionths; and so the next."""
    under: tuple[int, int]
    was_complete: bool
    is_complete: bool

    @property
    def is_any(self) -> bool:
        """Whether anything changed."""
        found = any(each.new or each.gone or each.changed for each in self.by_rule.values())
        return found or self.is_complete != self.was_complete or self.over[0] != self.over[1]


def compare(before: Any, after: Any) -> DayChanges:
    """The changes between two reports of one day, as parsed JSON.

    Raises ValueError, KeyError, TypeError, AttributeError or ArithmeticError where one is no report.
    """
    old, new = ({str(each["id"]): each for each in report["findings"]} for report in (before, after))
    by_rule: dict[str, RuleChanges] = {}

    def add(rule: object, changes: RuleChanges) -> None:
        by_rule[str(rule)] = by_rule.get(str(rule), RuleChanges()) + changes

    for key, finding in old.items():
        add(finding["rule"], RuleChanges(gone=int(key not in new), before=_micros(finding["value"])))
    for key, finding in new.items():
        was = old.get(key)
        changed = was is not None and any(was.get(name) != finding[name] for name in _COMPARED)
        counts = RuleChanges(new=int(was is None), changed=int(changed), after=_micros(finding["value"]))
        add(finding["rule"], counts)
    over, under = (
        (_micros(before["control"]["value"][name]), _micros(after["control"]["value"][name]))
        for name in ("over", "under")
    )
    return DayChanges(by_rule, over, under, before["complete"] is True, after["complete"] is True)


def _micros(value: Any) -> int:
    return 0 if value is None else exact_micros(Decimal(value))


@dataclasses.dataclass
class AllChanges:
    """The changes of all days."""

    by_rule: dict[str, RuleChanges] = dataclasses.field(default_factory=dict)
    over: tuple[int, int] = (0, 0)
    under: tuple[int, int] = (0, 0)
    days: int = 0
    """How many were compared."""
    changed_days: list[str] = dataclasses.field(default_factory=list)
    incomplete: int = 0
    """How many days are incomplete now, and were complete."""

    def add(self, name: str, changes: DayChanges) -> None:
        """Add a day."""
        self.days += 1
        if changes.is_any:
            self.changed_days.append(name)
        self.incomplete += changes.was_complete and not changes.is_complete
        for rule, each in changes.by_rule.items():
            self.by_rule[rule] = self.by_rule.get(rule, RuleChanges()) + each
        self.over, self.under = _sum(self.over, changes.over), _sum(self.under, changes.under)

    def as_text(self, rules: Iterable[str]) -> str:
        """A table by rule, in the order of `rules`, then the totals and the days."""
        order = [*rules, *sorted(self.by_rule)]
        rows = [("rule", "new", "gone", "changed", "value before", "value after")]
        for rule in dict.fromkeys(each for each in order if each in self.by_rule):
            each = self.by_rule[rule]
            if each.new or each.gone or each.changed:
                values = decimal_text(each.before), decimal_text(each.after)
                rows.append((printable(rule)[:40], str(each.new), str(each.gone), str(each.changed), *values))
        for name in ("over", "under"):
            was, now = getattr(self, name)
            rows.append((f"goods {name}", "", "", "", decimal_text(was), decimal_text(now)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                text.rjust(width) if place else text.ljust(width)
                for place, (text, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        lines.append(f"{len(self.changed_days)} of {counted(self.days, 'day')} would change{self._named()}")
        if self.incomplete:
            lines.append(f"{counted(self.incomplete, 'day')} would be INCOMPLETE, and is not so far")
        return "\n".join(lines) + "\n"

    def _named(self) -> str:
        if not self.changed_days:
            return ""
        more = len(self.changed_days) - _DAYS_NAMED
        names = ", ".join(sorted(self.changed_days)[:_DAYS_NAMED])
        return f": {names}{f' and {more} more' if more > 0 else ''}"


def _sum(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]
