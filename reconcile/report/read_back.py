"""The tables of a workbook that people have worked in.

They may have sorted, filtered and renamed; so tables are known by their headers, in any language, wherever they stand.
The file itself is never written.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import openpyxl

from reconcile.language.translate import LANGUAGES, language

Headers: TypeAlias = tuple[str, ...]
Row: TypeAlias = dict[str, Any]
"""Values by their English headers."""

_ROWS_ABOVE = 200
"""A header stands in one of the first rows; above it, a line for each workbook that could not be read."""
_LARGEST_PART, _LARGEST = 1 << 29, 1 << 31
"""Bytes, unpacked: of one part of the file, and of all of them. A day of 100,000 lines takes a tenth."""
_LARGEST_STYLES = 1 << 24
"""Of the part that is read before anything else; ours takes a thousandth."""


class Unreadable(Exception):
    """A workbook that can't be read back."""


class Wrong(Exception):
    """What a person's hand made unreadable, and where."""


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The workbook, as openpyxl reads it; of a formula, what it showed when it was saved.

    Raises `Unreadable`, for whatever goes wrong while it is read.
    """
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # what openpyxl does not know is of no interest here
            _refuse_giants(stream)
            yield openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except Wrong as error:
        raise Unreadable(f"{path.name} can't be read back: {error}") from None
    except Exception as error:
        # a file from anywhere: openpyxl, zipfile and the XML parser raise whatever they meet
        raise Unreadable(f"{path.name} can't be read back ({type(error).__name__})") from None


def _refuse_giants(stream: BinaryIO) -> None:
    with zipfile.ZipFile(stream) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    styles = sizes.get("xl/styles.xml", 0)
    if max(sizes.values()) > _LARGEST_PART or sum(sizes.values()) > _LARGEST or styles > _LARGEST_STYLES:
        raise Wrong("it is larger than any of ours")


def rows_of(book: Any, wanted: Mapping[Headers, str]) -> dict[Headers, list[Row]]:
    """The rows of each wanted table that is there, over all sheets that it goes on in; `wanted` names its sheet.

    A person's copy of a sheet has another name than the sheet: it counts only where the sheet itself is not there.
    """
    found = [(page.title, *table) for page in book.worksheets if (table := _table(page, wanted))]
    rows = {}
    for headers, name in wanted.items():
        alike = [(title, part) for title, known, part in found if known is headers]
        ours = [(title, part) for title, part in alike if _is_called(title.rstrip("0123456789"), name)]
        if alike:
            rows[headers] = [row for _, part in ours or alike for row in part]
    return rows


def number_beside(book: Any, sheet: str, text: str) -> int | None:
    """The first whole number in the row where a text of ours stands, on the sheet, or on any where that was renamed;
    None where it is not there.
    """
    named = [page for page in book.worksheets if _is_called(page.title, sheet)]
    for page in named or book.worksheets:
        for row in page.iter_rows(values_only=True):
            if any(isinstance(cell, str) and _is_called(cell, text) for cell in row):
                return next((int(cell) for cell in row if isinstance(cell, int | float)), None)
    return None


def folded(text: str) -> str:
    """A text as it is compared: small letters, one space between words, and the dotless i as i."""
    return " ".join(text.split()).casefold().replace("\u0307", "").replace("\u0131", "i")


@functools.cache
def english(texts: tuple[str, ...]) -> Mapping[str, str]:
    """From what a cell says, in any language, to our own word."""
    return {folded(language(code).say(text)): text for code in LANGUAGES for text in texts}


def _is_called(title: str, name: str) -> bool:
    return folded(title) in english((name,))


def _table(page: Any, wanted: Mapping[Headers, str]) -> tuple[Headers, list[Row]] | None:
    """One of our tables, where the sheet has one."""
    page.reset_dimensions()  # what a file says of its size need not be so
    rows = page.iter_rows(values_only=True)
    for row in itertools.islice(rows, _ROWS_ABOVE):
        if known := _header(row, wanted, page.title):
            headers, places = known
            filled = (each for each in rows if any(cell is not None for cell in each))
            return headers, [{name: _cell(each, places[name]) for name in headers} for each in filled]
    return None


def _cell(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


def _header(
    row: Sequence[Any], wanted: Mapping[Headers, str], sheet: str
) -> tuple[Headers, dict[str, int]] | None:
    """Which table a row is the header of, and where its columns are. The first that fits is taken."""
    all_headers = tuple(dict.fromkeys(itertools.chain.from_iterable(wanted)))
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(row):
        if isinstance(cell, str) and (header := english(all_headers).get(folded(cell))):
            places.setdefault(header, []).append(place)
    for headers in wanted:
        if all(header in places for header in headers):
            twice = [row[places[header][1]] for header in headers if len(places[header]) > 1]
            if twice:
                raise Wrong(f"two columns of the sheet {sheet} are headed '{twice[0]}'")
            return headers, {header: places[header][0] for header in headers}
    return None
