"""The quota is used up but never exceeded: alone and beside another client."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.requests import Request

from reconcile.clopos.quota import Quota, reset_seconds
from reconcile.sandbox.faults import Fault, Responder, slow, sometimes
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import sales
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
LIMIT, WINDOW = 60, 0.6
SETTINGS = f"[api]\nrequests_per_window = {LIMIT}\nwindow_seconds = {WINDOW}\nconnections = 4\n"


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_alone_it_is_never_refused(desk: Desk, serve: Serve, share: float) -> None:
    """However unevenly answers come, the service never has to say 429, and the quota is used."""
    server = serve(*sales(220), requests_per_window=LIMIT, window_seconds=WINDOW)
    server.faults.append(Fault("operations", sometimes(share, slow(0.03))))
    desk.configure(SETTINGS)
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert server.request_log.statuses[429] == 0
    assert server.request_log.count() <= 1.06 * 220
    asked = [each.at for each in server.request_log.entries if each.route != "auth"]
    in_a_window = max(sum(begin <= at < begin + WINDOW for at in asked) for begin in asked)
    assert 0.5 * LIMIT <= in_a_window <= LIMIT, "on a busy machine too"


@contextmanager
def another(server: CloposServer) -> Iterator[httpx.Client]:
    """Another program of the brand, logged in."""
    login = {name[7:].lower(): value for name, value in server.account.environment().items()}
    with httpx.Client(base_url=server.url, headers={"user-agent": "another"}) as http:
        http.headers["x-token"] = http.post("/auth", json=login).json()["token"]
        yield http


def meanwhile_another_asks(server: CloposServer, times: int) -> Responder:
    """The usual answer, but another program asks so often before it is given."""

    def ask() -> None:
        with another(server) as http:
            for _ in range(times):
                http.get("/receipts/1")

    async def answer(_: Request) -> None:
        await asyncio.to_thread(ask)

    return answer


def test_beside_another_client_it_gives_way(desk: Desk, serve: Serve) -> None:
    """Another program of the brand uses a third of the quota: hardly a 429 for us, and the day is whole."""
    server = serve(*sales(150), requests_per_window=LIMIT, window_seconds=WINDOW)
    desk.configure(SETTINGS)
    ends = threading.Event()

    def ask_now_and_then() -> None:
        with another(server) as http:
            while not ends.wait(WINDOW / (LIMIT / 3)):
                http.get("/receipts/1")

    other = threading.Thread(target=ask_now_and_then)
    other.start()
    try:
        ended = desk.run(*LIVE)
    finally:
        ends.set()
        other.join()
    assert ended.status == 0, ended.err
    ours = [each.at for each in server.request_log.entries if each.headers["user-agent"] != "another"]
    windows = (ours[-1] - ours[0]) / WINDOW
    refused = re.search(r"(\d+) for 429", ended.err)
    assert int(refused[1] if refused else 0) <= windows


def test_what_another_client_left_is_not_exceeded(desk: Desk, serve: Serve) -> None:
    """Another program leaves two requests of the window: no third goes out, however many connections there are."""
    server = serve(*sales(12), requests_per_window=LIMIT, window_seconds=WINDOW)
    server.faults.append(Fault("list", meanwhile_another_asks(server, LIMIT - 3), times=1))
    desk.configure(SETTINGS)
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert server.request_log.statuses == {200: server.request_log.count()}, "no 429"


def test_beside_another_client_as_much_is_left_free_as_alone(desk: Desk, serve: Serve) -> None:
    """What another program uses is no room for us: a request for each connection stays free, and it can have them."""
    server = serve(*sales(80), requests_per_window=LIMIT, window_seconds=WINDOW)
    server.faults.append(Fault("list", meanwhile_another_asks(server, LIMIT // 2), times=1))
    desk.configure(SETTINGS)
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    asked = [each for each in server.request_log.entries if each.route != "auth"]
    begun = next(each.at for each in asked if each.headers["user-agent"] == "another")
    assert sum(begun <= each.at < begun + WINDOW for each in asked) <= LIMIT - 4


def test_a_service_that_says_nothing_of_its_limit_is_asked_within_the_settings(
    desk: Desk, serve: Serve
) -> None:
    """Without RateLimit headers the configured number is kept."""
    server = serve(*sales(100), requests_per_window=10**6, window_seconds=WINDOW, reset_as="absent")
    server.behaviour.sends_rate_limits = False
    desk.configure(SETTINGS)
    assert desk.run(*LIVE).status == 0
    asked = [each.at for each in server.request_log.entries if each.route != "auth"]
    assert max(sum(begin <= at < begin + WINDOW for at in asked) for begin in asked) <= LIMIT


@pytest.mark.parametrize(
    ("limit", "remaining", "waits"),
    [("60", "2", False), ("600", "1", False), ("300", "299", False), ("100", "99", True), ("", "1", False),
     ("x", "x", False), ("-1", "0", False), ("0", "0", False)],
)  # fmt: skip
def test_a_limit_of_logins_or_failures_is_not_that_of_requests(
    limit: str, remaining: str, waits: bool
) -> None:
    """Two hundred requests wait for no window unless the quota itself is said to be lower."""

    async def seconds() -> float:
        quota = Quota(300, 60.0, connections=6, longest_pause_seconds=1.0)
        await quota.acquire()
        quota.release({"RateLimit-Limit": limit, "RateLimit-Remaining": remaining})
        return quota.seconds_for(200)

    assert (asyncio.run(seconds()) > 0) == waits


@pytest.mark.parametrize(
    "date",
    ["Thu, 01 Jan 2026 00:00:00 +999999999999999999999", "Fri, 01 Jan 0001 00:00:00 -0000",
     "Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 99 Foo 99999 99:99:99 GMT", ""],
)  # fmt: skip
def test_a_date_off_the_calendar_does_not_matter(date: str) -> None:
    """An epoch is then compared with this machine's clock, or the wait is cut later."""
    wait = reset_seconds({"RateLimit-Reset": "1800000000", "Date": date})
    assert wait is not None
    assert wait >= 0


@pytest.mark.parametrize("text", ["1_000", "１２", "1e3", "-1", "NaN", "300, 300;w=60", "", "9" * 40])
def test_what_is_no_plain_number_is_unknown(text: str) -> None:
    """A wait is not guessed from it."""
    assert reset_seconds({"Retry-After": text}) is None
