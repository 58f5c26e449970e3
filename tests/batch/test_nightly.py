"""The examples for running it every night are held to the program that they run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.cli import exit_status as cli
from reconcile.cli.arguments import build_parser
from reconcile.core.errors import UsageError
from reconcile.settings.environment import Environment
from tests.given.nightly_examples import (
    NIGHTLY,
    STATUSES,
    TASK,
    UNITS,
    after_module,
    in_the_page,
    instruction,
    instructions,
    jobs,
    needs_sh,
    task,
    text,
    values,
)
from tests.given.places import ROOT

COMMANDS: dict[str, Callable[[], list[list[str]]]] = {
    "reconcile.service": lambda: [after_module(each) for each in values(UNITS[0])["Service.ExecStart"]],
    "crontab.example": lambda: [after_module(job) for job in jobs()],
    "Dockerfile": lambda: [json.loads(instruction("CMD"))],
    "compose.yaml": lambda: [
        json.loads(each) for each in re.findall(r"^    command: (.*)$", text("compose.yaml"), re.MULTILINE)
    ],
    "reconcile-task.xml": lambda: [after_module(task("Actions/Exec/Arguments"))],
    "README.md": in_the_page,
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_one_the_program_takes_and_names_its_source(name: str) -> None:
    """A day and `--source clopos`: a missing secret is an error, never a demo report. The close and the overview ask
    for nothing.
    """
    found = COMMANDS[name]()
    assert found
    for arguments in found:
        options = build_parser().parse_args(arguments)
        if options.command in ("close", "overview"):
            assert options.command == "overview" or options.month
            continue
        assert options.source == "clopos"
        assert options.date == "yesterday" or (options.first and options.last)
        assert options.fail_on == "error"
    assert any("yesterday" in arguments for arguments in found)
    assert any("yesterday" in arguments and "3" in arguments for arguments in found), "--recheck 3"


def test_the_crontab_rechecks_five_weeks_on_sundays() -> None:
    """The same job on each day of the week, once."""
    nightly, weekly = jobs()
    assert nightly.replace("--recheck 3 ", "--recheck 35 ") == weekly
    days = [line.split()[4] for line in text("crontab.example").splitlines() if line.startswith("37 ")]
    assert days == ["1-6", "0"]


@needs_sh
def test_the_weekly_unit_is_made_from_the_nightly_one(tmp_path: Path) -> None:
    """By the commands of the page: five weeks, on Sundays, at another time, and nothing else."""
    for name in ("reconcile.service", "reconcile.timer"):
        (tmp_path / name).write_text(text(name), encoding="utf-8")
    for command in re.findall(r"^sed .*-weekly.*$", text("README.md"), re.MULTILINE):
        subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=True)
    made = (tmp_path / "reconcile-weekly.service").read_text(encoding="utf-8")
    assert made == text("reconcile.service").replace("--recheck 3 ", "--recheck 35 ")
    timer = (tmp_path / "reconcile-weekly.timer").read_text(encoding="utf-8")
    assert "OnCalendar=Sun *-*-* 07:30:00" in timer


@pytest.mark.parametrize("name", COMMANDS)
def test_every_example_names_all_credentials(name: str) -> None:
    """The four that the program itself asks for."""
    with pytest.raises(UsageError) as caught:
        Environment({}).credentials()
    needed = set(re.findall(r"CLOPOS_[A-Z_]+", str(caught.value)))
    assert len(needed) == 4
    assert needed <= set(re.findall(r"CLOPOS_[A-Z_]+", text(name)))


def test_the_page_tells_every_exit_status_to_every_scheduler() -> None:
    """One row each, in a table of all four, with nothing left blank and the number that Windows shows."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text("README.md").splitlines()
        if re.match(r"\| (status|\d+:)", line)
    ]
    assert rows[0] == ["status", "systemd", "cron", "container", "Windows", "you"]
    assert sorted(int(row[0].partition(":")[0]) for row in rows[1:]) == sorted(STATUSES)
    for row in rows[1:]:
        assert len(row) == len(rows[0])
        assert all(row)
        assert int(row[4].strip("`"), 16) == int(row[0].partition(":")[0])


