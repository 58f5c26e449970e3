"""A monitoring service is asked at the start and end of a run, a webhook gets each day's totals; a run is the same."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.batch import notify
from reconcile.sandbox.faults import Fault, html, slow
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, evidence_file, sales
from tests.given.listener import Listener
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
SECRET = "5c0a1de5-canary-uuid"  # noqa: S105  the id in the address of a made-up check


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(notify, "_TIMEOUT_SECONDS", 0.5)


def day(desk: Desk, written_off: int = 1) -> str:
    """Evidence of one sale; with another number than 1, of a difference."""
    receipts, operations = sales(1)
    if written_off != 1:
        operations[1][0]["quantity"] = written_off
    return str(evidence_file(desk.home / "day.jsonl", receipts, operations))


@pytest.mark.parametrize(
    ("arguments", "settings", "status"),
    [
        (["--source", "{same}"], "", 0),
        (["--source", "{other}"], "", 1),
        (["--source", "{other}", "--fail-on", "never"], "", 0),
        (["--source", "no/such/file"], "", 2),
        (["--source", "{same}"], "colour = 'red'\n", 2),
        ([*LIVE], "", 2),
        ([*LIVE, "--date", "2999-01-01"], "", 2),
    ],
)
def test_the_start_and_the_exit_status_are_pinged(
    desk: Desk, arguments: list[str], settings: str, status: int
) -> None:
    """Also where the settings are wrong or a credential is missing; an address may have a query."""
    source = day(desk, 2 if "{other}" in arguments else 1)
    named = [each.format(same=source, other=source) for each in arguments]
    desk.configure(settings)
    with Listener() as service:
        ended = desk.run(*named, RECONCILE_PING_URL=f"{service.url}/{SECRET}?create=1")
    assert ended.status == status, ended.err
    assert service.asked == [f"/{SECRET}/start?create=1", f"/{SECRET}/{status}?create=1"]
    assert {each.method for each in service.heard} == {"GET"}


def test_a_run_that_is_terminated_pings_that(desk: Desk, serve: Serve) -> None:
    server = serve(*sales(2))
    server.faults.append(Fault("list", slow(8), times=1))
    with Listener() as service:
        process = desk.start(*LIVE, RECONCILE_PING_URL=service.url)
        desk.wait_until(lambda: server.request_log.count("list") > 0)
        process.send_signal(signal.SIGTERM)
        assert desk.finish(process).status == 143
    assert service.asked == ["/start", "/143"]


@pytest.mark.parametrize(
    ("statuses", "requests", "warned"),
    [
        ((200,), 2, False),
        ((503, 429, 200, 200), 4, False),
        ((500,), 4, True),  # three attempts for the start, one for the end
        ((404,), 2, True),
        ((302,), 2, True),
    ],
)
@pytest.mark.parametrize("variable", ["RECONCILE_PING_URL", "RECONCILE_WEBHOOK_URL"])
def test_a_service_that_fails_changes_nothing(
    desk: Desk, variable: str, statuses: tuple[int, ...], requests: int, warned: bool
) -> None:
    """A few attempts where another may succeed, then a warning, without the address; the same status and report."""
    source = day(desk, 2)
    alone = desk.run("--source", source)
    expected = alone.status, alone.out, alone.json_bytes
    with Listener(*statuses) as service:
        ended = desk.run("--source", source, "--verbose", **{variable: f"{service.url}/{SECRET}"})
    assert (ended.status, ended.out, ended.json_bytes) == expected
    assert (f"the address in {variable}" in ended.err) == warned
    assert SECRET not in ended.err
    asked = len(service.heard)
    assert asked == requests if variable == "RECONCILE_PING_URL" else 1 <= asked <= 3


def test_a_service_that_is_gone_or_never_answers_changes_nothing(desk: Desk) -> None:
    source = day(desk)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}/{SECRET}"
    with Listener(pause_seconds=2) as service:
        for url in (gone, service.url, "https://name.invalid/x"):
            ended = desk.run("--source", source, RECONCILE_PING_URL=url, RECONCILE_WEBHOOK_URL=url)
            assert ended.status == 0
            assert ended.err.count("got no request through") == 3
            assert SECRET not in ended.err


@pytest.mark.parametrize("variable", ["RECONCILE_PING_URL", "RECONCILE_WEBHOOK_URL"])
@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("not an address", "is not a web address"),
        (f"ftp://example.com/{SECRET}", "is not a web address"),
        (f"https:///{SECRET}", "is not a web address"),
        (f"https://[::1/{SECRET}", "is not a web address"),
        (f"https://example.com:99999/{SECRET}", "is not a web address"),
        (f"https://exam\u0001ple.com/{SECRET}", "is not a web address"),
        (f"http://example.com/{SECRET}", "plain http"),
        (f"https://user:{SECRET}@example.com/", "user name or password"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_wrong_setting(
    desk: Desk, variable: str, address: str, said: str
) -> None:
    """2 and a sentence that names the variable and not the address, before anything is asked."""
    other = {"RECONCILE_PING_URL", "RECONCILE_WEBHOOK_URL"} - {variable}
    with Listener() as service:
        given = {variable: address, **dict.fromkeys(other, service.url)}
        ended = desk.run("--source", day(desk), **given)
        shown = desk.run("config", **given)
    assert (ended.status, shown.status) == (2, 2)
    for each in (ended, shown):
        assert each.sentence().startswith(variable)
        assert said in each.sentence()
        assert SECRET not in each.err + each.out
    assert service.heard == []


def test_loopback_never_goes_by_a_proxy(desk: Desk) -> None:
    """And no other address by plain http, so a proxy never reads a secret id."""
    source = day(desk)
    with Listener() as proxy, Listener() as service:
        proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), proxy.url)
        ended = desk.run("--source", source, RECONCILE_PING_URL=service.url, no_proxy="", **proxies)
    assert ended.status == 0
    assert proxy.heard == []
    assert service.asked == ["/start", "/0"]


def test_an_address_may_be_a_file_and_is_never_shown(desk: Desk) -> None:
    """In $CREDENTIALS_DIRECTORY, like the secrets; `config` says only that it is set."""
    folder = desk.home / "credentials"
    folder.mkdir()
    with Listener() as service:
        (folder / "RECONCILE_PING_URL").write_text(f"{service.url}/{SECRET}\n", encoding="utf-8")
        shown = desk.run("config", CREDENTIALS_DIRECTORY=str(folder))
        ended = desk.run("--source", day(desk), CREDENTIALS_DIRECTORY=str(folder))
    assert (shown.status, ended.status) == (0, 0)
    assert "RECONCILE_PING_URL    set, from a file" in shown.out
    assert SECRET not in shown.out + ended.err
    assert service.asked == [f"/{SECRET}/start", f"/{SECRET}/0"]


def test_other_commands_ping_nothing(desk: Desk) -> None:
    with Listener() as service:
        for command in ("rules", "config"):
            assert desk.run(command, RECONCILE_PING_URL=service.url).status == 0
    assert service.heard == []


def test_the_webhook_gets_the_totals_of_each_day_that_is_done(desk: Desk, serve: Serve) -> None:
    """Counts and sums alone; nothing for a day that could not be had, nor names, secrets and findings."""
    desk.configure("[api]\nattempts = 1\n")
    receipts, operations = sales(2, day=NEXT_DAY)
    operations[2][0] |= {"quantity": 2, "product": {"id": 31001, "name": "Canary Cola"}}
    server = serve(receipts, operations)
    server.faults.append(Fault("list", html, times=1))
    with Listener() as hook:
        ended = desk.run(
            "--from", DAY, "--to", NEXT_DAY, "--source", "clopos", RECONCILE_WEBHOOK_URL=hook.url
        )
    (heard,) = hook.heard
    assert (ended.status, heard.method, heard.path, heard.kind) == (3, "POST", "/", "application/json")
    told = json.loads(heard.body)
    report = json.loads((Path(desk.folder) / f"{NEXT_DAY}.json").read_bytes())
    counts = {name: sum(each["severity"] == name for each in report["findings"]) for name in told["findings"]}
    assert counts["error"] >= 1
    assert told == {
        "schema_version": 1,
        "date": NEXT_DAY,
        "venue_id": None,
        "demo": False,
        "complete": True,
        "status": 1,
        "findings": counts,
        "control": report["control"],
    }
    for word in (b"Canary", server.account.client_secret.encode(), server.account.brand.encode()):
        assert word not in heard.body
