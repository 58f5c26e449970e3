"""`doctor` against the sandbox, in the states of a first contact."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconcile.batch.folder import locked_folder
from reconcile.doctor.checks import NAMES, Report
from reconcile.doctor.checks import warn as warned
from reconcile.sandbox.behaviour import Account
from reconcile.sandbox.faults import Fault, RouteName, raw, refusal
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import Raw, line, operation, receipt
from tests.given.running import HURRY, Desk, Ended

Serve = Callable[..., CloposServer]
BAKU = ZoneInfo("Asia/Baku")
IN_BAKU = f'timezone = "Asia/Baku"\n{HURRY}'
CANARY = "Canary Quliyeva"
PRICE = 7654321


def sold(hours_ago: float, count: int = 3) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """Receipts of a venue in Baku, the last of them closed so many hours ago; a person's name in each."""
    closed = [datetime.now(BAKU) - timedelta(hours=hours_ago, minutes=number) for number in range(count)]
    receipts, operations = [], {}
    for key, at in enumerate(reversed(closed), start=1):
        time, day = f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%d}"
        sale = line(100 + key, price=PRICE, name=CANARY)
        stamps = {"created_at": time, "updated_at": time, "closed_at": time}
        receipts.append(receipt(key, [sale], day=day, customer_name=CANARY, total=PRICE, **stamps))
        operations[key] = [operation(500 + key, key, 100 + key, left=900 - key, operated_at=time)]
    return receipts, operations


def doctor(desk: Desk, *given: str, **environment: str) -> tuple[Ended, dict[str, dict[str, str]]]:
    """Run it with `--json` and as text; both must say the same. Returns the text's run and the checks by name."""
    shared = ("--out", str(desk.folder), "--config", str(desk.config), *given)
    json_run = desk.run("doctor", "--json", *shared, **environment)
    ended = desk.run("doctor", *shared, **environment)
    report = json.loads(json_run.out)
    assert list(report) == ["schema_version", "status", "requests", "checks"]
    assert (report["schema_version"], report["status"]) == (1, json_run.status)
    assert report["requests"] <= 8
    assert json_run.status == ended.status
    assert [check["name"] for check in report["checks"]] == list(NAMES)
    lines = ended.out.splitlines()
    assert len(lines) == len(NAMES) + 1
    for check, said in zip(report["checks"], lines, strict=False):
        assert said.startswith(f"{check['status'].upper():<9}{check['name']}")
        assert bool(check["todo"]) == (check["status"] in ("warn", "fail")) == ("To do: " in said)
    assert "Traceback" not in ended.err + json_run.err
    for canary in (
        CANARY,
        str(PRICE),
        "sandbox-client",
        "sandbox-secret",
        "sandbox-integrator",
        "sandbox-token",
    ):
        assert canary not in ended.out + ended.err + json_run.out + json_run.err
    return ended, {check["name"]: check for check in report["checks"]}


def statuses(checks: dict[str, dict[str, str]]) -> dict[str, str]:
    """By name, the checks that are not well."""
    return {name: check["status"] for name, check in checks.items() if check["status"] != "ok"}


@pytest.fixture(autouse=True)
def _zone(desk: Desk) -> None:
    desk.configure(IN_BAKU)


def test_all_is_well(desk: Desk, serve: Serve) -> None:
    server = serve(*sold(0.1))
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {})
    assert "brand 'sandbox', 1 venue: 1 'Sandbox'" in checks["venues"]["message"]
    assert "3 in the last 31 days" in checks["receipts"]["message"]
    assert "1 line (1 matched), 1 operation" in checks["stock-operations"]["message"]
    assert "300 a minute (requests of this integrator and brand)" in checks["quota"]["message"]
    assert "CLOPOS_CLIENT_SECRET" in checks["credentials"]["message"]
    assert server.request_log.count() == 12, "six a run"


def test_without_credentials_it_says_where_to_get_them(desk: Desk) -> None:
    ended, checks = doctor(desk)
    assert ended.status == 2
    found = statuses(checks)
    assert found.pop("credentials") == "fail"
    assert set(found.values()) == {"skipped"}
    assert set(found) == set(NAMES) - {"credentials", "output"}
    assert checks["login"]["message"] == "skipped after credentials"
    for word in ("Add-ons → Open API", "staff user", "role", "integrator id comes from the vendor"):
        assert word in checks["credentials"]["todo"]


