"""An earlier workbook or report that was made or damaged to do harm is named; it never stops the night."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.report.earlier import Unreadable, read
from reconcile.report.excel.package import is_untouched
from tests.given.answered_days import (
    FIRST,
    SECOND,
    ledger_on,
    run,
)


@given(place=st.integers(0, 10**9), noise=st.binary(min_size=1, max_size=60))
def test_whatever_became_of_an_earlier_workbook_the_day_is_reported(place: int, noise: bytes) -> None:
    """Bytes changed anywhere: it is read, or said to be unread; it never stops the night."""
    content = bytearray(WORKBOOK())
    at = place % len(content)
    content[at : at + len(noise)] = noise
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "2026-01-19.xlsx"
        path.write_bytes(content)
        with contextlib.suppress(Unreadable):
            read(path, FIRST)


@cache
def WORKBOOK() -> bytes:  # noqa: N802  a constant, made when it is first needed
    with tempfile.TemporaryDirectory() as folder:
        return run(Path(folder), FIRST, "missing", "twice").read_bytes()


def test_an_encrypted_workbook_is_unreadable(tmp_path: Path) -> None:
    content = bytearray(WORKBOOK())
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + flags] |= 1
    path = tmp_path / "2026-01-19.xlsx"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match="RuntimeError"):
        read(path, FIRST)


def _with(name: str, content: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook of ours in which one part is another."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK())) as archive, zipfile.ZipFile(made, "w") as changed:
        for each in archive.namelist():
            changed.writestr(each, content if each == name else archive.read(each), kind)
    return made.getvalue()


def _sheet(rows: bytes) -> bytes:
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return start + rows + b"</sheetData></worksheet>"


FIRST_SHEET, ROOM = "xl/worksheets/sheet1.xml", 40 << 20
HOSTILE: dict[str, Callable[[], bytes]] = {
    "a row beyond the last": lambda: _with(
        FIRST_SHEET, _sheet(b'<row r="2000000000"><c r="A2000000000"/></row>')
    ),
    "a row without end": lambda: _with(FIRST_SHEET, _sheet(b"<row>" + b"<c/>" * (ROOM // 4) + b"</row>")),
    "a sheet of nothing": lambda: _with(FIRST_SHEET, b" " * ROOM),
    "huge styles": lambda: _with("xl/styles.xml", b"<a/>" * (ROOM // 4)),
    "huge content types": lambda: _with("[Content_Types].xml", b"<a/>" * (ROOM // 4)),
    "many sheets": lambda: _with("xl/workbook.xml", b'<sheet sheetId="1"/>' * 20_000),
    "lzma": lambda: _with("", b"", zipfile.ZIP_LZMA),
    "bzip2": lambda: _with("", b"", zipfile.ZIP_BZIP2),
    "cut": lambda: WORKBOOK()[:-2000],
    "garbage": lambda: b"PK and so on" * 1000,
    "empty": bytes,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_workbook_is_unreadable(tmp_path: Path, kind: str) -> None:
    """It is said to be, takes neither long nor much memory, and is no workbook that may be overwritten."""
    path = tmp_path / "2026-01-19.xlsx"
    path.write_bytes(HOSTILE[kind]())
    assert not is_untouched(path)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match=path.name):
            read(path, FIRST)
        assert tracemalloc.get_traced_memory()[1] < 200 << 20
    finally:
        tracemalloc.stop()


def test_a_hostile_workbook_fails_a_check(tmp_path: Path) -> None:
    (tmp_path / "2026-01-18.xlsx").write_bytes(HOSTILE["a row beyond the last"]())
    assert ledger_on(tmp_path, FIRST).unreadable == ("2026-01-18.xlsx",)


DEEP = b"[" * 100_000


@pytest.mark.parametrize("content", [b"", b"no JSON", DEEP, b'{"complete": ' + b"9" * 9999, b"[]", None])
def test_a_hostile_report_is_named_and_passed_over(tmp_path: Path, content: bytes | None) -> None:
    """What an item's own day found is not known then, and the item stays open."""
    run(tmp_path, FIRST, "missing")
    path = tmp_path / f"{FIRST}.json"
    path.unlink()
    if content is None:
        os.mkfifo(path)
    else:
        path.write_bytes(content)
    assert path.name in ledger_on(tmp_path, SECOND).unreadable


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes in folders on Windows")
def test_what_is_no_file_is_no_workbook(tmp_path: Path) -> None:
    """A pipe would hold the night up."""
    os.mkfifo(tmp_path / "2026-01-18.xlsx")
    (tmp_path / "2026-01-17.xlsx").mkdir()
    assert ledger_on(tmp_path, FIRST).previous is None
