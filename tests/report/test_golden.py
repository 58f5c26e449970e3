"""Each sheet of the demo day, cell by cell, is what it was: a change shows in the difference."""

from __future__ import annotations

import pytest

from tests.generate.golden import dumps
from tests.given.places import GOLDEN_SHEETS


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dumps()


def test_every_sheet_has_its_golden_text_and_no_other(made: dict[str, str]) -> None:
    """A missing one fails: `python -m tests.generate.golden` writes them, and a person reads the difference."""
    assert {path.name for path in GOLDEN_SHEETS.glob("*.txt")} == set(made)


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN_SHEETS.glob("*.txt")))
def test_a_sheet_is_as_it_was(name: str, made: dict[str, str]) -> None:
    assert made[name].splitlines() == (GOLDEN_SHEETS / name).read_text(encoding="utf-8").splitlines()
