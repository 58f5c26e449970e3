"""The examples for running it every night are held to the program that they run."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile import cli
from reconcile.errors import UsageError
from reconcile.settings import Environment

ROOT = Path(__file__).parent.parent
NIGHTLY = ROOT / "reconcile" / "nightly"
STATUSES = (cli.CLEAN, cli.DIFFERENCES, cli.USAGE, cli.INCOMPLETE, cli.BUG, cli.INTERRUPTED, cli.TERMINATED)
UNITS = ("reconcile.service", "reconcile.timer", "reconcile-failed@.service")
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def text(name: str) -> str:
    return (NIGHTLY / name).read_text(encoding="utf-8")


def values(unit: str) -> dict[str, list[str]]:
    """The keys of a unit file as `Section.Key`, each with all its values; lines that go on are joined."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in text(unit).replace("\\\n", " ").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and line[0] not in "#;":
            key, equals, value = line.partition("=")
            assert equals, f"{unit}: no assignment: {line}"
            assert section, f"{unit}: in no section: {line}"
            found.setdefault(f"{section}.{key}", []).append(value)
    return found


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, in order."""
    joined = text("Dockerfile").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def instruction(name: str) -> str:
    """The last one of that name, which is the one that counts."""
    return [rest for each, rest in instructions() if each == name][-1]


def task(path: str) -> str:
    root = ET.fromstring(text("reconcile-task.xml"))  # noqa: S314  our own file
    found = root.findtext("/".join(f"{TASK}{tag}" for tag in path.split("/")))
    assert found is not None, path
    return found


def jobs() -> list[str]:
    """The crontab's commands, as cron hands them to the shell."""
    lines = [line for line in text("crontab.example").splitlines() if line and not line.startswith("#")]
    entries = [line for line in lines if not re.match(r"\w+=", line)]
    found = []
    for entry in entries:
        *when, command = entry.split(maxsplit=5)
        assert len(when) == 5
        assert all(re.fullmatch(r"[\d*/,-]+", field) for field in when), when
        assert not re.search(r"(?<!\\)%", command), "cron takes a bare % for a new line"
        found.append(command.replace(r"\%", "%"))
    return found


def after_module(command: str) -> list[str]:
    """The arguments that follow `-m reconcile` in a command line."""
    _, _, rest = command.partition("-m reconcile ")
    return shlex.split(re.split(r"[>|;&]", rest)[0], posix=False)


def in_the_page() -> list[list[str]]:
    lines = re.findall(r"-m reconcile [^`\n]*", text("README.md"))
    assert len(lines) >= 2
    return [after_module(line) for line in lines]


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
    """A day and `--source clopos`, so that a missing secret is an error and never a demo report."""
    found = COMMANDS[name]()
    assert found
    for arguments in found:
        options = cli.build_parser().parse_args(arguments)
        assert options.source == "clopos"
        assert options.date == "yesterday" or (options.first and options.last)
        assert options.fail_on == "error"
    assert any("yesterday" in arguments for arguments in found)


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
        cli.build_parser().parse_args(after_module(proof))
    assert end.value.code == 0


def test_the_service_is_confined_and_keeps_its_reports() -> None:
    """A user of its own, secrets as credentials, the reports in the one folder that it may write."""
    service = values("reconcile.service")
    for credential in service["Service.LoadCredential"]:
        name, _, path = credential.partition(":")
        assert path == f"/etc/reconcile/{name}"
    assert service["Service.User"] == ["reconcile"]
    (run,) = service["Service.ExecStart"]
    options = cli.build_parser().parse_args(after_module(run))
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


@dataclasses.dataclass(frozen=True)
class Night:
    """What a cron job did."""

    status: int
    mail: str
    runs: list[str]
    waits: list[str]
    log: str