def test_a_wrong_secret(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    ended, checks = doctor(desk, **{"CLOPOS_CLIENT_SECRET": "wrong-but-secret-too"})
    assert (ended.status, checks["login"]["status"], checks["address"]["status"]) == (3, "fail", "ok")
    assert checks["venues"]["message"] == "skipped after login"
    assert "wrong-but-secret-too" not in ended.out + ended.err


@pytest.mark.parametrize("status", [401, 403])
def test_no_scope(desk: Desk, serve: Serve, status: int) -> None:
    """A 401 costs a new login, so the requests are counted on the server too."""
    server = serve(*sold(0.1), scopes=frozenset())
    server.faults += [Fault(route, refusal(status, "no_permission")) for route in ("list", "products")]
    if status == 401:
        server.behaviour.scopes = frozenset({"receipts:read", "products:read"})
    ended, checks = doctor(desk)
    assert ended.status == 3
    assert (checks["receipts"]["status"], checks["products"]["status"]) == ("fail", "warn")
    assert checks["stock-operations"]["message"] == "skipped after receipts"
    assert "receipts:read" in checks["receipts"]["todo"]
    assert server.request_log.count() <= 16, "of two runs"


def test_no_scope_for_products_is_a_warning(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1), scopes=frozenset({"receipts:read"}))
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {"products": "warn"})
    assert "products:read" in checks["products"]["todo"]


def test_another_time_zone(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    desk.configure(f'timezone = "America/New_York"\n{HURRY}')
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (2, {"time-zone": "fail"})
    assert "the venue is at UTC+04:00 or further east" in checks["time-zone"]["message"]


def test_no_time_zone_is_a_warning(desk: Desk, serve: Serve) -> None:
    serve(*sold(48))
    desk.configure(HURRY)
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {"time-zone": "warn"})


def test_no_receipt_for_a_month(desk: Desk, serve: Serve) -> None:
    serve(*sold(24 * 40))
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {"receipts": "warn"})
    assert "none in the last 31 days" in checks["receipts"]["message"]
    assert checks["stock-operations"]["status"] == "ok"


