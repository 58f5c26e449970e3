"""The file around the cells: a zip whose bytes depend on nothing but what is written into it.

openpyxl makes the whole workbook except the rows of its sheets (as an empty workbook it is small); the rows
are streamed into their place as the file is written, so memory does not grow with them. Times are fixed, and
the document's `identifier` is a digest of everything, itself left out, by which a later run knows whether a
person has written into the file.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.xml.functions import tostring

Rows: TypeAlias = Callable[[], Iterator[str]]
"""Makes the rows of one sheet, in order."""

_CORE = "docProps/core.xml"
_STYLES = "xl/styles.xml"
_MARK = "sha256:"
_BLANK = _MARK + "0" * 64
_MARKED = re.compile(rb"sha256:[0-9a-f]{64}")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_PAGES = re.compile(rb"</headerFooter>(<rowBreaks.*?</rowBreaks>)?", re.DOTALL)
_TEXT_IDS = (
    rb'\g<0><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'
)
"""Ids are text on purpose: no green corners."""
_WHEN = (1980, 1, 1, 0, 0, 0)
_READ = 1 << 20


class _Package:
    """A zip under way, with a running digest of its members."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._digest = hashlib.sha256()

    def add(self, name: str, parts: Iterator[bytes]) -> None:
        """Stream one member; its length, and so what is digested, is known only at its end."""
        info = zipfile.ZipInfo(name, _WHEN)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        self._digest.update(name.encode() + b"\0")
        length = 0
        with self._archive.open(info, "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                self._digest.update(part)
                length += len(part)
        self._digest.update(b"\0%d\0" % length)

    def seal(self, core: bytes) -> None:
        """Add the document's properties with the digest of everything, them included."""
        sealed = self._digest.copy()
        sealed.update(core)
        info = zipfile.ZipInfo(_CORE, _WHEN)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        mark = (_MARK + sealed.hexdigest()).encode()
        self._archive.writestr(info, core.replace(_BLANK.encode(), mark))


def save(workbook: Workbook, rows: Mapping[str, Rows], path: Path) -> None:
    """Write `workbook` with the `rows` of its sheets, by sheet name, in the order of the mapping.

    The looks of cells may still be registered while rows are made: the styles are written after them.
    """
    modified = (workbook.properties.created or workbook.properties.modified).strftime("%Y-%m-%dT%H:%M:%SZ")
    workbook.properties.identifier = _BLANK
    empty = io.BytesIO()
    workbook.save(empty)
    places = {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(workbook.sheetnames, 1)}
    with (
        zipfile.ZipFile(empty) as made,
        zipfile.ZipFile(path, "w", allowZip64=True) as archive,
    ):
        package = _Package(archive)
        kept = [name for name in made.namelist() if name not in (_CORE, _STYLES, *places.values())]
        for name in kept:
            package.add(name, iter([made.read(name)]))
        for name, make in rows.items():
            package.add(places[name], _filled(made.read(places[name]), make))
        package.add(_STYLES, iter([tostring(write_stylesheet(workbook))]))
        core = _MODIFIED.sub(rb"\g<1>" + modified.encode() + rb"\g<2>", made.read(_CORE))
        package.seal(core)


def _filled(sheet: bytes, make: Rows) -> Iterator[bytes]:
    """A sheet's XML with its rows in place."""
    data = _SHEET_DATA.search(sheet)
    if data is None:
        raise ValueError("openpyxl wrote a sheet without <sheetData>")
    yield sheet[: data.start()] + b"<sheetData>"
    for part in make():
        yield part.encode()
    rest = sheet[data.end() :]
    yield b"</sheetData>" + _PAGES.sub(_TEXT_IDS, rest, count=1)


def is_untouched(path: Path) -> bool:
    """Whether a file is exactly what this program wrote, and no person or program has changed it since."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _matches(archive)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError):
        # RuntimeError: encrypted; NotImplementedError, its child: a compression we don't know
        return False


def _matches(archive: zipfile.ZipFile) -> bool:
    members = archive.infolist()
    if archive.comment or not members or members[-1].filename != _CORE or members[-1].file_size > _READ:
        return False
    core = archive.read(_CORE)
    marks = _MARKED.findall(core)
    if len(marks) != 1:
        return False
    digest = hashlib.sha256()
    for info in members[:-1]:
        if info.date_time != _WHEN:
            return False
        digest.update(info.filename.encode() + b"\0")
        with archive.open(info) as member:
            while part := member.read(_READ):
                digest.update(part)
        digest.update(b"\0%d\0" % info.file_size)
    digest.update(_MARKED.sub(_BLANK.encode(), core))
    return bool((_MARK + digest.hexdigest()).encode() == marks[0])
