"""CSV for other systems, safe to open in a spreadsheet.

Numbers are plain decimals. A text that a spreadsheet would read as a formula gets an apostrophe in front (OWASP), also
within a text where another separator would start a cell. UTF-8, comma, CRLF (RFC 4180).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from reconcile.core.text import FORMULA_STARTS

Cell = int | str | None


def document(
    columns: Sequence[str], rows: Iterable[Mapping[str, Cell]], numbers: Collection[str] = ()
) -> bytes:
    """The header and the rows; None is an empty cell. `numbers` are the columns whose texts may be numbers."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name], name in numbers) for name in columns])
    return written.getvalue().encode()


def _cell(value: Cell, may_be_number: bool) -> int | str:
    if value is None:
        return ""
    if isinstance(value, int) or (may_be_number and _is_number(value)):
        return value
    return _FORMULA.sub(r"\1'", value)


_FORMULA = re.compile(rf"(^|[;|\t\r\n][\s\"]*)(?=[{re.escape(''.join(FORMULA_STARTS))}])")


def _is_number(text: str) -> bool:
    return text.removeprefix("-").replace(".", "", 1).isdecimal() and text.isascii()
