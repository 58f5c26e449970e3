"""The built wheel works from anywhere, the demo included, also beside another distribution's package `rules`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from reconcile.language.catalogues import LANGUAGES
from tests.given.places import ROOT

LIBRARY = """
import pickle
from reconcile import in_decimals, load_settings, read_evidence, reconcile_day
from reconcile.evidence.demo import DEMO_DAY, demo_path
result = reconcile_day(read_evidence(demo_path(DEMO_DAY)), load_settings())
assert pickle.loads(pickle.dumps(result)) == result
print(result.verdict, len(in_decimals(result.findings)), len(result.lines), len(result.operations))
print(result.control.receipts["listed"])
"""


def test_a_wheel_runs_the_demo_and_the_library_from_an_unrelated_folder(tmp_path: Path) -> None:
    """Built, unpacked as an installer would, and run where nothing of the project lies."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "dist")]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        needed = {f"reconcile/{name}" for name in ("py.typed", "rules/py.typed", "schemas/report.json")}
        needed |= {f"reconcile/report/overview/page.{kind}" for kind in ("html", "css", "js")}
        needed |= {f"reconcile/language/catalogues/{code}.mo" for code in LANGUAGES if code != "en"}
        assert needed <= set(archive.namelist())
        scripts = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        assert b"clopos-reconcile = reconcile.__main__:run" in archive.read(scripts)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "site" / "rules").mkdir()  # raises FileExistsError if the wheel has such a package
    (tmp_path / "site" / "rules" / "__init__.py").write_text("raise ImportError('of another distribution')")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path / "site")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=elsewhere,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    ended = run("-m", "reconcile", "--date", "2026-01-19")
    assert ended.returncode == 1, ended.stderr
    assert {path.name for path in (elsewhere / "reports").iterdir() if path.suffix in (".xlsx", ".json")} == {
        "demo-2026-01-19.xlsx",
        "demo-2026-01-19.json",
    }
    assert json.loads(run("-m", "reconcile", "schema", "evidence").stdout)["oneOf"]
    ended = run("-c", LIBRARY)
    assert ended.stdout.startswith("DIFFERENCES "), ended.stderr


def test_in_a_checkout_another_package_named_rules_is_told_from_its_own(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "__init__.py").write_text("raise ImportError('of another distribution')")
    ended = subprocess.run(
        [sys.executable, "-c", "import reconcile.__main__ as program; program.run()", "rules"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"reconcile: error: {tmp_path / 'rules'} is another package named 'rules', not the rules of this program; "
        f"run the command in {ROOT}\n"
    )
