"""Files, and folders of files, that are written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from reconcile.core.errors import NotWritable
from reconcile.core.input_files import AT_ONCE, Refused, what_is

_DRAFT = re.compile(r"\..+\.[0-9a-f]{16}\.part")
"""The name of a file or folder that is being written."""
_IN_FOLDERS = "*.parquet"
"""The files of folders that are written: nothing else in them is removed."""


def not_writable(path: Path, error: OSError) -> NotWritable:
    """The error to raise where `path` can't be written."""
    problem = error.strerror or type(error).__name__
    return NotWritable(
        f"{path} can't be written ({problem}); free it or give --out a folder that you may write to"
    )


def check_temporary_folder() -> None:
    """Raise `NotWritable` where no temporary file can be made: libraries need some as they are loaded."""
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        raise NotWritable(
            "no temporary file can be written (the disk is full, or it may not be written to); "
            "free it, or set TMPDIR to a folder that you may write to"
        ) from None


def open_own(path: Path, *, new: bool = False) -> int:
    """Open a file of the program to read and write it; it is made if absent, and has to be if `new`.

    Its permissions are those of the umask. A link is not followed. Raises OSError, and `Refused` where something that
    is no regular file is at the path.
    """
    flags = os.O_RDWR | os.O_CREAT | (os.O_EXCL if new else 0) | getattr(os, "O_NOFOLLOW", 0) | AT_ONCE
    if why := "it is a link" if path.is_symlink() else what_is(path):
        raise Refused(why, path)
    try:
        number = os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Refused("it is a link", path) from None
        raise
    if why := what_is(number):
        os.close(number)
        raise Refused(why, path)
    return number


def write_atomic(path: Path, content: bytes | Callable[[Path], object]) -> None:
    """Write the content, or let it fill the file at a path, next to `path`, then rename that file to `path`.

    Raises `NotWritable`, and `PermissionError` where another program has `path` open.
    """
    draft: Path | None = None
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)  # it may have been removed during the run
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
            with os.fdopen(open_own(draft, new=True), "r+b") as stream:
                stream.write(content) if isinstance(content, bytes) else content(draft)
                stream.flush()
                os.fsync(stream.fileno())
        except PermissionError as error:
            raise not_writable(path, error) from None
        draft.replace(path)
    except PermissionError:
        raise
    except OSError as error:
        raise not_writable(path, error) from None
    finally:
        if draft is not None:
            with contextlib.suppress(OSError):
                draft.unlink()  # it has its name, or the folder is gone


def write_folder(path: Path, fill: Callable[[Path], object], top: Path) -> None:
    """Let `fill` write the Parquet files of a new folder in `top`, then rename that to `path`, which is below `top`.

    A folder that is there is replaced; files in it that are not Parquet stay. Between `top` and `path` no link is
    followed. Raises `NotWritable`.
    """
    name = "-".join(path.relative_to(top).parts)
    new, old = (top / f".{name}.{secrets.token_hex(8)}.part" for _ in range(2))
    try:
        for each in (path, *path.parents[: len(path.relative_to(top).parts) - 1]):
            if why := what_is_no_folder(each):
                raise Refused(why, each)
        path.parent.mkdir(parents=True, exist_ok=True)
        new.mkdir()
        fill(new)
        for file in new.iterdir():
            with file.open("r+b") as stream:
                os.fsync(stream.fileno())
        with contextlib.suppress(FileNotFoundError):
            path.replace(old)
        try:
            new.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                old.replace(path)
            raise
        for other in old.iterdir() if old.exists() else ():
            if not other.match(_IN_FOLDERS):
                other.replace(path / other.name)
    except OSError as error:
        raise not_writable(Path(error.filename or path), error) from None
    finally:
        for draft in (new, old):
            _remove_folder(draft)


def what_is_no_folder(path: Path) -> str:
    """What is at the path, if it is no folder: `it is a link`. Empty if it is one, or nothing is there."""
    if path.is_symlink():
        return "it is a link"
    return "" if path.is_dir() or not path.exists() else what_is(path) or "it is a file"


def remove_drafts(folder: Path) -> None:
    """Remove what earlier runs, killed while they wrote, left half written. The caller holds the lock of the folder."""
    for path in folder.glob(".*.part"):
        if _DRAFT.fullmatch(path.name):
            if path.is_dir() and not path.is_symlink():
                _remove_folder(path)
                continue
            with contextlib.suppress(OSError):
                path.unlink()


def _remove_folder(folder: Path) -> None:
    """Remove a folder, if it is there, with the Parquet files in it. It stays if it holds anything else."""
    with contextlib.suppress(OSError):
        for path in folder.glob(_IN_FOLDERS):
            path.unlink()
        folder.rmdir()
