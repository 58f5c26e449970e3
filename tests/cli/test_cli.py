"""The command: each foreseen end has its status and one clear sentence, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconcile.sandbox.behaviour import Account
from reconcile.sandbox.faults import Fault, html, raw, refusal, slow, truncated
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, evidence_file, sales
from tests.given.faults import wrong_stage
from tests.given.places import ROOT
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--date", "2026-02-30"), "'2026-02-30' is not a date"),
        (("--date", "19.01.2026"), "YYYY-MM-DD"),
        (("--date", "2999-01-01"), "2999-01-01 is in the future"),
        (("--from", "2026-01-20", "--to", "2026-01-19"), "--from 2026-01-20 is after --to 2026-01-19"),
        (("--from", "2026-01-20"), "no day was given"),
        ((), "no day was given"),
        (("--date", DAY, "--to", DAY), "both given"),
        ((*LIVE, "--venue", "0"), "--venue is not a positive whole number: '0'"),
        (("--date", "2026-01-18", "--source", "demo"), "there is no demo of 2026-01-18"),
        (("--date", DAY, "--source", "demo", "--venue", "3"), "--venue is for the live API"),
        (("--date", DAY, "--source", "no/such/file"), "no/such/file can't be read"),
        (("--date", DAY, "--config", "no-such.toml"), "no-such.toml can't be read"),
        (("--date", DAY, "rules"), "'rules' takes no days or venues"),
        (("rules", "cost-drfit"), "there is no rule 'cost-drfit'; the rules are quantity-mismatch"),
    ],
)
def test_wrong_arguments_are_told_apart(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    """Wrong usage ends with 2 and a sentence that says what was wrong."""
    desk.environment = Account().environment()
    ended = desk.run(*arguments)
    assert ended.status == 2
    assert said in ended.sentence()
    assert ended.out == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[api]\nrequests_per_minute = 5\n", ("requests_per_minute", "requests_per_window")),
        (
            "[thresholds]\nlate_minutes = 'an hour'\n",
            ("thresholds.late_minutes", "'an hour'", "a whole number"),
        ),
        ("[thresholds]\ncost_drift_share = -1\n", ("cost_drift_share", "0 to a million")),
        ("[rules]\noff = ['cost-drfit']\n", ("rules.off", "'cost-drfit'", "did you mean 'cost-drift'?")),
        ("[rules.severity]\ncost-drfit = 'info'\n", ("rules.severity", "did you mean 'cost-drift'?")),
        (
            "[rules.severity]\ncost-drift = 'fatal'\n",
            ("rules.severity.cost-drift", "'fatal'", "'error', 'info', 'warning'"),
        ),
        ("timezone = 'Asia/Bakuu'\n", ("timezone", "Asia/Bakuu", "Asia/Baku'")),
        ("currency = 'manat'\n", ("currency", "'manat'", "ISO 4217", "'AZN'")),
        ("colour = 'red'\n", ("colour", "timezone", "thresholds")),
        ("[api\n", ("settings.toml", "not valid TOML")),
    ],
)
def test_wrong_settings_are_named(desk: Desk, settings: str, said: tuple[str, ...]) -> None:
    """A wrong key or value ends with 2, names the key, and says what is allowed."""
    desk.configure(settings)
    ended = desk.run("--date", DAY, "--source", "demo")
    assert ended.status == 2
    assert [word for word in said if word not in ended.sentence()] == []


@pytest.mark.parametrize("missing", ["CLOPOS_CLIENT_SECRET", "CLOPOS_BRAND"])
def test_a_missing_credential_is_named(desk: Desk, missing: str) -> None:
    """Some credentials but not all: status 2, naming the one that is missing, also without --source."""
    desk.environment = {name: value for name, value in Account().environment().items() if name != missing}
    for arguments in (LIVE, ("--date", DAY)):
        ended = desk.run(*arguments)
        assert ended.status == 2
        assert ended.sentence().startswith(f"{missing} not set")


def test_no_credentials_are_an_error_where_the_live_api_was_asked_for(desk: Desk) -> None:
    """A nightly job that says --source clopos never gets a demo report."""
    ended = desk.run(*LIVE)
    assert ended.status == 2
    assert all(name in ended.sentence() for name in Account().environment())
    assert not desk.folder.exists() or ended.names() == []


def test_without_credentials_the_demo_is_shown_loudly(desk: Desk) -> None:
    """`auto` falls back to the demo: a banner on standard error, and files that begin with demo-."""
    ended = desk.run("--date", DAY)
    assert ended.status == 1, ended.err
    assert "DEMO" in ended.err
    assert ended.names() == [f"demo-{DAY}.json", f"demo-{DAY}.xlsx"]
    assert ended.report["demo"] is True


def test_credentials_may_be_files(desk: Desk, serve: Serve) -> None:
    """systemd's way: files named like the variables, in $CREDENTIALS_DIRECTORY."""
    server = serve(*sales(1))
    folder = desk.home / "credentials"
    folder.mkdir()
    for name, value in server.account.environment().items():
        (folder / name).write_text(f"{value}\n", encoding="utf-8")
    desk.environment = {"CREDENTIALS_DIRECTORY": str(folder), "CLOPOS_BASE_URL": server.url}
    assert desk.run("--date", DAY).status == 0


