"""Fixtures that all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.running import Desk

# A day takes tens of milliseconds, so the laws are tried on few days each time and on many when asked to.
settings.register_profile(
    "quick", max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("quick"), max_examples=500)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A place to run the command from."""
    place = Desk(tmp_path)
    yield place
    place.clear()


@pytest.fixture
def serve(desk: Desk) -> Iterator[Callable[..., CloposServer]]:
    """Starts a local Clopos that the desk then asks; `serve(receipts, operations, **behaviour)`."""
    with ExitStack() as stack:

        def start(*records: Any, **how: Any) -> CloposServer:
            server = stack.enter_context(CloposServer(Store(*records), **how))
            desk.environment = server.environment()
            return server

        yield start
