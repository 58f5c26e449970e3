"""The differences of a day: what stands under a line less what is due there, by product; of an orphan all of it.

A difference of at most the quantity step is none.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from reconcile.core.exact import BoolArray, IntArray
from reconcile.core.positions import Positions, positions, take_or
from reconcile.rulebook.flags import bools, ints, is_kind, is_unclaimed
from reconcile.settings.thresholds import DayThresholds

Source = Literal["lines", "ingredients", "operations", "void_write_offs"]


@dataclasses.dataclass(frozen=True, eq=False, slots=True)
class Difference:
    """One product under one line, or one orphan. Amounts are in millionths."""

    source: Source
    rows: tuple[int, ...]
    """The rows of that frame, which are claimed where the difference is explained."""
    receipt: int
    """The id of the receipt under which it stands."""
    line: int
    """Position of the line; -1 of an orphan."""
    number: int
    """The id of the line, or of the orphan."""
    product: int
    due: int
    written_off: int
    closed_at: int | None
    """Of the receipt, in seconds."""
    is_whole: bool = False
    """It belongs to a dish without any write-off: explained only with all other differences of the line."""
    named_line: int = -1
    """Of an orphan: position of the line of another receipt whose id it has."""
    has_put_back: bool = False
    """An operation under the line puts just that amount back."""

    @property
    def amount(self) -> int:
        """Above 0: too much was written off."""
        return self.written_off - self.due

    @property
    def is_orphan(self) -> bool:
        """Whether it is an operation without a line."""
        return self.line < 0


@dataclasses.dataclass(frozen=True)
class DayFrames:
    """The frames from which the differences are read; columns as in `reconcile.model.matched`."""

    receipts: pd.DataFrame
    lines: pd.DataFrame
    operations: pd.DataFrame
    ingredients: pd.DataFrame
    void_write_offs: pd.DataFrame
    thresholds: DayThresholds


def differences(day: DayFrames) -> list[Difference]:
    """All differences of rows that no rule explains yet."""
    rows = (*_own(day), *_ingredients(day), *_foreign(day), *_void(day), *_orphans(day))
    closed = _closed_at(day.receipts, {each.receipt for each in rows})
    return [dataclasses.replace(each, closed_at=closed.get(each.receipt)) for each in rows]


def _closed_at(receipts: pd.DataFrame, wanted: Collection[int]) -> dict[int, int | None]:
    receipts = receipts[np.isin(ints(receipts, "receipt_id"), list(wanted))]
    times = np.where(receipts["closed_zoned"], np.datetime64("NaT", "s"), receipts["closed_at"].to_numpy())
    seconds = times.astype("datetime64[s]").astype(np.int64).tolist()
    known = (~np.isnat(times)).tolist()
    ids = receipts["receipt_id"].tolist()
    return {
        key: second if is_known else None for key, second, is_known in zip(ids, seconds, known, strict=True)
    }


def _own(day: DayFrames) -> Iterator[Difference]:
    """Of direct lines, their own product."""
    lines = day.lines
    due, written_off = lines["due"].to_numpy(), lines["own_written_off"].to_numpy()
    chosen = is_kind(lines, "direct") & (ints(lines, "sold") != 0) & is_unclaimed(lines)
    chosen &= ~lines["lost_operation"].to_numpy()
    chosen &= np.abs(written_off - due) > day.thresholds.quantity_step(lines["product_id"].to_numpy())
    rows = np.flatnonzero(chosen)
    put_back = _put_backs(day, rows)
    for row, *values in _columns(
        lines, rows, "receipt_id", "receipt_product_id", "product_id", "due", "own_written_off"
    ):
        receipt, number, product, owed, found = values
        yield Difference(
            "lines",
            (row,),
            receipt,
            row,
            number,
            product,
            owed,
            found,
            None,
            has_put_back=(row, product, found - owed) in put_back,
        )


def _ingredients(day: DayFrames) -> Iterator[Difference]:
    """Of dishes with a known recipe, their ingredients."""
    frame, lines = day.ingredients, day.lines
    due, written_off = frame["due"].to_numpy(), frame["written_off"].to_numpy()
    chosen = bools(frame, "has_recipe") & bools(frame, "is_due") & is_unclaimed(frame)
    chosen &= ~_flag(frame, "is_right") & is_unclaimed(lines)[frame["line"].to_numpy()]
    chosen &= np.abs(written_off - due) > day.thresholds.quantity_step(frame["product_id"].to_numpy())
    rows = np.flatnonzero(chosen)
    line = frame["line"].to_numpy()
    is_whole = (lines["operations"].to_numpy() == 0)[line]
    put_back = _put_backs(day, np.unique(line[rows]))
    names = ("receipt_id", "line", "receipt_product_id", "product_id", "due", "written_off")
    for row, receipt, of_line, number, product, owed, found in _columns(frame, rows, *names):
        yield Difference(
            "ingredients", (row,), receipt, of_line, number, product, owed, found, None,
            is_whole=bool(is_whole[row]), has_put_back=(of_line, product, found - owed) in put_back,
        )  # fmt: skip


def _foreign(day: DayFrames) -> Iterator[Difference]:
    """Of live lines, products that are not due there; of untracked lines, all products."""
    operations, lines = day.operations, day.lines
    line = operations["line"].to_numpy()
    untracked = is_kind(lines, "untracked") & (ints(lines, "sold") != 0)
    chosen = operations["is_wrong_product"].to_numpy() | take_or(untracked, line, False)
    chosen &= is_unclaimed(operations) & (line >= 0)
    yield from _by_line_and_product(day, np.flatnonzero(chosen))


def _void(day: DayFrames) -> Iterator[Difference]:
    """Of lines that sold nothing, all products."""
    frame = day.void_write_offs
    rows = np.flatnonzero(is_unclaimed(frame))
    names = ("receipt_id", "line", "receipt_product_id", "product_id", "written_off")
    for row, receipt, line, number, product, found in _columns(frame, rows, *names):
        yield Difference("void_write_offs", (row,), receipt, line, number, product, 0, found, None)


def _orphans(day: DayFrames) -> Iterator[Difference]:
    operations = day.operations
    chosen = bools(operations, "is_orphan") & is_unclaimed(operations) & (ints(operations, "q") != 0)
    rows = np.flatnonzero(chosen)
    named = positions(ints(day.lines, "receipt_product_id"), ints(operations, "receipt_product_id")[rows])
    owner = take_or(day.lines["receipt_id"].to_numpy(), named, 0)
    names = ("asked_receipt_id", "operation_id", "product_id", "q")
    values = _columns(operations, rows, *names)
    for (row, receipt, number, product, q), of_line, of_receipt in zip(
        values, named.tolist(), owner.tolist(), strict=True
    ):
        elsewhere = of_line if of_receipt != receipt else -1
        yield Difference("operations", (row,), receipt, -1, number, product, 0, q, None, named_line=elsewhere)


def _by_line_and_product(day: DayFrames, rows: Positions) -> Iterator[Difference]:
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, line, product, q in _columns(day.operations, rows, "line", "product_id", "q"):
        groups.setdefault((line, product), []).append((row, q))
    receipts, numbers = day.lines["receipt_id"].to_numpy(), day.lines["receipt_product_id"].to_numpy()
    for (line, product), found in groups.items():
        taken = sum(q for _, q in found)
        if taken:
            yield Difference(
                "operations", tuple(row for row, _ in found), int(receipts[line]), line, int(numbers[line]), product,
                0, taken, None, has_put_back=any(q == taken < 0 for _, q in found),
            )  # fmt: skip


def _put_backs(day: DayFrames, lines: IntArray) -> set[tuple[int, int, int]]:
    """(line, product, q) of operations that put a product back."""
    operations = day.operations
    rows = np.flatnonzero(ints(operations, "q") < 0)
    rows = rows[np.isin(ints(operations, "line")[rows], lines)]
    return {
        (line, product, q) for _, line, product, q in _columns(operations, rows, "line", "product_id", "q")
    }


def _columns(frame: pd.DataFrame, rows: Positions, *names: str) -> Iterable[Sequence[Any]]:
    """(row, values of the columns …) for each row."""
    return zip(rows.tolist(), *(frame[name].to_numpy()[rows].tolist() for name in names), strict=True)


def _flag(frame: pd.DataFrame, name: str) -> BoolArray:
    """A column of flags; False where the frame has none."""
    return frame[name].to_numpy() if name in frame else np.zeros(len(frame), dtype=np.bool_)
