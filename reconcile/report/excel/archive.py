"""Opens the zip of a workbook that may be broken, or made to fill the memory of what reads it."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

from reconcile.core.input_files import WORKBOOK, LimitedFile, Refused, open_regular

_COMPRESSION = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What spreadsheet programs use; others take up to 4 GB of memory."""
_MOST_BYTES = {
    "xl/worksheets/": 1 << 28,
    "xl/sharedstrings.xml": 1 << 26,
    "xl/styles.xml": 1 << 24,
    "[content_types].xml": 1 << 20,
    "xl/workbook.xml": 1 << 20,
    "xl/_rels/": 1 << 20,
    "": 1 << 24,
}
"""Unpacked size of a part, by how its name begins. Of a day of 100,000 sale lines, a tenth."""
_MOST_SHEETS = 200


@contextlib.contextmanager
def open_archive(path: Path) -> Iterator[tuple[LimitedFile, zipfile.ZipFile]]:
    """The file, and it as a zip whose parts have sizes that can be read.

    Raises `Refused` where they have not, OSError and what `zipfile` raises on a damaged file.
    """
    with open_regular(path, WORKBOOK) as stream, zipfile.ZipFile(stream) as archive:
        if why := _excess(archive):
            raise Refused(why, path)
        yield stream, archive


def _excess(archive: zipfile.ZipFile) -> str:
    """What of the archive is beyond the limits; empty if nothing is. `zipfile` reads no more than the stated sizes."""
    members = archive.infolist()
    if len(members) > WORKBOOK.records or sum(each.file_size for each in members) > WORKBOOK.unpacked:
        return "it is too large"
    for each in members:
        if each.compress_type not in _COMPRESSION:
            return "a part of it is compressed in a way that spreadsheet programs do not use"
        name = each.filename.lower()
        most = next(most for start, most in _MOST_BYTES.items() if name.startswith(start))
        if each.file_size > min(most, max(WORKBOOK.free, WORKBOOK.ratio * each.compress_size)):
            return "a part of it is too large"
    sheets = [each for each in members if each.filename.lower() == "xl/workbook.xml"]
    if any(archive.read(each).lower().count(b"sheetid") > _MOST_SHEETS for each in sheets):
        return "it has too many sheets"
    return ""
