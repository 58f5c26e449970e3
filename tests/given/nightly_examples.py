"""The examples of `reconcile/nightly`, read as those who run them do."""

from __future__ import annotations

import os
import re
import shlex
import xml.etree.ElementTree as ET

import pytest

from reconcile.cli import exit_status as cli
from reconcile.cli.stopping import INTERRUPTED, TERMINATED
from tests.given.places import ROOT

needs_sh = pytest.mark.skipif(os.name == "nt", reason="cron and its shell are not on Windows")
NIGHTLY = ROOT / "reconcile" / "nightly"
STATUSES = (cli.CLEAN, cli.DIFFERENCES, cli.USAGE, cli.INCOMPLETE, cli.BUG, INTERRUPTED, TERMINATED)
UNITS = (
    "reconcile.service",
    "reconcile.timer",
    "reconcile-failed@.service",
    "reconcile-collect.service",
    "reconcile-collect.timer",
)
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def text(name: str) -> str:
    """An example."""
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
    """What the Windows task says at a path of tags."""
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
    """The arguments of every command that the page names."""
    lines = re.findall(r"-m reconcile [^`\n]*", text("README.md"))
    assert len(lines) >= 2
    return [after_module(line) for line in lines]
