"""The built wheel works from anywhere, the demo included."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.given.places import ROOT


def test_a_wheel_runs_the_demo_from_an_unrelated_folder(tmp_path: Path) -> None:
    """Built, unpacked as an installer would, and run where nothing of the project lies."""
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(tmp_path / "dist"),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run = subprocess.run(
        [sys.executable, "-m", "reconcile", "--date", "2026-01-19"],
        cwd=elsewhere,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stderr
    assert {path.name for path in (elsewhere / "reports").iterdir() if path.suffix in (".xlsx", ".json")} == {
        "demo-2026-01-19.xlsx",
        "demo-2026-01-19.json",
    }