def test_the_service_is_down(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ended, checks = doctor(desk, **Account().environment(), CLOPOS_BASE_URL=f"http://127.0.0.1:{port}")
    assert (ended.status, checks["address"]["status"]) == (3, "fail")
    assert checks["login"]["message"] == "skipped after address"


def test_a_service_that_answers_503(desk: Desk, serve: Serve) -> None:
    server = serve(*sold(0.1))
    server.faults.append(Fault(None, refusal(503, "maintenance")))
    ended, checks = doctor(desk)
    assert (ended.status, checks["address"]["status"], checks["login"]["status"]) == (3, "ok", "fail")


def test_answers_that_fail_now_and_then_never_cost_more_than_eight_requests(desk: Desk, serve: Serve) -> None:
    server = serve(*sold(0.1))
    server.faults.append(Fault(None, refusal(504), every=2))
    doctor(desk)
    assert server.request_log.count() <= 16


@pytest.fixture
def _tls(tmp_path: Path) -> Iterator[str]:
    """A server with a certificate that nobody signed."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

    threading.Thread(target=answer, daemon=True).start()
    yield f"https://localhost:{server.getsockname()[1]}"
    server.close()


def test_tls_is_refused(desk: Desk, _tls: str) -> None:
    ended, checks = doctor(desk, **Account().environment(), CLOPOS_BASE_URL=_tls)
    assert (ended.status, checks["address"]["status"]) == (3, "fail")
    assert "its certificate is not trusted" in checks["address"]["message"]


def test_an_output_folder_that_is_no_folder(desk: Desk, serve: Serve) -> None:
    """Root may write to a read-only folder: a file in its place, or a file system of the kernel, is refused to all."""
    serve(*sold(0.1))
    desk.folder.write_text("no folder")
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (2, {"output": "fail"})


def test_an_output_folder_that_is_read_only(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    desk.folder = Path("/proc/self")
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (2, {"output": "fail"})


def test_an_output_folder_that_is_not_there_yet_is_not_made(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    doctor(desk)
    assert not desk.folder.exists()


@pytest.mark.parametrize("value", ["example.com", "http://example.com", "https://u:p@example.com"])
def test_an_address_that_is_none(desk: Desk, value: str) -> None:
    ended, checks = doctor(desk, **Account().environment(), CLOPOS_BASE_URL=value)
    assert (ended.status, checks["address"]["status"]) == (2, "fail")


def test_a_venue_of_the_settings_that_the_brand_does_not_have(desk: Desk, serve: Serve) -> None:
    server = serve(*sold(0.1))
    server.store.venues = [{"id": 1, "name": "\x1b[31mred\u202e", "is_main": True}]
    ended, checks = doctor(desk, CLOPOS_VENUE_ID="9")
    assert (ended.status, checks["venues"]["status"]) == (2, "fail")
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


@pytest.mark.parametrize("behind", [600, -600])
def test_a_clock_that_differs(desk: Desk, serve: Serve, behind: int) -> None:
    server = serve(*sold(0.1))
    unix = int(datetime.now(UTC).timestamp()) + behind
    body = json.dumps({"data": [], "total": 0, "unix": unix, "timestamp": "x", "sorts": []}).encode()
    server.faults.append(Fault("products", raw(body)))
    _, checks = doctor(desk)
    assert checks["clock"]["status"] == "warn"
    assert "10 minutes" in checks["clock"]["message"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda receipts, _: receipts[0].pop("shift_date"), "receipt.shift_date missing in 1 of 3"),
        (lambda receipts, _: receipts[0].update(status=CANARY), "receipt.status of another kind in 1 of 3"),
        (lambda receipts, _: receipts[0].update(updated_at=CANARY), "receipt.updated_at of another kind in 1 of 3"),
        (lambda receipts, _: receipts[0]["receipt_products"][0].pop("price"), "line.price missing in 1 of 3"),
        (lambda _, operations: operations[3][0].update(cost=CANARY), "operation.cost of another kind in 1 of 1"),
    ],
    ids=["no_day", "status_text", "time_text", "no_price", "cost_text"],
)  # fmt: skip
def test_what_was_not_expected_is_named_by_field(
    desk: Desk, serve: Serve, change: Callable[[Any, Any], Any], named: str
) -> None:
    receipts, operations = sold(0.1)
    change(receipts, operations)
    serve(receipts, operations)
    ended, checks = doctor(desk)
    assert ended.status == 0
    assert named in checks["answers"]["message"]


def test_a_receipt_without_lines_in_the_list_is_asked_for_by_id(desk: Desk, serve: Serve) -> None:
    server = serve(*sold(0.1), lists_lines=False)
    _, checks = doctor(desk)
    assert "1 line (1 matched)" in checks["stock-operations"]["message"]
    assert server.request_log.count() <= 16


def test_a_sort_that_is_refused(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1), sorts=("id",))
    ended, checks = doctor(desk)
    assert (ended.status, checks["receipts"]["status"]) == (0, "warn")


def test_a_difference_is_named_by_its_rule(desk: Desk, serve: Serve) -> None:
    receipts, operations = sold(0.1)
    operations[3][0]["quantity"] = 2
    serve(receipts, operations)
    _, checks = doctor(desk)
    assert "quantity-mismatch" in checks["stock-operations"]["message"]


@pytest.mark.parametrize(
    "rows", [[None], ["x"], [[]], [{}], [5, {"id": {}}], [{"id": 1, "closed_at": "x"}]], ids=str
)
@pytest.mark.parametrize("route", ["venues", "list", "operations", "products"])
def test_an_answer_of_garbage_is_told_and_ends_nothing(
    desk: Desk, serve: Serve, route: RouteName, rows: list[Any]
) -> None:
    server = serve(*sold(0.1))
    server.faults.append(Fault(route, raw(json.dumps({"data": rows, "total": "x", "unix": CANARY}).encode())))
    _, checks = doctor(desk)
    assert "warn" in statuses(checks).values()


def test_an_old_receipt_whose_times_are_no_times_shows_none_of_them(desk: Desk, serve: Serve) -> None:
    receipts, operations = sold(24 * 40)
    for each in receipts:
        each |= {"created_at": f"2026-01-0 {CANARY}", "shift_date": CANARY, "closed_at": CANARY}
    serve(receipts, operations)
    ended, checks = doctor(desk)
    assert (ended.status, checks["receipts"]["status"]) == (0, "warn")
    assert "Canary" not in ended.out


def test_another_run_holds_the_folder(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    with locked_folder(desk.folder):
        ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {"output": "warn"})


def test_a_service_without_limits_in_its_headers(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1), sends_rate_limits=False)
    ended, checks = doctor(desk)
    assert (ended.status, statuses(checks)) == (0, {"quota": "warn"})


def test_credentials_from_files_are_told_from_those_of_the_environment(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    (desk.home / "CLOPOS_CLIENT_SECRET").write_text(desk.environment.pop("CLOPOS_CLIENT_SECRET"))
    ended, checks = doctor(desk, CREDENTIALS_DIRECTORY=str(desk.home))
    assert ended.status == 0
    assert (
        "CLOPOS_CLIENT_SECRET set from a file in $CREDENTIALS_DIRECTORY" in checks["credentials"]["message"]
    )


def test_it_tells_how_long_last_night_would_take(desk: Desk, serve: Serve) -> None:
    noon = datetime.now(BAKU).replace(hour=12, minute=0) - timedelta(days=1)
    serve(*sold((datetime.now(BAKU) - noon) / timedelta(hours=1), count=90), requests_per_window=50)
    _, checks = doctor(desk)
    assert "yesterday's 90 receipts take about 2 minutes" in checks["quota"]["message"]


def test_a_misspelt_variable_is_named(desk: Desk, serve: Serve) -> None:
    serve(*sold(0.1))
    ended, checks = doctor(desk, CLOPOS_VENUE="3")
    assert (ended.status, statuses(checks)) == (0, {"credentials": "warn"})
    assert "did you mean 'CLOPOS_VENUE_ID'" in checks["credentials"]["message"]


def test_secrets_are_hidden_wherever_they_come_from() -> None:
    checks = [warned(name, "the name is top-secret\x07", "ask top-secret") for name in NAMES]
    report = Report.of(checks, 1, ["top-secret"])
    assert "top-secret" not in report.as_text() + report.as_json()
    assert "\x07" not in report.as_text()


def test_help_names_it(desk: Desk) -> None:
    assert "doctor" in desk.run("--help").out
