"""Within one receipt: the differences of a product that sum to nothing, and what stands in for another product."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconcile.core.exact import BoolArray, IntArray
from reconcile.engine.misplaced.differences import Difference
from reconcile.engine.misplaced.placed import Misplaced, StandIn, grouped, whole_lines

Step = Callable[[int], int]
"""The quantity step of a product."""


def in_one_receipt(rows: Sequence[Difference], step: Step) -> Iterator[Misplaced]:
    """Products whose differences under one receipt sum to 0: two or more, one of them on a line.

    Those of a dish without any write-off count only where all of them are explained so.
    """
    rows = list(rows)
    while True:
        groups = [group for group in grouped(rows, "receipt", "product").values() if _cancels(group, step)]
        explained = {id(each) for group in groups for each in group}
        partly = {
            line
            for line, whole in whole_lines(rows).items()
            if not all(id(each) in explained for each in whole)
        }
        if not partly:
            break
        rows = [each for each in rows if not (each.is_whole and each.line in partly)]
    for group in groups:
        on = min((each for each in group if not each.is_orphan), key=lambda each: each.number)
        yield Misplaced(on, tuple(each for each in group if each is not on), "in its receipt")


def _cancels(group: Sequence[Difference], step: Step) -> bool:
    total = sum(each.amount for each in group)
    return (
        len(group) > 1 and not all(each.is_orphan for each in group) and abs(total) <= step(group[0].product)
    )


def stand_ins(rows: Sequence[Difference], is_live: BoolArray, own: IntArray, step: Step) -> Iterator[StandIn]:
    """On one live line, exactly one due product without a write-off, and exactly one product that is not due, written
    off in that amount, but not the line's own. By position of the line: whether it `is_live`, and its `own` product.
    """
    for (line,), group in grouped((each for each in rows if not each.is_orphan), "line").items():
        missing = [each for each in group if each.due and not each.written_off]
        foreign = [each for each in group if each.source == "operations"]
        if len(missing) == len(foreign) == 1 and is_live[line] and foreign[0].product != own[line]:
            allowed = max(step(missing[0].product), step(foreign[0].product))
            if abs(foreign[0].written_off - missing[0].due) <= allowed:
                yield StandIn(missing[0], foreign[0])
