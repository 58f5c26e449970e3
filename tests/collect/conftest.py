"""Fixtures of the tests of `--collect`."""

from __future__ import annotations

from functools import partial

import pytest

from tests.given.collected_days import Serve


@pytest.fixture(name="serve")
def _serve(serve: Serve) -> Serve:
    """A server without a quota that a test would wait for."""
    return partial(serve, requests_per_window=10**6)
