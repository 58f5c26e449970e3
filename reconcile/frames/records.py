"""Records as columns, and the first reason for each record that can't be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from msgspec.structs import astuple

from reconcile.core.exact import BoolArray, IntArray, Times
from reconcile.evidence.structs import Struct
from reconcile.frames import reading


class Records:
    """Records of one kind, one column a field.

    The methods `ids`, `numbers` and `times` return typed columns and note a reason for each unreadable row.
    """

    def __init__(self, kind: type[Struct], records: Sequence[Any], raw: Callable[[int], Any]) -> None:
        """`raw` gives the raw record of a row."""
        self.size = len(records)
        self.reasons: dict[int, str] = {}
        self._kind, self._raw = kind, raw
        fields = kind.__struct_fields__
        values = list(chain.from_iterable(map(astuple, records)))
        self._columns = {name: values[place :: len(fields)] for place, name in enumerate(fields)}

    @classmethod
    def within(
        cls, kind: type[Struct], parts: Sequence[Sequence[Struct]], raw: Callable[[int], Sequence[Any]]
    ) -> Records:
        """The records of all parts, one after the other; `raw` gives the raw records of a part."""
        ends = np.cumsum([len(part) for part in parts])
        raw_part = lru_cache(maxsize=1)(raw)

        def raw_record(row: int) -> Any:
            part = int(np.searchsorted(ends, row, side="right"))
            return raw_part(part)[row - int(ends[part])]  # from the part's end

        return cls(kind, list(chain.from_iterable(parts)), raw_record)

    def __getitem__(self, field: str) -> Sequence[Any]:
        return self._columns[field]

    def inside(self, field: str) -> Records:
        """The objects in `field`, as records."""
        kind, records = self._kind.inner(field), self[field]
        if None in records:
            empty = kind()
            records = [each or empty for each in records]
        return Records(kind, records, lambda row: self._given(row, field))

    def ids(self, field: str, optional: bool = False) -> IntArray:
        """Positive whole numbers; 0 where missing, which is an error unless optional."""
        found, bad = reading.ids(self[field], optional)
        self._note(field, bad, reading.id_problem)
        return found

    def numbers(self, field: str, default: int | None = None) -> IntArray:
        """Millionths; a missing number is an error unless there is a default."""
        found, bad = reading.numbers(self[field], default, lambda row: self._given(row, field))
        self._note(field, bad, reading.number_problem)
        return found

    def known_numbers(self, field: str) -> pd.arrays.IntegerArray:
        """Millionths; NA where missing, not a number, not finite or too large."""
        return reading.known_numbers(self[field], lambda row: self._given(row, field))

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

    def _given(self, row: int, field: str) -> Any:
        """A value as it is in the raw record, with all its digits."""
        raw = self._raw(row)
        return raw.get(field) if isinstance(raw, dict) else None

    def _note(self, field: str, bad: BoolArray, why: Callable[[str, Any], str]) -> None:
        for row in np.flatnonzero(bad).tolist():
            self.reasons.setdefault(row, why(field, self._given(row, field)))


def first_of(*columns: Sequence[Any]) -> list[Any]:
    """Row by row, the first value that is not empty; else that of the last column."""
    found = list(columns[0])
    for column in columns[1:]:
        if not all(found):
            found = [value or other for value, other in zip(found, column, strict=True)]
    return found
