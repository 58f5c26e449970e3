"""`cut-off`: operations too early or too late, posted together, or a whole day in another time zone."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from fractions import Fraction

from tests.slow_judge.day import Day, Operation
from tests.slow_judge.findings import SlowFinding, total
from tests.slow_judge.operation_rules import finding
from tests.slow_judge.values import six

TOGETHER = timedelta(minutes=10)
ZONE_STEP, LEAST_ZONE = 15, 60
NEAR_ZONE = timedelta(minutes=2)


def cut_offs(day: Day) -> list[SlowFinding]:
    """The findings; where the day is in another zone, its distance is taken off every operation's time."""
    if not day.is_on("cut-off"):
        return []
    found = []
    distance = _zone(day)
    if distance:
        found.append(_another_zone(day, distance))
        for operation in day.operations:
            if operation.time:
                operation.time -= timedelta(minutes=distance)
        day.set_aside[:] = [
            dataclasses.replace(each, time=each.time and each.time - timedelta(minutes=distance))
            for each in day.set_aside
        ]
    single = [
        (operation, each)
        for operation in day.operations
        if operation.time and (each := _cut_off(operation, operation.time, day))
    ]
    return found + _together(single)


def _cut_off(operation: Operation, time: datetime, day: Day) -> SlowFinding | None:
    created, closed = operation.receipt.created, operation.receipt.closed
    early = timedelta(minutes=int(day.threshold("early_minutes")))
    late = timedelta(minutes=int(day.threshold("late_minutes")))
    if closed and time > closed + late:
        off = time - closed
    elif created and time < created - early:
        off = time - created
    else:
        return None
    return finding(
        operation,
        "cut-off",
        "warning" if _on_another_day(operation, time) else "info",
        expected=operation.receipt.closed_text,
        actual=operation.time_text,
        difference=six(Fraction(int(off.total_seconds()), 60)),
        value=operation.total,
    )


def _on_another_day(operation: Operation, time: datetime) -> bool:
    closed = operation.receipt.closed
    return time.date() not in (operation.receipt.business_day, closed.date() if closed else None)


def _zone(day: Day) -> int | None:
    """The distance in minutes at which most operations stand from closing, if it is another zone's."""
    timed = [each for each in day.operations if each.time and each.receipt.closed]
    steps = {
        ZONE_STEP * round((each.time - each.receipt.closed).total_seconds() / 60 / ZONE_STEP)
        for each in timed
        if each.time and each.receipt.closed
    }
    for distance in sorted(step for step in steps if abs(step) >= LEAST_ZONE):
        if 2 * len(_standing(day, distance)) > len(day.operations):
            before = _number_cut_off(day, 0)
            return distance if _number_cut_off(day, distance) < before else None
    return None


def _standing(day: Day, distance: int) -> list[Operation]:
    """The operations at the distance from closing."""
    return [
        each
        for each in day.operations
        if each.time
        and each.receipt.closed
        and abs(each.time - each.receipt.closed - timedelta(minutes=distance)) <= NEAR_ZONE
    ]


def _number_cut_off(day: Day, distance: int) -> int:
    off = timedelta(minutes=distance)
    return sum(_cut_off(each, each.time - off, day) is not None for each in day.operations if each.time)


def _another_zone(day: Day, distance: int) -> SlowFinding:
    standing = _standing(day, distance)
    is_far = any(each.time and _on_another_day(each, each.time) for each in standing)
    return finding(
        min(standing, key=lambda each: each.id),
        "cut-off",
        "warning" if is_far else "info",
        expected=Fraction(0),
        actual=Fraction(distance),
        difference=Fraction(distance),
    )


def _together(single: list[tuple[Operation, SlowFinding]]) -> list[SlowFinding]:
    """Where three or more of two receipts lie within ten minutes, one finding for all of them."""
    left = sorted(single, key=lambda pair: (pair[0].time, pair[0].id))
    found: list[SlowFinding] = []
    while left:
        first = left[0][0].time
        group = [pair for pair in left if pair[0].time and first and pair[0].time - first <= TOGETHER]
        left = left[len(group) :]
        findings = [each for _, each in group]
        if len(group) < 3 or len({operation.receipt.id for operation, _ in group}) < 2:
            found += findings
            continue
        named = min(findings, key=lambda each: each.operation_id or 0)
        severity = "warning" if any(each.severity == "warning" for each in findings) else "info"
        found.append(
            dataclasses.replace(named, severity=severity, value=total(each.value for each in findings))
        )
    return found
