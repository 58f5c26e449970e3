"""The output folder: a lock for one run at a time, and the names of a day's files."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import portalocker

from reconcile.core.errors import Locked
from reconcile.core.files import not_writable
from reconcile.evidence.records import Header

LOCK_NAME = ".reconcile.lock"


@contextlib.contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Lock the folder, which is made if absent. The lock ends with the process, even if that is killed.

    Raises `NotWritable` if it can't be written, and `Locked`, naming the process, if another run holds it.
    """
    path = folder / LOCK_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = portalocker.Lock(path, mode="a+", timeout=0, fail_when_locked=True)
        stream = lock.acquire()
    except portalocker.exceptions.LockException:
        raise Locked(
            f"another run holds {folder} ({_holder(path)}); wait until it ends, or give --out another folder"
        ) from None
    except OSError as error:
        raise not_writable(folder, error) from None
    try:
        stream.truncate(0)
        stream.write(f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        stream.flush()
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()[:80] or "unknown process"
    except OSError:
        return "unknown process"


def base_name(header: Header) -> str:
    """`2026-01-19`, `2026-01-19-venue-3`; a demo's begins with `demo-`."""
    venue = "" if header.venue_id is None else f"-venue-{header.venue_id}"
    return f"{'demo-' if header.demo else ''}{header.date.isoformat()}{venue}"


def workbooks(folder: Path, header: Header) -> dict[date, list[Path]]:
    """The workbooks of this venue (of demos, for a demo) in the folder, by day, each day's in the order of writing."""
    found: dict[date, list[tuple[int, Path]]] = {}
    for day, revision, path in _files(folder, header, "xlsx"):
        found.setdefault(day, []).append((revision, path))
    return {day: [path for _, path in sorted(paths)] for day, paths in found.items()}


def report_days(folder: Path, header: Header) -> set[date]:
    """The days of this venue (of demos, for a demo) that have a JSON report in the folder."""
    return {day for day, _, _ in _files(folder, header, "json")}


def evidence_files(folder: Path, header: Header) -> dict[date, Path]:
    """The finished evidence of this venue (of demos, for a demo) in the folder, by day."""
    return {day: path for day, _, path in _files(folder, header, "evidence.jsonl.gz")}


def earlier_evidence(folder: Path, header: Header, days: int) -> list[Path]:
    """The finished evidence of so many days before, the newest first, whatever venue a file is named after."""
    found = []
    for path in folder.glob("*.evidence.jsonl.gz"):
        named = _EVIDENCE_NAME.fullmatch(path.name)
        with contextlib.suppress(ValueError):  # 2026-02-31 is not a calendar date
            day = date.fromisoformat(named[1]) if named and path.is_file() else header.date
            if header.date - timedelta(days=days) <= day < header.date:
                found.append((day, path))
    return [path for _, path in sorted(found, reverse=True)]


_EVIDENCE_NAME = re.compile(r"(?:demo-)?(\d{4}-\d\d-\d\d)(?:-venue-\d+)?\.evidence\.jsonl\.gz", re.ASCII)


def _files(folder: Path, header: Header, suffix: str) -> Iterator[tuple[date, int, Path]]:
    demo, venue = base_name(header).split(header.date.isoformat())
    name = re.compile(rf"{demo}(\d{{4}}-\d\d-\d\d){venue}(?:-r(\d+))?\.{re.escape(suffix)}", re.ASCII)
    for path in folder.glob(f"*.{suffix}"):
        named = name.fullmatch(path.name)
        with contextlib.suppress(ValueError):  # 2026-02-31 is not a calendar date
            if named and path.is_file():  # opening a FIFO would block
                yield date.fromisoformat(named[1]), int(named[2] or 1), path


def workbook_paths(folder: Path, base: str) -> Iterator[Path]:
    """The names that a workbook may have, in order: `D.xlsx`, then `D-r2.xlsx` and so on."""
    yield folder / f"{base}.xlsx"
    for number in range(2, 1000):
        yield folder / f"{base}-r{number}.xlsx"


def is_held_open(path: Path) -> bool:
    """Whether Excel or LibreOffice has the file open, by their lock files."""
    owners = (f"~${path.name}", f".~lock.{path.name}#")
    return any((path.parent / owner).exists() for owner in owners)
