"""The output folder: a lock for one run at a time, and the names of a day's files."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import portalocker

from reconcile.core.errors import Locked, NotWritable
from reconcile.core.file_names import file_name
from reconcile.core.files import not_writable, open_own, remove_drafts
from reconcile.core.input_files import LOCK, Refused, read_whole, what_is
from reconcile.core.text import printable
from reconcile.evidence.day import Header

log = logging.getLogger(__name__)
LOCK_NAME = ".reconcile.lock"
_COLLECTING = ", collecting"
_LOOK_AGAIN_SECONDS = 0.2
_OWN_NAME = re.compile(r"(?:demo-)?\d{4}-\d\d-\d\d.*\.(?:xlsx|json|evidence\.jsonl\.gz)", re.ASCII)


@contextlib.contextmanager
def locked_folder(folder: Path, *, is_collecting: bool = False) -> Iterator[None]:
    """Lock the folder, which is made if absent. The lock ends with the process, even if that is killed.

    Another run waits for a collection to end, which is bounded by `collect_minutes`; a collection waits for nobody.
    Raises `NotWritable` if it can't be written, and `Locked`, naming the process, if another run holds it.
    """
    path = folder / LOCK_NAME
    with contextlib.ExitStack() as stack:
        try:
            if (folder.exists() or folder.is_symlink()) and not folder.is_dir():
                raise Refused(what_is(folder) or "it is a file", folder)
            folder.mkdir(parents=True, exist_ok=True)
            stream = stack.enter_context(os.fdopen(open_own(path), "r+b", buffering=0))
            _lock(stream, path, waits=not is_collecting)
            stack.callback(portalocker.unlock, stream)
            stream.truncate(0)
            doing = _COLLECTING if is_collecting else ""
            since = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
            stream.write(f"process {os.getpid()} since {since}{doing}".encode())
        except portalocker.exceptions.AlreadyLocked:
            raise Locked(
                f"another run holds {folder} ({_holder(path)}); wait until it ends, or give --out another folder"
            ) from None
        except portalocker.exceptions.LockException as error:
            raise NotWritable(
                f"{path} can't be locked ({error}); give --out a folder on another disk"
            ) from None
        except OSError as error:
            raise not_writable(Path(error.filename or folder), error) from None
        remove_drafts(folder)
        _name_what_is_passed_over(folder)
        yield


def _lock(stream: BinaryIO, path: Path, *, waits: bool) -> None:
    """Lock the file; with `waits`, once a collection that holds it has ended. Raises `LockException`."""
    is_told = False
    while True:
        try:
            portalocker.lock(stream, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.exceptions.AlreadyLocked:
            if not (waits and _is_held_by_collection(path)):
                raise
        else:
            return
        if not is_told:
            log.info("a collection holds %s (%s): waiting until it ends", path.parent, _holder(path))
            is_told = True
        time.sleep(_LOOK_AGAIN_SECONDS)


def _is_held_by_collection(path: Path) -> bool:
    """Whether a collection holds the lock; one that has just taken it says so a moment later."""
    if not _holder(path).endswith(_COLLECTING):
        time.sleep(_LOOK_AGAIN_SECONDS)
    return _holder(path).endswith(_COLLECTING)


def _holder(path: Path) -> str:
    """What the lock file says of the run that holds it; it may hold anything."""
    try:
        text = read_whole(path, LOCK).decode(errors="replace")
    except OSError:
        text = ""
    return printable(text.strip("\0 \n")[:80]) or "unknown process"


def _name_what_is_passed_over(folder: Path) -> None:
    """Log what is named like a file of a day and is no file."""
    for path in sorted(folder.glob("*[0-9].*")):
        if _OWN_NAME.fullmatch(path.name) and (why := what_is(path)):
            log.warning("%s is passed over: %s", path, why)


def base_name(header: Header) -> str:
    """`2026-01-19`, `2026-01-19-venue-3`; a demo's begins with `demo-`."""
    return file_name(header.date, demo=header.demo, venue_id=header.venue_id)


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


def earlier_evidence(folders: Sequence[Path], header: Header, days: int) -> list[Path]:
    """The finished evidence in the folders of so many days before, as `evidence_before`. Where two have a file of one
    name, that of the first counts.
    """
    names: dict[str, Path] = {}
    for folder in folders:
        for path in folder.glob("*.evidence.jsonl.gz"):
            names.setdefault(path.name, path)
    before = evidence_before(names, header, days)
    return [path for path in map(names.__getitem__, before) if path.is_file()]


def evidence_before(names: Iterable[str], header: Header, days: int) -> list[str]:
    """Those of the names that are evidence of so many days before, the newest first: of this venue, or of none that
    the name says.
    """
    own = (header.demo, str(header.venue_id or ""))
    found = []
    for name in names:
        dated = _EVIDENCE_NAME.fullmatch(name)
        if dated is None or (dated[3] and (bool(dated[1]), dated[3]) != own):
            continue
        with contextlib.suppress(ValueError):  # 2026-02-31 is not a calendar date
            day = date.fromisoformat(dated[2])
            if header.date - timedelta(days=days) <= day < header.date:
                found.append((day, name))
    return [name for _, name in sorted(found, reverse=True)]


_EVIDENCE_NAME = re.compile(r"(demo-)?(\d{4}-\d\d-\d\d)(?:-venue-(\d+))?\.evidence\.jsonl\.gz", re.ASCII)


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


def stamp_of(path: Path) -> str:
    """What changes when the file is written: its size, its times, and its place on the disk. Empty if it is gone."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
