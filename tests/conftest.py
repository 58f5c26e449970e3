"""Fixtures that all tests share."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.blank_workbooks import blank_workbooks
from tests.given.examples import DEFAULT, THOROUGH
from tests.given.rechecked_days import BEFORE, FAST, product, several_days
from tests.given.running import Desk
from tests.given.schemas import held_to_schemas

for name, count in ((DEFAULT, 4), (THOROUGH, 60)):
    settings.register_profile(
        name,
        max_examples=count,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=name == DEFAULT or "CI" in os.environ,  # a gate gives the same verdict twice
    )


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--thorough`."""
    parser.addoption(
        "--thorough", action="store_true", help="many more examples a law, and a real workbook of every run"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Before the tests are collected: their decorators ask how many examples are in force."""
    settings.load_profile(THOROUGH if config.getoption("--thorough") else DEFAULT)


def pytest_collection_finish() -> None:
    """What is imported stays: without this, looking through it for garbage is a sixth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(name="blank_workbooks")
def _blank_workbooks(request: pytest.FixtureRequest) -> Iterator[None]:
    """For a module, as `pytestmark`; a test of it that is marked `reads_workbook` has the real ones."""
    with nullcontext() if request.node.get_closest_marker("reads_workbook") else blank_workbooks():
        yield


@pytest.fixture(autouse=True, scope="session")
def _schemas() -> Iterator[None]:
    """Every report and every line of evidence that the program writes is held to its schema."""
    with held_to_schemas():
        yield


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


@pytest.fixture
def fetched(desk: Desk, serve: Callable[..., CloposServer]) -> Callable[..., CloposServer]:
    """A server of several days; those before the last were fetched once."""

    def fetch(receipts: int = 20, days: tuple[str, ...] = BEFORE) -> CloposServer:
        server = serve(*several_days(receipts), [product()], requests_per_window=10**6, auth_per_window=10**6)
        desk.configure(FAST)
        ended = desk.run("--from", days[0], "--to", days[-1], "--source", "clopos")
        assert ended.status == 0, ended.err
        server.request_log.entries.clear()
        return server

    return fetch