def test_the_page_links_to_every_example() -> None:
    """What is in the folder can be found from the page, and nothing else is linked."""
    linked = set(re.findall(r"`\]\(([^)]+)\)", text("README.md")))
    shipped = {path.name for path in NIGHTLY.iterdir()} - {"README.md", "Dockerfile.dockerignore"}
    assert linked == shipped


def test_the_service_tells_success_from_failure_as_the_program_does() -> None:
    """Findings are a success; usage and bugs are not tried again; an incomplete day is."""
    service = values("reconcile.service")
    success = set(service["Service.SuccessExitStatus"][0].split())
    never_again = set(service["Service.RestartPreventExitStatus"][0].split())
    assert success == {str(cli.DIFFERENCES)}
    assert never_again == {str(cli.USAGE), str(cli.BUG)}
    assert service["Service.Restart"] == ["on-failure"]
    assert service["Service.Type"] == ["oneshot"]
    assert service["Unit.OnFailure"] == ["reconcile-failed@%n.service"]


def test_the_service_proves_first_that_python_starts() -> None:
    """Python's own failures end with 1 as well, which would pass for findings."""
    service = values("reconcile.service")
    (proof,), (run,) = service["Service.ExecStartPre"], service["Service.ExecStart"]
    assert proof.split()[0] == run.split()[0]
    with pytest.raises(SystemExit) as end:
        build_parser().parse_args(after_module(proof))
    assert end.value.code == 0


def test_the_service_is_confined_and_keeps_its_reports() -> None:
    """A user of its own, secrets as credentials, the reports in the one folder that it may write."""
    service = values("reconcile.service")
    for credential in service["Service.LoadCredential"]:
        name, _, path = credential.partition(":")
        assert path == f"/etc/reconcile/{name}"
    assert service["Service.User"] == ["reconcile"]
    (run,) = service["Service.ExecStart"]
    options = build_parser().parse_args(after_module(run))
    assert options.out == Path("/var/lib") / service["Service.StateDirectory"][0]
    for key in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "ProtectKernelTunables"):
        assert service[f"Service.{key}"] == ["yes"]
    assert service["Service.ProtectSystem"] == ["strict"]
    assert service["Service.TimeoutStartSec"] == ["4h"]


def test_the_timer_runs_nightly_and_catches_up() -> None:
    """With a random delay, so that not everybody asks the service at once."""
    timer = values("reconcile.timer")
    assert timer["Timer.OnCalendar"] == ["*-*-* 05:30:00"]
    assert timer["Timer.Persistent"] == ["true"]
    assert timer["Timer.RandomizedDelaySec"]
    assert timer["Install.WantedBy"] == ["timers.target"]
    assert "Service.ExecStart" in values("reconcile-failed@.service")


def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    """They are whole; and where systemd is installed, it has nothing to say about them, only about a spoilt one."""
    for name in UNITS:
        assert {each.partition(".")[0] for each in values(name)} <= {"Unit", "Service", "Timer", "Install"}
        assert len(values(name)["Unit.Description"]) == 1
    if shutil.which("systemd-analyze") is None:
        return
    python = tmp_path / "reconcile" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n", encoding="utf-8")
    python.chmod(0o755)
    for name in UNITS:
        moved = text(name).replace("/opt/reconcile", str(tmp_path / "reconcile"))
        (tmp_path / name).write_text(moved, encoding="utf-8")

    def verdict() -> tuple[int, str]:
        command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        mine = [line for line in run.stderr.splitlines() if "reconcile" in line]
        return run.returncode, "\n".join(mine)

    assert verdict() == (0, "")
    python.unlink()
    status, said = verdict()
    assert status != 0
    assert "is not executable" in said


