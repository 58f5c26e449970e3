"""`--metrics FILE`: the figures of a run as Prometheus text, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.sandbox.faults import Fault, html
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, NEXT_DAY, evidence_file, sales
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
SAMPLE = re.compile(r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z_]+="[^"\\\n]*",?)+)\})? (?P<value>-?[0-9.]+)')


def samples(path: Path) -> dict[str, float]:
    """By name and labels. Each family is one block that begins with its HELP and TYPE."""
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    found: dict[str, float] = {}
    blocks = re.split(r"^(?=# HELP )", text, flags=re.MULTILINE)[1:]
    families = [block.split()[2] for block in blocks]
    assert len(set(families)) == len(families)
    for family, block in zip(families, blocks, strict=True):
        about, kind, *lines = block.splitlines()
        assert about.startswith(f"# HELP {family} ")
        assert kind == f"# TYPE {family} gauge"
        assert lines
        for line in lines:
            sample = SAMPLE.fullmatch(line)
            assert sample is not None, line
            assert sample["name"] == family
            found[line.rpartition(" ")[0]] = float(sample["value"])
    return found


def test_the_figures_of_a_day_are_those_of_its_report(desk: Desk, serve: Serve) -> None:
    receipts, operations = sales(3)
    operations[1][0]["quantity"] = 3
    operations[2][0]["quantity"] = "0.5"
    serve(receipts, operations)
    path = desk.home / "textfile" / "reconcile.prom"
    ended = desk.run(*LIVE, "--metrics", str(path))
    report, found = ended.report, samples(path)
    assert ended.status == 1
    own = '{venue=""}'
    assert found[f"reconcile_receipts{own}"] == 3
    for severity in ("error", "warning", "info"):
        count = sum(each["severity"] == severity for each in report["findings"])
        assert found[f'reconcile_findings{{venue="",severity="{severity}"}}'] == count
    for name in ("over", "under"):
        assert found[f"reconcile_{name}{own}"] == float(report["control"]["value"][name]) != 0
    assert found[f"reconcile_requests{own}"] >= 5
    assert found[f"reconcile_duration_seconds{own}"] >= 0
    assert found["reconcile_run_exit_status"] == 1
    assert found[f"reconcile_last_success_timestamp_seconds{own}"] > 1.7e9
    assert [each.name for each in path.parent.iterdir()] == ["reconcile.prom"]


def test_each_venue_has_the_sums_of_its_days(desk: Desk, serve: Serve) -> None:
    receipts, operations = sales(2)
    more, of_more = sales(1, first=10, day=NEXT_DAY)
    receipts[1]["venue_id"] = 2
    serve(receipts + more, operations | of_more)
    path = desk.home / "reconcile.prom"
    days = ("--from", DAY, "--to", NEXT_DAY, "--source", "clopos")
    assert desk.run(*days, "--venue", "1", "--venue", "2", "--metrics", str(path)).status == 0
    found = samples(path)
    assert found['reconcile_receipts{venue="1"}'] == 2
    assert found['reconcile_receipts{venue="2"}'] == 1


EARLIER = """\
# HELP reconcile_last_success_timestamp_seconds of an earlier run
# TYPE reconcile_last_success_timestamp_seconds gauge
reconcile_last_success_timestamp_seconds{venue=""} 1700000000
reconcile_last_success_timestamp_seconds{venue="7"} 1600000000
reconcile_last_success_timestamp_seconds{venue="x"} 1
reconcile_last_success_timestamp_seconds{venue="8"} NaN
reconcile_receipts{venue=""} 12
\udcff
"""


@pytest.mark.parametrize(
    ("arguments", "settings", "status"),
    [
        (LIVE, "[api]\nattempts = 1\n", 3),  # the list is no JSON
        (LIVE, "colour = 'red'\n", 2),
        (("--source", "no/such/file"), "", 2),
    ],
)
def test_a_run_that_fails_keeps_the_last_success(
    desk: Desk, serve: Serve, arguments: tuple[str, ...], settings: str, status: int
) -> None:
    """Of each venue, also where the run ended before it asked anything; figures that it has not are left out."""
    serve(*sales(1)).faults.append(Fault("list", html))
    desk.configure(settings)
    path = desk.home / "reconcile.prom"
    path.write_bytes(EARLIER.encode(errors="surrogateescape"))
    assert desk.run(*arguments, "--metrics", str(path)).status == status
    found = samples(path)
    successes = {name: value for name, value in found.items() if name.startswith("reconcile_last_success")}
    assert successes == {
        'reconcile_last_success_timestamp_seconds{venue=""}': 1.7e9,
        'reconcile_last_success_timestamp_seconds{venue="7"}': 1.6e9,
    }
    assert not any(name.startswith(("reconcile_receipts", "reconcile_over")) for name in found)
    assert found["reconcile_run_exit_status"] == status


def test_an_incomplete_day_is_no_success(desk: Desk) -> None:
    receipts, operations = sales(1)
    operations[1][0]["quantity"] = "x"
    path = desk.home / "reconcile.prom"
    source = str(evidence_file(desk.home / "day.jsonl", receipts, operations))
    assert desk.run("--source", source, "--metrics", str(path)).status == 3
    found = samples(path)
    assert not any(name.startswith("reconcile_last_success") for name in found)
    assert found["reconcile_run_exit_status"] == 3


@pytest.mark.parametrize("name", ["", ".", "folder", "fifo", "file/below"])
def test_a_file_that_cannot_be_written_is_told(desk: Desk, name: str) -> None:
    """2 and one sentence; the day's reports are there where it was found out at the end."""
    (desk.home / "folder").mkdir()
    (desk.home / "file").write_text("kept", encoding="utf-8")
    os.mkfifo(desk.home / "fifo")
    source = str(evidence_file(desk.home / "day.jsonl", *sales(1)))
    ended = desk.run("--source", source, "--metrics", name)
    assert ended.status == 2
    assert ("is not a file" if name != "file/below" else "can't be written") in ended.sentence()
    assert (desk.home / "file").read_text(encoding="utf-8") == "kept"