def test_wrong_credentials_are_refused(desk: Desk, serve: Serve) -> None:
    """Refused credentials: status 3, naming the variables to check; the login is not tried again."""
    server = serve(*sales(1))
    ended = desk.run(*LIVE, CLOPOS_CLIENT_SECRET="not the secret")  # noqa: S106
    assert ended.status == 3
    assert "CLOPOS_CLIENT_SECRET" in ended.sentence()
    assert server.request_log.count() == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault("auth", wrong_stage), "integrator_stage_mismatch"),
        (Fault("auth", raw(b'{"success": true}')), "without a token"),
        (Fault("list", refusal(403, "missing_scope")), "receipts:read"),
        (Fault("operations", refusal(403, "missing_scope")), "receipts:read"),
        (Fault("list", refusal(200, "module_off")), "success is false: module_off"),
        (Fault("list", html), "no JSON"),
        (Fault("list", truncated), "no JSON"),
        (Fault("list", raw(b'{"success": true}')), "without its data"),
        (Fault("list", refusal(400, "bad_request")), "400 bad_request"),
        (Fault("list", refusal(504)), "504"),
    ],
)
def test_a_day_that_cannot_be_had_is_no_bug(desk: Desk, serve: Serve, fault: Fault, said: str) -> None:
    """A service that refuses, or whose list is no good: status 3, one sentence, no report."""
    desk.configure("[api]\nattempts = 1\n")
    server = serve(*sales(2))
    server.faults.append(fault)
    ended = desk.run(*LIVE)
    assert ended.status == 3
    assert said in ended.sentence()
    assert not list(desk.folder.glob("*.xlsx"))


def test_plain_http_is_for_loopback_alone(desk: Desk) -> None:
    """Credentials are never sent in the clear: http to another host is refused before anything is sent."""
    desk.environment = Account().environment()
    ended = desk.run(*LIVE, CLOPOS_BASE_URL="http://integrations.example/open-api/v2")
    assert ended.status == 2
    assert "integrations.example" in ended.sentence()
    assert "https" in ended.sentence()


@pytest.mark.parametrize("word", ["today", "yesterday"])
def test_today_is_the_venues_today(desk: Desk, serve: Serve, word: str) -> None:
    """Where the configured zone is a day ahead or behind, so are `today` and `yesterday`."""
    server = serve()
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        desk.configure(f"timezone = '{zone}'\nwindow_days = 0\n")
        day = datetime.now(ZoneInfo(zone)).date() - timedelta(days=word == "yesterday")
        ended = desk.run("--date", word, "--source", "clopos")
        assert ended.status == 0, ended.err
        listed = [each.query for each in server.request_log.entries if each.query.get("sort[0]") == "id"]
        assert listed[-1]["date[0]"] == day.isoformat()