def test_the_image_is_made_from_what_is_there() -> None:
    """Every path that is copied exists, the packages are locked, the program comes as its wheel, no shell runs."""
    copied = [rest.split()[:-1] for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    assert copied
    for source in [each for line in copied for each in line]:
        assert (ROOT / source).exists(), source
        assert f"!{source.rstrip('/')}" in text("Dockerfile.dockerignore").splitlines()
    assert {"reconcile/", "rules/", "fixtures/"} <= {each for line in copied for each in line}
    runs = [json.loads(rest) for name, rest in instructions() if name == "RUN"]
    (install,) = [run for run in runs if "install" in run and "-r" in run]
    assert "--require-hashes" in install
    assert [run[1:2] + run[-1:] for run in runs if run not in (install,)][1:3] == [
        ["wheel", "/source"],
        ["install", "clopos-reconcile"],
    ]
    for name, rest in instructions():
        if name == "FROM":
            assert re.match(r"python:3\.\d+-slim-\w+( AS \w+)?$", rest)


def test_the_image_runs_the_program_and_not_as_root() -> None:
    """As a numbered user, by exec, with the nightly command unless told otherwise."""
    assert json.loads(instruction("ENTRYPOINT")) == ["clopos-reconcile"]
    user, _, group = instruction("USER").partition(":")
    assert int(user) >= 10000
    assert int(group) >= 10000
    assert json.loads(instruction("VOLUME")) == ["/reports"]
    assert json.loads(instruction("CMD")) == COMMANDS["compose.yaml"]()[0]


def test_the_container_is_confined() -> None:
    """Nothing is writable but the reports and /tmp; the secrets are files; it never restarts by itself."""
    lines = [line.strip() for line in text("compose.yaml").splitlines()]
    for line in (
        "read_only: true",
        "cap_drop:",
        "- ALL",
        "- no-new-privileges:true",
        "- /tmp",
        'restart: "no"',
        "- reports:/reports",
        "CREDENTIALS_DIRECTORY: /run/secrets",
    ):
        assert line in lines, line
    for name in ("CLOPOS_CLIENT_ID", "CLOPOS_CLIENT_SECRET", "CLOPOS_BRAND", "CLOPOS_INTEGRATOR_ID"):
        assert f"- {name}" in lines
        assert lines[lines.index(f"{name}:") + 1] == f"file: /etc/reconcile/{name}"
    context, dockerfile = (
        re.findall(rf"^ +{key}: (.+)$", text("compose.yaml"), re.MULTILINE)[0]
        for key in ("context", "dockerfile")
    )
    assert (NIGHTLY / context / dockerfile).samefile(NIGHTLY / "Dockerfile")


def test_the_windows_task_is_well_formed_and_runs_the_program() -> None:
    """Plain ASCII with no declared encoding, which both importers take; daily, and cut off after 4 hours."""
    content = (NIGHTLY / "reconcile-task.xml").read_bytes()
    assert content.isascii()
    assert content.startswith(b'<?xml version="1.0"?>')
    assert ET.fromstring(content).tag == f"{TASK}Task"  # noqa: S314  our own file
    folder = task("Actions/Exec/WorkingDirectory")
    assert task("Actions/Exec/Command") == rf"{folder}\.venv\Scripts\python.exe"
    assert task("Triggers/CalendarTrigger/StartBoundary").endswith("T05:30:00")
    assert task("Triggers/CalendarTrigger/ScheduleByDay/DaysInterval") == "1"
    assert task("Settings/StartWhenAvailable") == "true"
    assert task("Settings/ExecutionTimeLimit") == "PT4H"
    assert task("Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert task("Settings/RestartOnFailure/Interval") == "PT20M"
    assert task("Settings/RestartOnFailure/Count") == "3"


@needs_sh
def test_the_find_of_the_page_deletes_old_reports_and_nothing_else(tmp_path: Path) -> None:
    """Reports past their days go; newer ones, hidden files and other files stay."""
    command = re.findall(r"^find /var/lib/reconcile .*$", text("README.md"), re.MULTILINE)[0]
    days = int(command.partition("-mtime +")[2].split()[0])
    assert f"- m:{days}d" in text("README.md")
    old = time.time() - (days + 2) * 86400
    for name in (
        "2020-01-19.xlsx",
        "2020-01-19-r2.xlsx",
        "2020-01-19.evidence.jsonl.gz",
        ".reconcile.lock",
        "notes",
    ):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (old, old))
    (tmp_path / "2026-01-19.xlsx").touch()
    subprocess.run(["/bin/sh", "-c", command.replace("/var/lib/reconcile", str(tmp_path))], check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".reconcile.lock", "2026-01-19.xlsx", "notes"]
