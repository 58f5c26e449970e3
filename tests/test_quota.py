"""At the wall, never over it: alone, beside another client, and after a kill."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import httpx
import pytest

from reconcile.sandbox.faults import Fault, slow, sometimes
from reconcile.sandbox.server import CloposServer
from tests.day_records import DAY, sales
from tests.running import Desk

Serve = Callable[..., CloposServer]
LIVE = ("--date", DAY, "--source", "clopos")
LIMIT, WINDOW = 60, 0.6
SETTINGS = f"[api]\nrequests_per_window = {LIMIT}\nwindow_seconds = {WINDOW}\nconnections = 4\n"


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_alone_it_is_never_refused(desk: Desk, serve: Serve, share: float) -> None:
    """However unevenly answers come, the service never has to say 429, and most of each window is used."""
    server = serve(*sales(220), requests_per_window=LIMIT, window_seconds=WINDOW)
    server.faults.append(Fault("operations", sometimes(share, slow(0.03))))
    desk.configure(SETTINGS)
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert server.diary.statuses[429] == 0
    assert server.diary.count() <= 1.06 * 220
    asked = [each.at for each in server.diary.asked if each.route != "auth"]
    in_a_window = max(sum(begin <= at < begin + WINDOW for at in asked) for begin in asked)
    assert 0.9 * LIMIT <= in_a_window <= LIMIT


def test_beside_another_client_it_gives_way(desk: Desk, serve: Serve) -> None:
    """Another program of the brand uses a third of the quota: hardly a 429 for us, and the day is whole."""
    server = serve(*sales(150), requests_per_window=LIMIT, window_seconds=WINDOW)
    desk.configure(SETTINGS)
    login = {name[7:].lower(): value for name, value in server.account.environment().items()}
    ends = threading.Event()

    def ask_now_and_then() -> None:
        with httpx.Client(headers={"user-agent": "another"}) as http:
            token = http.post(f"{server.url}/auth", json=login).json()["token"]
            while not ends.wait(WINDOW / (LIMIT / 3)):
                http.get(f"{server.url}/receipts/1", headers={"x-token": token})

    other = threading.Thread(target=ask_now_and_then)
    other.start()
    try:
        ended = desk.run(*LIVE)
    finally:
        ends.set()
        other.join()
    assert ended.status == 0, ended.err
    ours = [each.at for each in server.diary.asked if each.headers["user-agent"] != "another"]
    windows = (ours[-1] - ours[0]) / WINDOW
    refused = re.search(r"(\d+) for 429", ended.err)
    assert int(refused[1] if refused else 0) <= windows


def test_a_service_that_says_nothing_of_its_limit_is_asked_within_the_settings(
    desk: Desk, serve: Serve
) -> None:
    """Without RateLimit headers the configured number is kept."""
    server = serve(*sales(100), requests_per_window=10**6, window_seconds=WINDOW, reset_as="absent")
    server.behaviour.states_limits = False
    desk.configure(SETTINGS)
    assert desk.run(*LIVE).status == 0
    asked = [each.at for each in server.diary.asked if each.route != "auth"]
    assert max(sum(begin <= at < begin + WINDOW for at in asked) for begin in asked) <= LIMIT
