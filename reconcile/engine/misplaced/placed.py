"""What was found to be only in the wrong place, while it is collected."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from reconcile.engine.misplaced.differences import Difference


@dataclasses.dataclass(frozen=True)
class Misplaced:
    """One product that a line is short of, and that stands elsewhere (or the other way round on a return)."""

    on: Difference
    others: tuple[Difference, ...]
    where: str
    """One of `reconcile.model.matched.MISPLACED`."""


@dataclasses.dataclass(frozen=True)
class StandIn:
    """A product written off in place of another that is due on the line."""

    missing: Difference
    found: Difference


class Used:
    """Differences that are explained. Each is used once."""

    def __init__(self) -> None:
        self._ids: set[int] = set()

    def add(self, explained: Iterable[Difference]) -> None:
        """Mark differences as explained."""
        self._ids.update(map(id, explained))

    def left(self, of: Sequence[Difference]) -> list[Difference]:
        """Those that are not explained yet."""
        return [each for each in of if id(each) not in self._ids]

    def are_left(self, all_of: Iterable[Difference]) -> bool:
        """Whether none of these is explained yet."""
        return not any(id(each) in self._ids for each in all_of)


def grouped(differences: Iterable[Difference], *names: str) -> dict[tuple[int, ...], list[Difference]]:
    """Differences with the same values of these fields."""
    found: dict[tuple[int, ...], list[Difference]] = {}
    for each in differences:
        found.setdefault(tuple(getattr(each, name) for name in names), []).append(each)
    return found


def whole_lines(differences: Iterable[Difference]) -> dict[int, list[Difference]]:
    """By position of the line, the differences of dishes without any write-off."""
    return {line: rows for (line,), rows in grouped((e for e in differences if e.is_whole), "line").items()}
