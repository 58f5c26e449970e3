"""One workbook in place of all, for tests of what a run fetches, judges and says, not of what its workbook holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reconcile.engine.day import reconcile_day
from reconcile.report import workbook
from reconcile.settings.model import Settings
from tests.given.examples import is_thorough
from tests.given.random_days import RandomDay
from tests.given.workbook_reading import write


@contextmanager
def blank_workbooks() -> Iterator[None]:
    """Runs in this process write the workbook of an empty day; under `--thorough` their own."""
    content = blank_workbook()
    with pytest.MonkeyPatch.context() as patch:
        if not is_thorough():
            patch.setattr(workbook, "write", lambda *given, **_: _path(*given).write_bytes(content))
        yield


@cache
def blank_workbook() -> bytes:
    """Written once a process: half of the time of a run is its workbook."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.xlsx"
        write(reconcile_day(RandomDay([], {}).evidence(), Settings()), path)
        return path.read_bytes()


def _path(_result: Any, _ledger: Any, path: Path) -> Path:
    return path
