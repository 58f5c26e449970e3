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
from typing import Any, NamedTuple, TypeAlias

import openpyxl
from openpyxl.utils import get_column_letter

from reconcile.core.input_files import Refused
from reconcile.language.translate import LANGUAGES, language
from reconcile.report.excel.archive import open_archive

Headers: TypeAlias = tuple[str, ...]

_MAX_ROWS_ABOVE = 200
"""Rows above a table's header. There is one for each workbook that could not be read."""
_MAX_ROWS = 1_048_576
"""Rows of a sheet in Excel."""
_SAME_LETTER = str.maketrans("\u0131\u2018\u2019\u02bb\u02bc`", "i'''''")


class Unreadable(Exception):
    """A workbook that can't be read back, and why."""


class Row(dict[str, Any]):
    """Values by their English headers; None for a column that is not there."""

    def __init__(self, sheet: str, number: int, columns: Mapping[str, int], cells: Sequence[Any]) -> None:
        super().__init__(
            (name, cells[index] if index < len(cells) else None) for name, index in columns.items()
        )
        self._sheet, self._number, self._columns, self._cells = sheet, number, columns, cells

    def __missing__(self, header: str) -> None:
        return None

    def place(self, header: str) -> str:
        """Where the value stands: `sheet Open items, cell B7`."""
        if header not in self._columns:
            return f"sheet {self._sheet}, row {self._number}"
        return f"sheet {self._sheet}, cell {get_column_letter(self._columns[header] + 1)}{self._number}"

    def renamed(self, names: Mapping[str, str]) -> Row:
        """This row, with other headers for some columns."""
        columns = {names.get(header, header): index for header, index in self._columns.items()}
        return Row(self._sheet, self._number, columns, self._cells)


class Wanted(NamedTuple):
    """A table to look for."""

    headers: Headers
    """Headers (English) that it must have."""
    sheet: str
    """The name (English) of its sheet. Sheets of another name (copies, say) are read if there is none of that name."""
    optional: Headers = ()
    """Headers that it may have."""


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


def table_rows(book: Any, wanted: Sequence[Wanted]) -> dict[Wanted, list[Row]]:
    """The rows of each wanted table that is found, from all sheets on which it continues.

    Where a header fits several tables, it is the first of them. Raises `Unreadable` where two columns of a table have
    the same header.
    """
    found = [(page.title, *table) for page in book.worksheets if (table := _find_table(page, wanted))]
    rows = {}
    for each in wanted:
        tables = [(title, part) for title, table, part in found if table is each]
        named = [
            (title, part) for title, part in tables if in_english(title.rstrip("0123456789"), (each.sheet,))
        ]
        if tables:
            rows[each] = [row for _, part in named or tables for row in part]
    return rows


def missing_headers(book: Any, wanted: Wanted) -> Headers:
    """The headers that a sheet of the table's name lacks, by the row that has most; all without such a sheet."""
    missing = wanted.headers
    for page in book.worksheets:
        if in_english(page.title.rstrip("0123456789"), (wanted.sheet,)):
            for row in itertools.islice(_rows(page), _MAX_ROWS_ABOVE):
                there = {in_english(cell, wanted.headers) for cell in row if isinstance(cell, str)}
                missing = min(missing, tuple(each for each in wanted.headers if each not in there), key=len)
    return missing


def number_in_row(book: Any, sheet: str, text: str) -> int | None:
    """The whole number beside a text (English), on the sheet of that name (English), or on any sheet if there is none
    of that name; None if there is no such number.
    """
    named = [page for page in book.worksheets if in_english(page.title, (sheet,))]
    for page in named or book.worksheets:
        for row in _rows(page):
            filled = [cell for cell in row if cell is not None]
            for cell, beside in itertools.pairwise(filled):
                if isinstance(beside, int | float) and isinstance(cell, str) and in_english(cell, (text,)):
                    return int(beside)
    return None


def cells_after(book: Any, sheet: str, texts: tuple[str, ...]) -> dict[str, Sequence[Any]]:
    """The cells after each text (English) that stands in the first column of the sheet of that name (English)."""
    pages = (page for page in book.worksheets if in_english(page.title, (sheet,)))
    rows = (row for page in pages for row in _rows(page) if row and isinstance(row[0], str))
    found: dict[str, Sequence[Any]] = {}
    for first, *others in rows:
        if text := in_english(first, texts):
            found.setdefault(text, others)
    return found


def in_english(shown: str, texts: tuple[str, ...]) -> str | None:
    """The one of `texts` (English) that `shown` is in any language, whatever its case and spaces; None if none."""
    return _english_by_shown(texts).get(_normalized(shown))


@functools.cache
def _english_by_shown(texts: tuple[str, ...]) -> Mapping[str, str]:
    return {_normalized(language(code).say(text)): text for code in LANGUAGES for text in texts}


def _normalized(text: str) -> str:
    """In lower case, with one space between words, the Turkic i letters as i, and the comma of Uzbek letters as any
    keyboard has it.
    """
    return " ".join(text.split()).casefold().replace("\u0307", "").translate(_SAME_LETTER)


def _find_table(page: Any, wanted: Sequence[Wanted]) -> tuple[Wanted, list[Row]] | None:
    """The first wanted table on a sheet, and its rows."""
    rows = enumerate(_rows(page), 1)
    for _, row in itertools.islice(rows, _MAX_ROWS_ABOVE):
        if found := _find_columns(row, wanted, page.title):
            table, columns = found
            filled = ((number, each) for number, each in rows if any(cell is not None for cell in each))
            return table, [Row(page.title, number, columns, each) for number, each in filled]
    return None


def _rows(page: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet, empty ones too. Raises `Unreadable` for a row that no sheet has."""
    page.reset_dimensions()  # the dimensions that a file states may be wrong
    for number, row in enumerate(page.iter_rows(values_only=True), 1):
        if number > _MAX_ROWS:
            raise Unreadable(f"the sheet {page.title} has more rows than a sheet can have")
        yield row


def _find_columns(
    row: Sequence[Any], wanted: Sequence[Wanted], sheet: str
) -> tuple[Wanted, dict[str, int]] | None:
    """If a row is the header of a wanted table: the first such table, and the index of each column."""
    all_headers = tuple(dict.fromkeys(name for each in wanted for name in (*each.headers, *each.optional)))
    indexes: dict[str, list[int]] = {}
    for index, cell in enumerate(row):
        if isinstance(cell, str) and (header := in_english(cell, all_headers)):
            indexes.setdefault(header, []).append(index)
    for table in wanted:
        if all(header in indexes for header in table.headers):
            there = [each for each in (*table.headers, *table.optional) if each in indexes]
            twice = [row[indexes[header][1]] for header in there if len(indexes[header]) > 1]
            if twice:
                raise Unreadable(f"two columns of the sheet {sheet} are headed '{twice[0]}'")
            return table, {header: indexes[header][0] for header in there}
    return None
