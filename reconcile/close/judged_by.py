"""By what the days were judged: those of other settings, or of another version of the program, than are in force now.

For information: such a day is right by what was in force then, and does not stand in the way of closing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from reconcile.books.origin import Origin


class JudgedBy(NamedTuple):
    """Days that were judged by the same, which is not in force now."""

    what: str
    """`settings_sha256` or `program`."""
    other: str
    """The digest of those settings, or the name and version of that program."""
    days: tuple[date, ...]


def judged_by_others(origins: Mapping[date, Origin], in_force: Mapping[str, str]) -> list[JudgedBy]:
    """By other settings, then by other programs, each by its first day.

    `in_force` has `settings_sha256` and `program`.
    """
    found = []
    for what, own in in_force.items():
        of_day = {day: getattr(origins[day], what) for day in sorted(origins)}
        found += [
            JudgedBy(what, other, tuple(day for day, by in of_day.items() if by == other))
            for other in dict.fromkeys(of_day.values())
            if other != own
        ]
    return found


def spans(days: Iterable[date]) -> str:
    """Days, in order, as `2026-01-01 – 2026-01-05, 2026-01-09`."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return ", ".join(f"{first}" if first == last else f"{first} – {last}" for first, last in found)
