"""Files that are not whole evidence: cut, changed, empty, or of another kind."""

from __future__ import annotations

import gzip
from pathlib import Path

from tests.given.day_records import evidence_file, sales


def broken_evidence(folder: Path) -> dict[str, bytes]:
    """Files that are no whole evidence of this program, each as bytes."""
    whole = evidence_file(folder / "whole.jsonl", *sales(20)).read_bytes()
    packed = gzip.compress(whole)
    first, rest = whole.split(b"\n", 1)
    return {
        "cut.gz": packed[: len(packed) // 2],
        "flipped.gz": packed[:60] + bytes([packed[60] ^ 0xFF]) + packed[61:],
        "no crc.gz": packed[:-8] + b"\0" * 8,
        "garbage": b"\x00\xff\xfe garbage",
        "text": b"hello, world\n",
        "empty": b"",
        "empty.gz": gzip.compress(b""),
        "a report.json": b'{"schema_version": 1, "date": "2026-01-19"}\n',
        "a workbook.xlsx": b"PK\x03\x04 and so on",
        "a later format": first.replace(b'"format": 1', b'"format": 2') + b"\n" + rest,
        "no date": first.replace(b'"date": "2026-01-19", ', b"") + b"\n" + rest,
        "a torn line": whole[: len(whole) // 2],
        "an unknown record": first + b'\n{"record": "surprise"}\n' + rest,
        "operations of nobody": first + b'\n{"record": "operations", "operations": []}\n' + rest,
        "a list": b"[1, 2]\n",
    }
