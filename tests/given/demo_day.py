"""The demo day, judged and written once a process: for tests that read it and change nothing of it."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.evidence.records import read_evidence
from reconcile.language.translate import language
from reconcile.settings.model import Settings
from tests.given.places import DEMO
from tests.given.workbook_reading import written


@cache
def demo_result() -> Result:
    """By the default settings."""
    return reconcile_day(read_evidence(DEMO), Settings())


@cache
def demo_book(code: str = "en") -> Any:
    """The workbook in a language, found without fault and read back."""
    with tempfile.TemporaryDirectory() as folder:
        return written(demo_result(), Path(folder) / "demo.xlsx", language=language(code))
