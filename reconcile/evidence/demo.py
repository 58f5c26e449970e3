"""The path of the demo day's evidence: beside the package in a checkout, inside it when installed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

from reconcile.core.errors import UsageError

DEMO_DAY = date(2026, 1, 19)


def demo_path(day: date) -> Path:
    """The evidence file of a demo day. Raises `UsageError` if there is none for that day."""
    name = f"demo-{day.isoformat()}.evidence.jsonl"
    for folder in _fixture_folders():
        if (folder / name).is_file():
            return folder / name
    there = sorted(
        path.name[5:15] for folder in _fixture_folders() for path in folder.glob("demo-*.evidence.jsonl")
    )
    raise UsageError(f"there is no demo of {day}; the demo day is {', '.join(there) or 'not installed'}")


def _fixture_folders() -> Iterator[Path]:
    package = Path(str(files("reconcile")))
    yield package.parent / "fixtures"
    yield package / "fixtures"