def test_fail_on_chooses_what_counts(desk: Desk) -> None:
    """A warning alone is status 0, or 1 with --fail-on warning; an error is 1, or 0 with never."""
    receipts, operations = sales(1)
    operations[1][0] |= {"before_cost": 5}
    warning = str(evidence_file(desk.home / "warning.jsonl", receipts, operations))
    operations[1][0] |= {"total_cost": 99}
    error = str(evidence_file(desk.home / "error.jsonl", receipts, operations))
    got = {
        (source, level): desk.run("--source", source, *(("--fail-on", level) if level else ())).status
        for source in (warning, error)
        for level in ("", "error", "warning", "never")
    }
    assert [got[warning, level] for level in ("", "error", "warning", "never")] == [0, 0, 1, 0]
    assert [got[error, level] for level in ("", "error", "warning", "never")] == [1, 1, 1, 0]


def test_fail_on_never_hides_no_incomplete_day(desk: Desk) -> None:
    """A record that can't be read is 3, whatever --fail-on says."""
    receipts, operations = sales(1)
    operations[1][0]["quantity"] = "x"
    source = evidence_file(desk.home / "bad.jsonl", receipts, operations)
    ended = desk.run("--source", str(source), "--fail-on", "never")
    assert ended.status == 3
    assert ended.report["quarantine"] == [
        {"record": "operation", "id": 50_001, "receipt_id": 1, "reason": "quantity is not a number: 'x'"}
    ]


def test_evidence_of_another_day_is_wrong_usage(desk: Desk) -> None:
    """--date beside an evidence file must be its day."""
    source = str(evidence_file(desk.home / "day.jsonl", *sales(1)))
    assert desk.run("--source", source, "--date", DAY).status == 0
    ended = desk.run("--source", source, "--date", "2026-01-18")
    assert ended.status == 2
    assert f"evidence of {DAY}, not of 2026-01-18" in ended.sentence()


def test_one_bad_day_of_a_range_does_not_stop_the_others(desk: Desk, serve: Serve) -> None:
    """A day whose list can't be had is named, the next one is reported; the status is the worst."""
    desk.configure("[api]\nattempts = 1\n")
    server = serve(*sales(2, day="2026-01-20"))
    server.faults.append(Fault("list", html, times=1))
    ended = desk.run("--from", DAY, "--to", "2026-01-20", "--source", "clopos")
    assert ended.status == 3
    assert ended.sentence().startswith(f"{DAY}: the list of receipts could not be fetched")
    assert (desk.folder / "2026-01-20.xlsx").exists()


def test_the_second_run_on_a_folder_says_who_holds_it(desk: Desk, serve: Serve) -> None:
    """While one run fetches, another one ends with 3 and names its process; killed, it holds nothing."""
    server = serve(*sales(20))
    server.faults.append(Fault("list", slow(8), times=1))
    process = desk.start(*LIVE)
    desk.wait_until(lambda: server.request_log.count("list") > 0)
    second = desk.run(*LIVE)
    assert second.status == 3
    assert f"process {process.pid}" in second.sentence()
    process.kill()
    desk.finish(process)
    assert desk.run(*LIVE).status == 0


def test_help_teaches() -> None:
    """--help names each variable, each status, and gives examples; it is there at once."""
    ended = subprocess.run(
        [sys.executable, "-m", "reconcile", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    for word in (*Account().environment(), "CLOPOS_VENUE_ID", "CLOPOS_BASE_URL", "--fail-on", "--source"):
        assert word in ended.stdout
    statuses = ended.stdout.partition("exit status:")[2].replace(",", " ").split()
    assert {"0", "1", "2", "3", "70", "130", "143"} <= set(statuses)
    assert "python -m reconcile --date 2026-01-19" in ended.stdout


def test_every_rule_explains_itself(desk: Desk) -> None:
    """`rules` lists them all; `rules NAME` tells one in full."""
    every = desk.run("rules")
    assert every.status == 0
    for name in ("quantity-mismatch", "orphan-operation", "cut-off"):
        assert name in every.out
        one = desk.run("rules", name)
        assert one.status == 0
        assert "What to do" in one.out
