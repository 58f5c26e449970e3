"""Files that are read: only regular ones, each under the limits of its kind.

What lies in a folder may be a FIFO or a device, may have no end, and may unpack to a million times its size. A file is
opened without waiting and then looked at, so that nothing can take its place in between.
"""

from __future__ import annotations

import dataclasses
import errno
import io
import json
import os
import stat
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

GZIP = b"\x1f\x8b"
"""How a gzipped file begins."""
AT_ONCE = 0
"""Flags to open a file without waiting, as bytes."""
for _flag in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):  # no system has them all
    AT_ONCE |= getattr(os, _flag, 0)
_CHUNK = 1 << 18
_MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most that is read of one file."""

    size: int
    """Bytes of the file."""
    unpacked: int = 0
    """Bytes that it unpacks to."""
    ratio: int = 200
    """How many times its own size it unpacks to, beyond the first `free` bytes. Evidence unpacks to 10 to 40 times."""
    free: int = 16 * _MIB
    record: int = _MIB
    """Bytes of one line, or bytes that are read at once."""
    records: int = 0
    """Lines, or files in an archive."""
    seconds: float = 60.0
    """How long it may take to read."""


EVIDENCE = Limits(size=1024 * _MIB, unpacked=4096 * _MIB, record=65 * _MIB, records=20_000_000, seconds=600.0)
REPORT = Limits(size=256 * _MIB)
WORKBOOK = Limits(size=256 * _MIB, unpacked=1024 * _MIB, record=4 * _MIB, records=2000, seconds=120.0)
SETTINGS = Limits(size=_MIB)
BOOKS = Limits(size=1024 * _MIB)
METRICS = Limits(size=_MIB)
LOCK = Limits(size=4096)
SECRET = Limits(size=_MIB // 16)
"""Credentials and certificates."""


class Refused(OSError):
    """A file that is not read, as it is no regular file or exceeds a limit. `strerror` says why, in words."""

    def __init__(self, why: str, path: Path | str) -> None:
        super().__init__(errno.EINVAL, why, str(path))


class LimitedFile(io.BufferedReader):
    """A regular file, open for reading. Raises `Refused` where a read is too large or comes too late."""

    def __init__(self, raw: io.FileIO, path: Path, limits: Limits) -> None:
        super().__init__(raw)
        self.path, self.limits = path, limits
        self._ends = time.monotonic() + limits.seconds

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes; without a size, at most as many as may be read at once."""
        if time.monotonic() > self._ends:
            raise Refused(f"it could not be read within {self.limits.seconds:g} seconds", self.path)
        if size is None or size < 0:
            size = self.limits.record
        if size > self.limits.record:
            raise Refused(f"{size:,} bytes of it would have to be read at once", self.path)
        return super().read(size) or b""  # None where a device would wait

    @property
    def too_large(self) -> str:
        """What is wrong with a file that is too large."""
        return f"it has more than {self.limits.size:,} bytes"


def open_regular(path: Path, limits: Limits) -> LimitedFile:
    """A regular file, or a link to one, open for reading. Raises `Refused`, and OSError where it can't be opened."""
    if why := what_is(path):
        raise Refused(why, path)
    stream = LimitedFile(
        io.FileIO(path, opener=lambda name, _: os.open(name, os.O_RDONLY | AT_ONCE)), path, limits
    )
    why = what_is(stream.fileno())  # something else may have taken its place
    if not why and os.fstat(stream.fileno()).st_size > limits.size:
        why = stream.too_large
    if why:
        stream.close()
        raise Refused(why, path)
    return stream


def is_dangling(path: Path) -> bool:
    """Whether the path is a link to nothing."""
    return path.is_symlink() and not path.exists()


def what_is(file: Path | int) -> str:
    """What is at a path or open, if it is no regular file: `it is a FIFO`. Empty if it is one, or nothing is there."""
    if isinstance(file, Path) and is_dangling(file):
        return _irregular(stat.S_IFLNK)
    try:
        return _irregular((os.fstat(file) if isinstance(file, int) else file.stat()).st_mode)
    except FileNotFoundError:
        return ""


def _irregular(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a FIFO",
        stat.S_IFSOCK: "a socket",
        stat.S_IFLNK: "a link to nothing",
    }
    return f"it is {kinds.get(stat.S_IFMT(mode), 'a device')}"


def read_whole(path: Path, limits: Limits) -> bytes:
    """The content of a small file. Raises as `open_regular`."""
    parts, size = [], 0
    with open_regular(path, limits) as stream:
        while part := stream.read():
            parts.append(part)
            size += len(part)
            if size > limits.size:  # the size that the system states may be wrong
                raise Refused(stream.too_large, path)
    return b"".join(parts)


def read_report(path: Path) -> Any:
    """A JSON report. Raises as `open_regular`, and ValueError where it is no JSON."""
    try:
        return json.loads(read_whole(path, REPORT))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def limited_lines(stream: BinaryIO, path: Path, limits: Limits = EVIDENCE) -> Iterator[bytes]:
    """The lines of a file, which may be gzipped.

    Raises `Refused`, OSError, and where the compression is broken zlib.error, or EOFError if it ends too early.
    """
    held: list[bytes] = []
    number = length = 0
    for chunk in _unpacked(stream, path, limits):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            number += 1
            if number > limits.records:
                raise Refused(f"it has more than {limits.records:,} lines", path)
            yield b"".join((*held, end, b"\n"))
            held, length = [], 0
        held.append(rest)
        length += len(rest)
        if length > limits.record:
            raise Refused(f"its line {number + 1} has more than {limits.record:,} bytes", path)
    if last := b"".join(held):
        yield last


def _unpacked(stream: BinaryIO, path: Path, limits: Limits) -> Iterator[bytes]:
    """The content in chunks, unpacked if it is gzipped."""
    packed = stream.read(_CHUNK)
    inflate = zlib.decompressobj(31) if packed[:2] == GZIP else None
    ends = time.monotonic() + limits.seconds
    read = given = 0
    while packed:
        read += len(packed)
        if read > limits.size:
            raise Refused(f"it has more than {limits.size:,} bytes", path)
        while packed:
            if time.monotonic() > ends:
                raise Refused(f"it could not be read within {limits.seconds:g} seconds", path)
            if inflate is None:
                chunk, packed = packed, b""
            else:
                if inflate.eof:  # it goes on with another part
                    inflate = zlib.decompressobj(31)
                chunk = inflate.decompress(packed, _CHUNK)
                packed = inflate.unused_data.lstrip(b"\0") if inflate.eof else inflate.unconsumed_tail
            given += len(chunk)
            if given > min(limits.unpacked, max(limits.free, limits.ratio * read)):
                raise Refused(f"{read:,} bytes of it unpack to more than {given:,}", path)
            yield chunk
        packed = stream.read(_CHUNK)
    while inflate is not None and not inflate.eof:
        chunk = inflate.decompress(b"", _CHUNK)
        if not chunk:
            raise EOFError("it ends before its compressed part does")
        yield chunk
