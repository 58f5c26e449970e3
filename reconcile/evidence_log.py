"""The evidence of a run under way: a file that is appended to, survives a kill, and is compressed at the end."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from reconcile.evidence import Evidence, Header, Raw, read_header
from reconcile.exact_json import decode_json, encode_json


class EvidenceLog:
    """The file of a run under way: appended to as answers arrive, gone on from after a kill.

    `resumed` holds what an earlier, cut-off run of the same job left; a torn last line is dropped.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self.path = path
        self.evidence = Evidence(header)
        self._stream = self._open(header)

    def _open(self, header: Header) -> IO[bytes]:
        whole = 0
        for position, record in _whole_lines(self.path):
            try:
                if position == 0:
                    found = read_header(record)
                    if not found.same_job(header):
                        break
                    self.evidence = Evidence(found)
                else:
                    self.evidence.add(record)
            except (ValueError, KeyError, TypeError):
                break
            whole = position + 1
        stream = self.path.open("r+b" if whole else "wb")
        if whole:
            end = 0
            for _ in range(whole):
                end += len(stream.readline())
            stream.truncate(end)
            stream.seek(end)
        else:
            stream.write(encode_json(header.record()) + b"\n")
            stream.flush()
        return stream

    def append(self, record: Raw) -> None:
        """Write one line and take it in; it survives a kill of the process from here on."""
        self.evidence.add(record)
        self._stream.write(encode_json(record) + b"\n")
        self._stream.flush()

    def close(self) -> None:
        self._stream.close()

    def compress_to(self, target: Path) -> None:
        """Write the finished file whole to `target` (gzip, no time in it) and remove the running one."""
        self.close()
        temporary = target.with_name(f".{target.name}.part")
        try:
            with temporary.open("wb") as raw:
                with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed, self.path.open("rb") as lines:
                    for chunk in iter(lambda: lines.read(1 << 20), b""):
                        packed.write(chunk)
                raw.flush()
                os.fsync(raw.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self.path.unlink()


def _whole_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Numbered records up to the first line that is torn or unreadable."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        for position, line in enumerate(stream):
            if not line.endswith(b"\n"):
                return
            try:
                yield position, decode_json(line)
            except ValueError:
                return
