"""The list of venues: all of them, or none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconcile.clopos.client import CloposClient, PermanentError, RunOver
from reconcile.clopos.venues import Venue, read_venues, venues_of
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from reconcile.settings.environment import Credentials
from reconcile.settings.model import Api


def read(rows: list[Any]) -> list[Venue]:
    with CloposServer(Store(venues=rows)) as server:
        return asyncio.run(_read(Credentials(**vars(server.account), base_url=server.url)))


async def _read(credentials: Credentials) -> list[Venue]:
    client = CloposClient(credentials, Api(attempts=1))
    try:
        return await read_venues(client)
    finally:
        await client.aclose()


def test_each_venue_is_read_once() -> None:
    rows = [
        {"id": "3", "name": "Чорсу"},
        {"id": 1, "name": None, "is_main": True, "media": []},
        {"id": 3, "name": "Чорсу"},
    ]
    assert read(rows) == [Venue(1, "", True), Venue(3, "Чорсу", False)]


@pytest.mark.parametrize(
    "rows",
    [[{"id": 1}, {"id": 0}], [{"id": 1}, {"id": "x"}], [{"id": 1}, {"id": None}]],
    ids=["zero", "text", "null"],
)
def test_a_venue_without_an_id_is_an_error(rows: list[Any]) -> None:
    with pytest.raises(PermanentError, match="one without an id"):
        read(rows)


@pytest.mark.parametrize(
    "body", [{}, {"data": {"id": 1}}, {"data": [{"id": 1}], "total": 2}, {"data": ["x"]}]
)
def test_a_list_that_is_none_or_not_whole_is_an_error(body: dict[str, Any]) -> None:
    with pytest.raises(PermanentError):
        venues_of(body)


def test_no_more_requests_are_sent_than_are_allowed() -> None:
    with CloposServer(Store()) as server:
        credentials = Credentials(**vars(server.account), base_url=server.url)
        with pytest.raises(RunOver, match="the 3 requests that may be sent were used up"):
            asyncio.run(_read_often(credentials, most=3))
        assert server.request_log.count() == 3


async def _read_often(credentials: Credentials, most: int) -> None:
    client = CloposClient(credentials, Api(attempts=1))
    client.counts.most = most
    try:
        await client.log_in()
        for _ in range(most):
            await read_venues(client)
    finally:
        await client.aclose()
