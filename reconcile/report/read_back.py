"""Reads the tables of a workbook in which people may have worked.

They may have sorted, filtered and renamed, so a table is found by its headers, in any language, on any sheet. The
file itself is never written.
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

_MAX_ROWS_ABOVE = 200
"""Rows above a table's header. There is one for each workbook that could not be read."""
_MAX_PART_BYTES, _MAX_BYTES = 1 << 29, 1 << 31
"""Unpacked size of one part of the file, and of all parts. A day of 100,000 sale lines takes a tenth."""
_MAX_STYLES_BYTES = 1 << 24
"""Unpacked size of the styles, which openpyxl reads first. Ours take a thousandth."""


class Unreadable(Exception):
    """A workbook that can't be read back, and why."""


@contextlib.contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """Open a workbook with openpyxl; a formula has the value that was last saved with it.

    Raises `Unreadable` with the file's name, whatever error occurs while the workbook is open.
    """
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")  # openpyxl warns of features that it doesn't know
            _check_size(stream)
            yield openpyxl.load_workbook(stream, read_only=True, data_only=True)
    except Unreadable as error:
        raise Unreadable(f"{path.name} can't be read back: {error}") from None
    except Exception as error:
        # openpyxl, zipfile and the XML parser raise errors of many types on a damaged file
        raise Unreadable(f"{path.name} can't be read back ({type(error).__name__})") from None


def _check_size(stream: BinaryIO) -> None:
    with zipfile.ZipFile(stream) as archive:
        sizes = {info.filename: info.file_size for info in archive.infolist()}
    styles = sizes.get("xl/styles.xml", 0)
    if (
        max(sizes.values()) > _MAX_PART_BYTES
        or sum(sizes.values()) > _MAX_BYTES
        or styles > _MAX_STYLES_BYTES
    ):
        raise Unreadable("it is too large")


def table_rows(book: Any, wanted: Mapping[Headers, str]) -> dict[Headers, list[Row]]:
    """The rows of each wanted table that is found, from all sheets on which it continues.

    `wanted` maps a table's headers to the English name of its sheet. A sheet of another name (a copy, say) is read
    only if there is none of that name. Raises `Unreadable` where two columns of a table have the same header.
    """
    found = [(page.title, *table) for page in book.worksheets if (table := _find_table(page, wanted))]
    rows = {}
    for headers, name in wanted.items():
        tables = [(title, part) for title, found_headers, part in found if found_headers is headers]
        named = [(title, part) for title, part in tables if in_english(title.rstrip("0123456789"), (name,))]
        if tables:
            rows[headers] = [row for _, part in named or tables for row in part]
    return rows


def number_in_row(book: Any, sheet: str, text: str) -> int | None:
    """The first whole number in the row of a text (English), on the sheet of that name (English), or on any sheet if
    there is none of that name; None if the text is not found.
    """
    named = [page for page in book.worksheets if in_english(page.title, (sheet,))]
    for page in named or book.worksheets:
        for row in page.iter_rows(values_only=True):
            if any(isinstance(cell, str) and in_english(cell, (text,)) for cell in row):
                return next((int(cell) for cell in row if isinstance(cell, int | float)), None)
    return None


def in_english(shown: str, texts: tuple[str, ...]) -> str | None:
    """The one of `texts` (English) that `shown` is in any language, whatever its case and spaces; None if none."""
    return _english_by_shown(texts).get(_normalized(shown))


@functools.cache
def _english_by_shown(texts: tuple[str, ...]) -> Mapping[str, str]:
    return {_normalized(language(code).say(text)): text for code in LANGUAGES for text in texts}


def _normalized(text: str) -> str:
    """In lower case, with one space between words and the Turkic i letters as i."""
    return " ".join(text.split()).casefold().replace("\u0307", "").replace("\u0131", "i")


def _find_table(page: Any, wanted: Mapping[Headers, str]) -> tuple[Headers, list[Row]] | None:
    """The headers and rows of the first wanted table on a sheet."""
    page.reset_dimensions()  # the dimensions that a file states may be wrong
    rows = page.iter_rows(values_only=True)
    for row in itertools.islice(rows, _MAX_ROWS_ABOVE):
        if columns := _find_columns(row, wanted, page.title):
            headers, indexes = columns
            filled = (each for each in rows if any(cell is not None for cell in each))
            return headers, [
                {name: each[index] if index < len(each) else None for name, index in indexes.items()}
                for each in filled
            ]
    return None


def _find_columns(
    row: Sequence[Any], wanted: Mapping[Headers, str], sheet: str
) -> tuple[Headers, dict[str, int]] | None:
    """If a row is the header of a wanted table: the first such table's headers, and the index of each column."""
    all_headers = tuple(dict.fromkeys(itertools.chain.from_iterable(wanted)))
    indexes: dict[str, list[int]] = {}
    for index, cell in enumerate(row):
        if isinstance(cell, str) and (header := in_english(cell, all_headers)):
            indexes.setdefault(header, []).append(index)
    for headers in wanted:
        if all(header in indexes for header in headers):
            twice = [row[indexes[header][1]] for header in headers if len(indexes[header]) > 1]
            if twice:
                raise Unreadable(f"two columns of the sheet {sheet} are headed '{twice[0]}'")
            return headers, {header: indexes[header][0] for header in headers}
    return None
