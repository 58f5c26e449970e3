"""Files that are written completely or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from reconcile.core.errors import NotWritable


def not_writable(path: Path, error: OSError) -> NotWritable:
    """The error to raise where `path` can't be written."""
    problem = error.strerror or type(error).__name__
    return NotWritable(
        f"{path} can't be written ({problem}); free it or give --out a folder that you may write to"
    )


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file in the folder of `path`, then rename it to `path`.

    Raises `NotWritable`, and `PermissionError` where another program has `path` open.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)  # it may have been removed during the run
            write(temporary)
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
            temporary.chmod(0o644)
        except PermissionError as error:
            raise not_writable(path, error) from None
        temporary.replace(path)
    except PermissionError:
        raise
    except OSError as error:
        raise not_writable(path, error) from None
    finally:
        with contextlib.suppress(OSError):  # it is gone, or there is no such folder
            temporary.unlink()
