"""The workbook's file: a zip of which the same contents always give the same bytes.

openpyxl makes the workbook without the rows of its sheets. The rows are streamed into the file, so memory does not
grow with them. All times are fixed. The document's `identifier` is a SHA-256 digest of all other contents: it shows a
later run whether the file was changed.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from lxml.etree import SerialisationError  # type: ignore[import-untyped]  # lxml says no types
from openpyxl import Workbook
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.xml.functions import tostring

from reconcile.report.excel.archive import open_archive

RowSource: TypeAlias = Callable[[], Iterator[str]]
"""Makes the XML of one sheet's rows, in order."""

_CORE = "docProps/core.xml"
_STYLES = "xl/styles.xml"
_NO_DIGEST = b"sha256:" + b"0" * 64
_DIGEST = re.compile(rb"sha256:[0-9a-f]{64}")
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(<)")
_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_FOOTER_AND_BREAKS = re.compile(rb"</headerFooter>(<rowBreaks.*?</rowBreaks>)?", re.DOTALL)
_WITH_IGNORED_ERRORS = (
    rb'\g<0><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'
)
"""Ids are text on purpose: Excel doesn't mark them as errors."""
_MEMBER_TIME = (1980, 1, 1, 0, 0, 0)
_READ_BYTES = 1 << 20


class _DigestedZip:
    """A zip file that is being written, and the digest of its members."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._digest = hashlib.sha256()

    def add(self, name: str, parts: Iterable[bytes]) -> None:
        """Add one member as its parts are made. Its length is digested last, as it is not known before."""
        self._digest.update(name.encode() + b"\0")
        length = 0
        with self._archive.open(_member(name), "w", force_zip64=True) as member:
            for part in parts:
                member.write(part)
                self._digest.update(part)
                length += len(part)
        self._digest.update(b"\0%d\0" % length)

    def add_core(self, core: bytes) -> None:
        """Add the document properties last, with the digest of all members and of the properties themselves."""
        self._digest.update(core)
        mark = f"sha256:{self._digest.hexdigest()}".encode()
        self._archive.writestr(_member(_CORE), core.replace(_NO_DIGEST, mark))


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _MEMBER_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def save(workbook: Workbook, rows: Mapping[str, RowSource], path: Path) -> None:
    """Write `workbook` with the `rows` of its sheets, by sheet name, in the order of the mapping.

    Cell styles may be registered while the rows are made: the styles are written after the rows.
    """
    modified = (workbook.properties.created or workbook.properties.modified).strftime("%Y-%m-%dT%H:%M:%SZ")
    workbook.properties.identifier = _NO_DIGEST.decode()
    without_rows = io.BytesIO()
    try:
        workbook.save(without_rows)
    except SerialisationError as error:  # openpyxl's temporary files could not be written
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
    sheets = {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(workbook.sheetnames, 1)}
    with zipfile.ZipFile(without_rows) as source, zipfile.ZipFile(path, "w", allowZip64=True) as archive:
        package = _DigestedZip(archive)
        for name in source.namelist():
            if name not in (_CORE, _STYLES, *sheets.values()):
                package.add(name, [source.read(name)])
        for name, make_rows in rows.items():
            package.add(sheets[name], _with_rows(source.read(sheets[name]), make_rows))
        package.add(_STYLES, [tostring(write_stylesheet(workbook))])
        package.add_core(_MODIFIED.sub(rb"\g<1>" + modified.encode() + rb"\g<2>", source.read(_CORE)))


def _with_rows(sheet: bytes, make_rows: RowSource) -> Iterator[bytes]:
    """A sheet's XML with its rows."""
    data = _SHEET_DATA.search(sheet)
    if data is None:
        raise ValueError("openpyxl wrote a sheet without <sheetData>")
    yield sheet[: data.start()] + b"<sheetData>"
    yield from (part.encode() for part in make_rows())
    rest = sheet[data.end() :]
    yield b"</sheetData>" + _FOOTER_AND_BREAKS.sub(_WITH_IGNORED_ERRORS, rest, count=1)


def is_untouched(path: Path) -> bool:
    """Whether a file is a workbook of this program and was not changed since."""
    try:
        with open_archive(path) as (_, archive):
            return _digest_matches(archive)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, RuntimeError):
        # RuntimeError: encrypted; its subclass NotImplementedError: an unknown compression
        return False


def _digest_matches(archive: zipfile.ZipFile) -> bool:
    members = archive.infolist()
    if archive.comment or not members or members[-1].filename != _CORE or members[-1].file_size > _READ_BYTES:
        return False
    core = archive.read(_CORE)
    marks = _DIGEST.findall(core)
    if len(marks) != 1:
        return False
    digest = hashlib.sha256()
    for info in members[:-1]:
        if info.date_time != _MEMBER_TIME:
            return False
        digest.update(info.filename.encode() + b"\0")
        with archive.open(info) as member:
            while part := member.read(_READ_BYTES):
                digest.update(part)
        digest.update(b"\0%d\0" % info.file_size)
    digest.update(core.replace(marks[0], _NO_DIGEST))
    return bool(f"sha256:{digest.hexdigest()}".encode() == marks[0])
