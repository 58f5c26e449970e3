"""Transient errors are retried, permanent ones are not; the token is renewed and the limits are kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from reconcile.sandbox.faults import (
    Fault,
    Responder,
    cut,
    drip,
    html,
    nan,
    raw,
    refusal,
    slow,
    throttled,
    truncated,
)
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import sales
from tests.given.faults import cut_midway
from tests.given.running import LIVE, Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]

TRANSIENT: dict[str, Responder] = {
    "429": refusal(429, "rate_limited", RateLimit_Reset="0"),
    "500": refusal(500, "internal"),
    "502 in HTML": raw(b"<h1>Bad Gateway</h1>", "text/html", 502),
    "503": refusal(503),
    "504 after a while": slow(0.2, refusal(504, "upstream_timeout")),
    "cut before the answer": cut,
    "cut in the body": cut_midway,
    "HTML in a 200": html,
    "JSON that ends early": truncated,
    "NaN": nan,
    "no object": raw(b'["data"]'),
    "nothing": raw(b""),
}


def fetch(desk: Desk, *more: str) -> Ended:
    return desk.run(*LIVE, *more)


def test_transient_errors_are_retried(desk: Desk, serve: Serve) -> None:
    """Login, list, and each kind of trouble once for one receipt: each is asked exactly twice, the day is whole."""
    desk.configure("[api]\nattempts = 2\nconnections = 16\n")
    server = serve(*sales(len(TRANSIENT) + 1))
    server.faults += [Fault("auth", refusal(503), times=1), Fault("list", cut, times=1)]
    for key, answer in enumerate(TRANSIENT.values(), start=1):
        server.faults.append(Fault("operations", answer, times=1, receipt_id=key))
    ended = fetch(desk, "--verbose")
    assert ended.status == 0, ended.err
    assert (server.request_log.count("auth"), server.request_log.count("list")) == (2, 3)
    asked = {what: server.request_log.count("operations", key) for key, what in enumerate(TRANSIENT, start=1)}
    assert asked == dict.fromkeys(TRANSIENT, 2)
    assert server.request_log.count("operations", len(TRANSIENT) + 1) == 1
    assert "retries: none" not in ended.err


def test_permanent_errors_are_not_retried(desk: Desk, serve: Serve) -> None:
    """400, 404, a refusal in a 200: one request, one failure with its reason, and the rest is reported."""
    server = serve(*sales(4))
    server.faults += [
        Fault("operations", refusal(400, "bad_request"), receipt_id=1),
        Fault("operations", refusal(404, "not_found", "Receipt not found"), receipt_id=2),
        Fault("operations", refusal(200, "module_off"), receipt_id=3),
    ]
    ended = fetch(desk)
    assert ended.status == 3
    assert [server.request_log.count("operations", key) for key in (1, 2, 3, 4)] == [1, 1, 1, 1]
    assert ended.report["failures"] == [
        {"receipt_id": 1, "reason": "400 bad_request"},
        {"receipt_id": 2, "reason": "404 not_found"},
        {"receipt_id": 3, "reason": "success is false: module_off"},
    ]
    assert ended.report["complete"] is False
    assert ended.report["control"]["receipts"]["reconciled"] == 1
    assert "INCOMPLETE" in ended.err


def test_a_receipt_that_never_answers_is_a_failure_alone(desk: Desk, serve: Serve) -> None:
    """After all attempts, and as many at the end, the receipt is named with what came last; the others are had."""
    server = serve(*sales(3))
    server.faults.append(Fault("operations", html, receipt_id=2))
    ended = fetch(desk)
    assert ended.status == 3
    assert server.request_log.count("operations", 2) == 2 + 2, (
        "as many attempts as the settings say, and at the end again"
    )
    (failure,) = ended.report["failures"]
    assert failure["receipt_id"] == 2
    assert "no JSON" in failure["reason"]


def test_a_service_that_is_gone_is_not_asked_for_every_receipt(desk: Desk, serve: Serve) -> None:
    """When receipt after receipt gets no answer, the rest are not asked for, and each is named."""
    desk.configure("[api]\nattempts = 1\nconnections = 1\n")
    server = serve(*sales(30))
    server.faults.append(Fault("operations", refusal(504), after=2))
    ended = fetch(desk)
    assert ended.status == 3
    assert server.request_log.count("operations") < 10
    assert len(ended.report["failures"]) == 28
    assert ended.report["control"]["receipts"]["reconciled"] == 2


def test_a_dripping_body_does_not_hold_the_run(desk: Desk, serve: Serve) -> None:
    """A body that comes a byte at a time is given up after a while, though the line is never silent."""
    desk.configure("[api]\nattempts = 2\nread_timeout_seconds = 0.2\n")
    server = serve(*sales(2))
    server.faults.append(Fault("operations", drip(20.0), times=1, receipt_id=1))
    assert fetch(desk).status == 0
    assert server.request_log.count("operations", 1) == 2, "had it been read to its end, once would do"


def test_a_429_is_waited_out(desk: Desk, serve: Serve) -> None:
    """The next try comes no sooner than RateLimit-Reset says; an epoch, garbage or no header does no harm."""
    server = serve(*sales(4), reset_as="absent")
    epoch = str(time.time() + 1)
    shown: list[dict[str, str]] = [
        {"RateLimit_Reset": "1"},
        {"RateLimit_Reset": epoch},
        {"RateLimit_Reset": "soon; NaN", "RateLimit_Limit": "-1", "RateLimit_Remaining": "many"},
        {},
    ]
    for key, headers in enumerate(shown, start=1):
        server.faults.append(Fault("operations", refusal(429, **headers), times=1, receipt_id=key))
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    first, second = (each.at for each in server.request_log.entries if each.receipt_id == 1)
    assert second - first >= int(shown[0]["RateLimit_Reset"])
    assert server.request_log.count("operations") == 8


@pytest.mark.parametrize("hours", [-3, 5])
def test_a_clock_that_jumps_changes_nothing(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    """Set back or forward midway: waits, the token and the quota go by a clock that can't be set."""
    server = serve(
        *sales(40), requests_per_window=60, window_seconds=0.5, token_life_seconds=0.8, time_scale=0.2
    )
    jumped = SimpleNamespace(monotonic=time.monotonic, time=lambda: time.time() + hours * 3600)

    async def jump(_: Request) -> None:
        for module in ("client", "quota"):  # the server's own clock stays as it is
            monkeypatch.setattr(f"reconcile.clopos.{module}.time", jumped)

    server.faults += [
        Fault("operations", jump, after=10, times=1),
        Fault("operations", throttled(1.0, "epoch"), after=20, times=2),
    ]
    desk.configure(
        "[api]\nrequests_per_window = 60\nwindow_seconds = 0.5\nretry_pause_seconds = 0.01\n"
        "run_deadline_minutes = 2\n"  # a wait of hours would end the run incomplete
    )
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert ended.report["control"]["lines"]["matched"] == 40


