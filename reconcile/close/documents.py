"""Two optional tables that the API can't give: movements of stock other than sales, and counts.

`movements.csv`: date, storage, product, quantity (positive: came in, negative: went out), cost (of a unit, may be
empty), document, reason. `counts.csv`: date, storage, product, counted; each storage and product once a day. Both with
a header, UTF-8, commas; dates as 2026-01-19; storages and products by their ids; numbers with a point. A gap of the
stock between two days is explained by the movements of its storage and product in those days which come to just that
quantity.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from reconcile.core.errors import UsageError
from reconcile.core.exact import micros, nullable, positive_int
from reconcile.core.input_files import SETTINGS, Limits, open_regular
from reconcile.core.text import counted, shown

if TYPE_CHECKING:
    from reconcile.model.contract import Contract

MOVEMENTS, COUNTS = "movements.csv", "counts.csv"
_LIMITS = dataclasses.replace(SETTINGS, size=16 * SETTINGS.size, record=16 * SETTINGS.size)
_MOST_NAMED = 5
_MOST_TOGETHER = 3
"""Movements that may explain a gap together, out of more that fall into its days."""
_MOST_TRIED = 60
"""Of more movements than these, each alone and all together are tried."""


@dataclasses.dataclass(frozen=True)
class Documents:
    """The two tables; None where a file is not there."""

    movements: pd.DataFrame | None = None
    counts: pd.DataFrame | None = None

    @property
    def has_movements(self) -> bool:
        """Whether a gap without a movement is unexplained, rather than not examined."""
        return self.movements is not None


def read_documents(folder: Path) -> Documents:
    """The tables in a folder. Raises `UsageError`, which names the file and the lines."""
    return Documents(_read(folder / MOVEMENTS), _read(folder / COUNTS))


class _Cell(NamedTuple):
    """How a column is read: from a text to a value; None: it can't be."""

    read: Any
    wanted: str
    may_be_empty: bool = False


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-19") else None
    except ValueError:
        return None


def _not_below_zero(text: str) -> int | None:
    counted = micros(text)
    return None if counted is None or counted < 0 else counted


_CELLS: Mapping[str, _Cell] = {
    "date": _Cell(_day, "a date such as 2026-01-19"),
    "storage": _Cell(positive_int, "the id of a storage"),
    "product": _Cell(positive_int, "the id of a product"),
    "quantity": _Cell(micros, "a quantity such as 12.5 or -3"),
    "counted": _Cell(_not_below_zero, "a quantity such as 12.5, not below 0"),
    "cost": _Cell(micros, "the cost of a unit, such as 2500", may_be_empty=True),
    "document": _Cell(str, "the number of a document"),
    "reason": _Cell(str, "a reason", may_be_empty=True),
}
_NAMES = {"storage": "storage_id", "product": "product_id"}
"""Columns whose names are others in the frame."""


def _contract(name: str) -> type[Contract]:
    """The contract of a file. It is imported here, as pandera takes a while, and mostly there is no such file."""
    from reconcile.close.document_contracts import Counts, Movements

    return {MOVEMENTS: Movements, COUNTS: Counts}[name]


def _read(path: Path) -> pd.DataFrame | None:
    limits: Limits = _LIMITS
    try:
        with open_regular(path, limits) as stream:
            text = stream.read(limits.size).decode("utf-8-sig")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}); repair it, or move it away") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8; save it as CSV UTF-8") from None
    contract = _contract(path.name)
    names = [
        {each: name for name, each in _NAMES.items()}.get(name, name) for name in contract.to_schema().columns
    ]
    rows = list(_rows(path, text, names))
    columns = {
        _NAMES.get(name, name): _column(name, [row[place] for row in rows])
        for place, name in enumerate(names)
    }
    return contract.checked(pd.DataFrame(columns))


def _column(name: str, values: Sequence[Any]) -> Any:
    if name == "date":
        return pd.Series(values, dtype="datetime64[s]")
    return pd.Series(values, dtype="str") if name in ("document", "reason") else nullable(values)


def _rows(path: Path, text: str, names: Sequence[str]) -> Iterator[list[Any]]:
    """The values of each row. Raises `UsageError`, which names the first lines that can't be read."""
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        lines = [(reader.line_num, row) for row in reader]
        headers = reader.fieldnames or []
    except csv.Error as error:
        raise UsageError(f"{path} is no CSV ({error}); save it with commas and quotes") from None
    needed = [name for name in names if not _CELLS[name].may_be_empty]
    if missing := [name for name in needed if name not in headers]:
        raise UsageError(
            f"{path}: the first line has no column {', '.join(missing)}; it has to name {', '.join(names)}, with "
            "commas between them"
        )
    if twice := [name for name in names if list(headers).count(name) > 1]:
        raise UsageError(f"{path}: the first line names {', '.join(twice)} twice; leave one of them out")
    problems: list[str] = []
    counted_on: dict[tuple[Any, ...], int] = {}
    for number, row in lines:
        values = []
        if None in row:
            problems.append(
                f"line {number} has more cells than the first line; numbers have a point, and texts with commas quotes"
            )
        for name in names:
            cell, told = _CELLS[name], (row.get(name) or "").strip()
            value = None if not told else cell.read(told)
            if value is None and not (cell.may_be_empty and not told):
                problems.append(f"line {number}: {name} is {shown(told)}, not {cell.wanted}")
            values.append("" if value is None and cell.read is str else value)
        if names[-1] == "counted" and (first := counted_on.setdefault(tuple(values[:-1]), number)) != number:
            problems.append(
                f"line {number}: the same storage and product as on line {first}, on the same day"
            )
        yield values
    if problems:
        more = len(problems) - _MOST_NAMED
        rest = f"; and {counted(more, 'other')}" if more > 0 else ""
        raise UsageError(
            f"{path}: {'; '.join(problems[:_MOST_NAMED])}{rest}; correct them, or move the file away"
        )


def explained(moved: pd.DataFrame, documents: Documents) -> pd.DataFrame:
    """`reconcile.close.chain.moved_between`, with the `document` or documents that explain each; empty where none does.

    Each movement explains one gap at most; gaps are taken in their order.
    """
    left: dict[tuple[int, int], list[_Movement]] = {}
    if documents.movements is not None:
        for each in itertools.starmap(_Movement, documents.movements.itertuples(index=False)):
            left.setdefault((each.storage_id, each.product_id), []).append(each)
    texts = []
    for gap in moved.to_dict("records"):
        of_stock = left.get((gap["storage_id"], gap["product_id"]), [])
        found = _adding_up(
            [each for each in of_stock if gap["from_day"] <= each.date <= gap["date"]], gap["moved"]
        )
        for each in found:
            of_stock.remove(each)
        texts.append(", ".join(dict.fromkeys(each.document for each in found)))
    return moved.assign(document=pd.Series(texts, dtype="str"))


class _Movement(NamedTuple):
    date: Any
    storage_id: int
    product_id: int
    quantity: int
    cost: Any
    document: str
    reason: str


def _adding_up(movements: Sequence[_Movement], moved: int) -> Sequence[_Movement]:
    """The movements that come to just that: all of them, else the first few that do."""
    if movements and sum(each.quantity for each in movements) == moved:
        return movements
    for size in range(1, 1 + (_MOST_TOGETHER if len(movements) <= _MOST_TRIED else 1)):
        for some in itertools.combinations(movements, size):
            if sum(each.quantity for each in some) == moved:
                return some
    return ()
