"""files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from reconcile.core.errors import NotWritable


def not_writable(path: Path, error: OSError) -> NotWritable:
    """The sentence for an output that can't be written."""
    problem = error.strerror or type(error).__name__
    return NotWritable(
        f"{path} can't be written ({problem}); free it or give --out a folder that you may write to"
    )


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place at once.

    Raises `NotWritable`, and `PermissionError` where another program holds `path` itself.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)  # it was there; someone may have removed it
        write(temporary)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise not_writable(path, error) from None
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    try:
        temporary.replace(path)
    except PermissionError:
        temporary.unlink(missing_ok=True)
        raise
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise not_writable(path, error) from None