def test_a_limit_lowered_midway_is_believed(desk: Desk, serve: Serve) -> None:
    """When the service lowers its limit, the run keeps to the new one, and remembers what it has sent."""
    desk.configure("[api]\nrequests_per_window = 100\nwindow_seconds = 0.5\n")
    server = serve(*sales(60), requests_per_window=100, window_seconds=0.5)

    async def lower(_: Request) -> None:
        server.behaviour.requests_per_window = 40

    server.faults.append(Fault("operations", lower, times=1, after=20))
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert server.request_log.statuses[429] == 0


def test_the_limit_of_the_login_is_not_that_of_the_rest(desk: Desk, serve: Serve) -> None:
    """Logging in again midway neither slows the run down nor makes it forget what it has sent."""
    desk.configure("[api]\nrequests_per_window = 60\nwindow_seconds = 0.5\n")
    server = serve(
        *sales(75),
        requests_per_window=60, auth_per_window=12, window_seconds=0.5, token_life_seconds=0.4,
    )  # fmt: skip
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert server.request_log.count("auth") > 1
    assert server.request_log.statuses[429] == 0


@pytest.mark.parametrize(("later", "logins"), [(440, 1), (460, 2)])
def test_a_token_is_renewed_in_the_last_tenth_of_its_life(
    desk: Desk, serve: Serve, monkeypatch: pytest.MonkeyPatch, later: int, logins: int
) -> None:
    """Of 500 seconds, so many pass midway: with less than 50 left, another is asked for."""
    server = serve(*sales(20), token_life_seconds=500)
    aged = SimpleNamespace(monotonic=lambda: time.monotonic() + later, time=time.time)

    async def pass_time(_: Request) -> None:
        monkeypatch.setattr("reconcile.clopos.client.time", aged)

    server.faults.append(Fault("operations", pass_time, after=10, times=1))
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert (server.request_log.count("auth"), server.request_log.statuses[401]) == (logins, 0)


def test_no_more_is_asked_at_once_than_there_are_connections(desk: Desk, serve: Serve) -> None:
    """As many as the settings say, and all of them are used."""
    desk.configure("[api]\nconnections = 2\n")
    server = serve(*sales(12))
    server.faults.append(Fault("operations", slow(0.04)))
    assert fetch(desk).status == 0
    assert server.request_log.max_concurrent == 2


def test_a_token_is_not_kept_waiting_for_the_quota(desk: Desk, serve: Serve) -> None:
    """A request that waits for its turn longer than a token lives goes out with one that lives."""
    desk.configure("[api]\nrequests_per_window = 10\nwindow_seconds = 0.6\n")
    server = serve(*sales(13), token_life_seconds=0.3)
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert server.request_log.count("auth") >= 2


def test_one_401_is_answered_with_a_fresh_token(desk: Desk, serve: Serve) -> None:
    """A token refused once is replaced once, and the run goes on."""
    server = serve(*sales(5))
    server.faults.append(Fault("operations", refusal(401, "unauthorized"), times=1, receipt_id=3))
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert server.request_log.count("auth") == 2
    assert server.request_log.count("operations", 3) == 2


@pytest.mark.parametrize("life", ["1" * 400, '"soon"', "-5", "null", "[]"])
def test_a_token_of_no_sensible_life_is_taken_for_an_hours(desk: Desk, serve: Serve, life: str) -> None:
    """Whatever `expires_in` says, the token is used; should it end early, a 401 says so."""
    server = serve(*sales(3))
    server.faults.append(Fault("operations", refusal(401, "unauthorized"), times=1))
    token = "sandbox-token-of-a-strange-life"  # noqa: S105
    server.accept_token(token)
    server.faults.append(Fault("auth", raw(f'{{"token": "{token}", "expires_in": {life}}}'.encode())))
    ended = fetch(desk)
    assert ended.status == 0, ended.err
    assert server.request_log.count("auth") == 2


def test_a_fresh_token_that_is_refused_ends_the_run(desk: Desk, serve: Serve) -> None:
    """401 whatever the token: status 3 and a sentence, without hammering the login."""
    server = serve(*sales(5))
    server.faults.append(Fault("list", refusal(401, "unauthorized")))
    ended = fetch(desk)
    assert ended.status == 3
    assert "fresh token" in ended.sentence()
    assert (server.request_log.count("auth"), server.request_log.count("list")) == (2, 2)