@pytest.fixture
def night(tmp_path: Path) -> Callable[..., Night]:
    """Runs the cron job with a Python that notes how it was called and ends as it is told."""
    home, tools = tmp_path / "opt", tmp_path / "tools"
    fake = home / ".venv" / "bin" / "python"
    secrets = tmp_path / "reconcile.env"
    moves = {
        "/opt/reconcile": home,
        "/etc/reconcile/reconcile.env": secrets,
        "/var/log/reconcile": tmp_path / "log",
        "/var/lib/reconcile": tmp_path / "lib",
    }
    for folder in (fake.parent, tools, tmp_path / "log"):
        folder.mkdir(parents=True)
    secrets.write_text("CLOPOS_CLIENT_SECRET='a $ecret % of \"mine\"'\n", encoding="utf-8")
    fake.write_text(
        f'#!/bin/sh\necho "$PWD $CLOPOS_CLIENT_SECRET $*" >>{tmp_path}/runs\necho said\necho complained >&2\n'
        f'left=$(cat {tmp_path}/statuses)\necho "${{left#* }}" >{tmp_path}/statuses\nexit ${{left%% *}}\n',
        encoding="utf-8",
    )
    (tools / "sleep").write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/waits\n', encoding="utf-8")
    fake.chmod(0o755)
    (tools / "sleep").chmod(0o755)

    def lines(name: str) -> list[str]:
        path = tmp_path / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def run(*statuses: int) -> Night:
        (tmp_path / "statuses").write_text(" ".join(map(str, statuses)) + " 99", encoding="utf-8")
        (command,) = jobs()
        for there, here in moves.items():
            assert there in command
            command = command.replace(there, str(here))
        ended = subprocess.run(
            ["/bin/sh", "-c", command],
            env={"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(tmp_path), "SHELL": "/bin/sh"},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=30,
            check=False,
        )
        logs = list((tmp_path / "log").glob("*"))
        log = logs[0].read_text(encoding="utf-8") if logs else ""
        assert [path.name for path in logs] in ([], [time.strftime("%Y-%m-%d.log")])
        return Night(ended.returncode, ended.stdout, lines("runs"), lines("waits"), log)

    return run


needs_sh = pytest.mark.skipif(os.name == "nt", reason="cron is not on Windows")


@needs_sh
def test_cron_says_nothing_when_the_day_agrees(night: Callable[..., Night], tmp_path: Path) -> None:
    """It runs in the project's folder, with the secrets, as they are written, and keeps a log of the night."""
    ended = night(cli.CLEAN)
    assert (ended.status, ended.mail) == (cli.CLEAN, "")
    (run,) = ended.runs
    told = f"-m reconcile --date yesterday --source clopos --out {tmp_path}/lib --no-progress"
    assert run == f'{tmp_path}/opt a $ecret % of "mine" {told}'
    assert ended.log == "said\ncomplained\n"


@needs_sh
@pytest.mark.parametrize(
    "status", [status for status in STATUSES if status not in (cli.CLEAN, cli.INCOMPLETE)]
)
def test_cron_mails_what_was_said_and_the_status(night: Callable[..., Night], status: int) -> None:
    """Findings, wrong settings, a bug: one run, one mail."""
    ended = night(status)
    assert ended.status == status
    assert ended.mail == f"reconcile ended with status {status}\nsaid\ncomplained\n"
    assert len(ended.runs) == 1
    assert ended.waits == []


@needs_sh
def test_cron_tries_an_incomplete_day_again(night: Callable[..., Night]) -> None:
    """After 20 minutes; once it is whole, nothing is mailed."""
    ended = night(cli.INCOMPLETE, cli.INCOMPLETE, cli.CLEAN)
    assert (ended.status, ended.mail) == (cli.CLEAN, "")
    assert len(ended.runs) == 3
    assert ended.waits == ["1200", "1200"]


@needs_sh
def test_cron_gives_up_on_an_incomplete_day_and_says_so(night: Callable[..., Night]) -> None:
    """Four runs, an hour in all."""
    ended = night(*[cli.INCOMPLETE] * 9)
    assert ended.status == cli.INCOMPLETE
    assert ended.mail.startswith("reconcile ended with status 3\n")
    assert len(ended.runs) == 4
    assert sum(map(int, ended.waits)) == 3600


@needs_sh
@pytest.mark.parametrize("lost", ["opt", "reconcile.env", "log"])
def test_cron_mails_when_something_it_needs_is_missing(
    night: Callable[..., Night], tmp_path: Path, lost: str
) -> None:
    """No folder, no secrets, nowhere to log: a mail that names it, a status that is no success, and no run."""
    (tmp_path / lost).rename(tmp_path / "away")
    ended = night(cli.CLEAN)
    assert ended.status == cli.USAGE
    assert lost in ended.mail
    assert ended.runs == []


def test_the_image_is_made_from_what_is_there() -> None:
    """Every path that is copied exists, the packages are locked, and nothing goes through a shell."""
    copied = [rest.split()[:-1] for name, rest in instructions() if name == "COPY" and "--from" not in rest]
    assert copied
    for source in [each for line in copied for each in line]:
        assert (ROOT / source).exists(), source
        assert f"!{source.rstrip('/')}" in text("Dockerfile.dockerignore").splitlines()
    assert {"reconcile/", "rules/", "fixtures/"} <= {each for line in copied for each in line}
    runs = [json.loads(rest) for name, rest in instructions() if name == "RUN"]
    (install,) = [run for run in runs if "install" in run and "-r" in run]
    assert "--require-hashes" in install
    for name, rest in instructions():
        if name == "FROM":
            assert re.match(r"python:3\.\d+-slim-\w+( AS \w+)?$", rest)


def test_the_image_runs_the_program_and_not_as_root() -> None:
    """As a numbered user, by exec, with the nightly command unless told otherwise."""
    assert json.loads(instruction("ENTRYPOINT")) == ["python", "-m", "reconcile"]
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
