"""How many examples a test tries: few by default, many under `pytest --thorough`."""

from __future__ import annotations

from hypothesis import settings

DEFAULT, THOROUGH = "default examples", "thorough"
"""Profiles of hypothesis; tests/conftest.py registers both, and loads one of them before it collects."""


def is_thorough() -> bool:
    """Whether `--thorough` was given."""
    return settings.get_current_profile_name() == THOROUGH


def examples(default: int, thorough: int) -> int:
    """The number that is in force."""
    return thorough if is_thorough() else default
