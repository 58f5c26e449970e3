"""Raw records as columns, and the first reason for each record that can't be read."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from reconcile.core.exact import BoolArray, IntArray, Times
from reconcile.evidence.records import Raw
from reconcile.frames import reading


class Records:
    """Some fields of raw records, one column each; a record that is not an object counts as empty.

    The methods `ids`, `numbers` and `times` return typed columns and note a reason for each unreadable row.
    """

    def __init__(self, records: Sequence[Any], fields: Sequence[str]) -> None:
        self.size = len(records)
        self.reasons: dict[int, str] = {}
        self._columns = _columns(records, fields)

    def __getitem__(self, field: str) -> Sequence[Any]:
        return self._columns[field]

    def inside(self, field: str, *fields: str) -> Records:
        """The objects in `field`, as records with these fields."""
        return Records(self[field], fields)

    def ids(self, field: str, optional: bool = False) -> IntArray:
        """Positive whole numbers; 0 where missing, which is an error unless optional."""
        found, bad = reading.ids(self[field], optional)
        self._note(field, bad, reading.id_problem)
        return found

    def numbers(self, field: str, default: int | None = None) -> IntArray:
        """Millionths; a missing number is an error unless there is a default."""
        found, bad = reading.numbers(self[field], default)
        self._note(field, bad, reading.number_problem)
        return found

    def times(self, field: str, zone: ZoneInfo | None) -> tuple[Times, BoolArray]:
        """Local times (NaT where missing), and a mask of those with an offset that can't be converted."""
        found, zoned, bad = reading.times(self[field], zone)
        self._note(field, bad, reading.time_problem)
        return found, zoned

    def deletions(self) -> BoolArray:
        """A mask of the records that are deleted, by `deleted_at`."""
        found, bad = reading.deletions(self["deleted_at"])
        self._note("deleted_at", bad, reading.time_problem)
        return found

    def flags(self, field: str) -> BoolArray:
        """True or false, false where missing; what is neither is an error."""
        for row, value in enumerate(self[field]):
            if why := reading.flag_problem(field, value):
                self.reasons.setdefault(row, why)
        return reading.flags(self[field])

    def given_times(self, field: str, keys: IntArray) -> dict[tuple[str, int], str]:
        """Times not in the form `YYYY-MM-DD HH:mm:ss`, as the API gave them, by (field, key)."""
        values = self[field]
        if reading.are_standard([value for value in values if value]):
            return {}
        rows = zip(keys.tolist(), values, strict=True)
        return {
            (field, key): value
            for key, value in rows
            if not (reading.is_no_time(value) or reading.are_standard([value]))
        }

    def reject(self, rows: BoolArray, reason: str) -> None:
        """Mark rows as invalid; an earlier reason of a row is kept."""
        for row in np.flatnonzero(rows).tolist():
            self.reasons.setdefault(row, reason)

    def broken(self) -> BoolArray:
        """A mask of the invalid rows."""
        mask = np.zeros(self.size, dtype=np.bool_)
        mask[list(self.reasons)] = True
        return mask

    def _note(self, field: str, bad: BoolArray, why: Callable[[str, Any], str]) -> None:
        for row in np.flatnonzero(bad).tolist():
            self.reasons.setdefault(row, why(field, self[field][row]))


def _columns(records: Sequence[Any], fields: Sequence[str]) -> dict[str, Sequence[Any]]:
    """The columns, read in one pass for the fields of the first record: faster than one pass per field."""
    if not set(map(type, records)) <= {dict}:
        records = [record if type(record) is dict else {} for record in records]
    common = [field for field in fields if records and field in records[0]]
    columns: dict[str, Sequence[Any]] = {}
    if len(common) > 1:
        with contextlib.suppress(KeyError):  # some record lacks one: read field by field below
            columns = dict(zip(common, zip(*map(itemgetter(*common), records), strict=True), strict=True))
    return {field: columns.get(field) or _column(records, field) for field in fields}


def _column(records: Sequence[Raw], field: str) -> Sequence[Any]:
    """One column; None where a record lacks the field."""
    with contextlib.suppress(KeyError):
        return list(map(itemgetter(field), records))
    return [record.get(field) for record in records]


def first_of(*columns: Sequence[Any]) -> list[Any]:
    """Row by row, the first value that is not empty; else that of the last column."""
    found = list(columns[0])
    for column in columns[1:]:
        if not all(found):
            found = [value or other for value, other in zip(found, column, strict=True)]
    return found
