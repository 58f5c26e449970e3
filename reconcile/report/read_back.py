"""Reads the tables of a workbook in which people may have worked.

They may have sorted, filtered and renamed, so a table is found by its headers, in any language, on any sheet. The
file itself is never written.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl

from reconcile.core.input_files import Refused
from reconcile.language.translate import LANGUAGES, language
from reconcile.report.excel.archive import open_archive

Headers: TypeAlias = tuple[str, ...]
Row: TypeAlias = dict[str, Any]
"""Values by their English headers."""

_MAX_ROWS_ABOVE = 200
"""Rows above a table's header. There is one for each workbook that could not be read."""
_MAX_ROWS = 1_048_576
"""Rows of a sheet in Excel."""


class Unreadable(Exception):
    """A workbook that can't be read back, and why."""


@contextlib.contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """Open a workbook with openpyxl; a formula has the value that was last saved with it.

    Raises `Unreadable` with the file's name, whatever error occurs while the workbook is open.
    """
    try:
        with warnings.catch_warnings(), open_archive(path) as (stream, _):
            warnings.simplefilter("ignore")  # openpyxl warns of features that it doesn't know
            yield openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Unreadable as error:
        raise Unreadable(f"{path.name} can't be read back: {error}") from None
    except Refused as error:
        raise Unreadable(f"{path.name} can't be read back: {error.strerror}") from None
    except Exception as error:
        # openpyxl, zipfile and the XML parser raise errors of many types on a damaged file
        raise Unreadable(f"{path.name} can't be read back ({type(error).__name__})") from None


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
        for row in _rows(page):
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
    rows = _rows(page)
    for row in itertools.islice(rows, _MAX_ROWS_ABOVE):
        if columns := _find_columns(row, wanted, page.title):
            headers, indexes = columns
            filled = (each for each in rows if any(cell is not None for cell in each))
            return headers, [
                {name: each[index] if index < len(each) else None for name, index in indexes.items()}
                for each in filled
            ]
    return None


def _rows(page: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet, empty ones too. Raises `Unreadable` for a row that no sheet has."""
    page.reset_dimensions()  # the dimensions that a file states may be wrong
    for number, row in enumerate(page.iter_rows(values_only=True), 1):
        if number > _MAX_ROWS:
            raise Unreadable(f"the sheet {page.title} has more rows than a sheet can have")
        yield row


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
