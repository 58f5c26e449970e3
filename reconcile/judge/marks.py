"""What is there of a day that was judged: `judged/2026-01-19.json` beside its results says what they were made from.

It is written last, so a day whose judging was cut off has none, or one that its files do not fit.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from reconcile.judge.places import Results

FOLDER = "judged"
Workbooks = Literal["differing", "all", "none"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One day that was judged."""

    program: str
    """As `reconcile.judge.program`."""
    settings_sha256: str
    evidence_sha256: str
    """Of the uncompressed evidence."""
    earlier_sha256: str
    """Of the names and digests of the evidence of earlier days from which the stocks may go on."""
    complete: bool = True
    errors: int = 0
    warnings: int = 0
    crashed: int = 0
    """How many rules crashed."""
    language: str = ""
    """Of the workbook; empty without one."""
    files: dict[str, str] = {}
    """The SHA-256 of each file, by its name in the place of the results."""

    @property
    def differs(self) -> bool:
        """Whether the day has anything to look at."""
        return not self.complete or bool(self.errors or self.warnings)

    def is_made_from(self, other: Mark) -> bool:
        """Whether both are of the same program, settings and earlier days."""
        names = ("program", "settings_sha256", "earlier_sha256")
        return all(getattr(self, name) == getattr(other, name) for name in names)

    def wants_workbook(self, workbooks: Workbooks) -> bool:
        """Whether the day gets a workbook."""
        return workbooks == "all" or (workbooks == "differing" and self.differs)


def read_mark(results: Results, base: str) -> Mark | None:
    """The mark of a day; None where there is none that can be read."""
    content = results.read(f"{FOLDER}/{base}.json")
    try:
        return None if content is None else msgspec.json.decode(content, type=Mark)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def write_mark(results: Results, base: str, mark: Mark) -> None:
    """Keep the mark of a day. Raises `NotWritable`."""
    results.write(f"{FOLDER}/{base}.json", msgspec.json.format(msgspec.json.encode(mark), indent=1) + b"\n")
