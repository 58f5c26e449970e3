"""Standard output: the result alone, whoever reads it, and an error where it is full."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY, evidence_file, sales, vendors_pair
from tests.given.places import ROOT
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def test_only_the_result_goes_to_standard_output(desk: Desk) -> None:
    """The paths written, one a line; all else to standard error, plain where it is no terminal."""
    sold, written_off = vendors_pair()
    source = str(evidence_file(desk.home / "seed.jsonl", [sold], {1: written_off}))
    ended = desk.run("--source", source)
    assert ended.out.splitlines() == [str(desk.folder / f"{DAY}.{kind}") for kind in ("xlsx", "json")]
    assert "RECONCILED" in ended.err
    assert "\x1b" not in ended.err
    assert "\r" not in ended.err
    quiet = desk.run("--source", source, "--quiet")
    assert (quiet.status, quiet.err) == (0, "")


def test_a_reader_that_goes_away_is_no_error(desk: Desk) -> None:
    """`rules | head` is quiet; and a day whose paths nobody reads still has its status."""
    receipts, _ = sales(1)
    source = str(evidence_file(desk.home / "day.jsonl", receipts, {1: []}))
    for arguments, status in ((["rules"], 0), (["--source", source, "--quiet"], 1)):
        reader, writer = os.pipe()
        os.close(reader)
        ended = subprocess.run(
            [sys.executable, "-m", "reconcile", *arguments],
            stdout=writer, stderr=subprocess.PIPE, text=True, cwd=desk.home, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        os.close(writer)
        assert (ended.returncode, ended.stderr) == (status, "")
    assert Path(desk.home / "reports" / f"{DAY}.json").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_a_full_standard_output_is_told(desk: Desk) -> None:
    """Status 2 and a sentence, no traceback; what was written to the folder is there."""
    source = str(evidence_file(desk.home / "day.jsonl", *sales(1)))
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "reconcile", "--source", source],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=desk.home, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)
    assert "standard output can't be written (No space left on device)" in ended.stderr
    assert (desk.folder / f"{DAY}.json").exists()
