"""The example for cron, run for real by /bin/sh with a Python that ends as it is told."""

from __future__ import annotations

import dataclasses
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.cli import exit_status as cli
from tests.given.nightly_examples import STATUSES, jobs, needs_sh


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
        command, _ = jobs()
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


@needs_sh
def test_cron_says_nothing_when_the_day_agrees(night: Callable[..., Night], tmp_path: Path) -> None:
    """It runs in the project's folder, with the secrets, as they are written, and keeps a log of the night."""
    ended = night(cli.CLEAN)
    assert (ended.status, ended.mail) == (cli.CLEAN, "")
    (run,) = ended.runs
    told = f"-m reconcile --date yesterday --source clopos --recheck 3 --out {tmp_path}/lib --no-progress"
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
