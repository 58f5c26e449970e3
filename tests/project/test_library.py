"""The library: the public names, what they load, a result that leaves its process, and a rule from elsewhere."""

from __future__ import annotations

import gc
import gzip
import importlib.util
import io
import json
import pickle
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import reconcile
from reconcile import Result, in_decimals, load_settings, read_evidence, reconcile_day
from reconcile.cli.rules import describe, markdown_table, overview
from reconcile.model import contracts
from reconcile.model.contract import Contract
from reconcile.report import findings_json
from reconcile.rulebook.rule import Rule
from reconcile.rulebook.rules import RULES
from tests.given.places import DEMO, ROOT
from tests.given.running import names_in
from tests.given.workbook_reading import table, written

HEAVY = ("duckdb", "openpyxl", "httpx", "starlette", "portalocker")
LATE = """
\"\"\"Sold in the afternoon.

What it checks: Every sale line, as an example.
Why it matters: It does not.
Example:
    line
    14      <- flagged
Not flagged: Nothing.
What to do: Nothing.
\"\"\"

import numpy as np
from reconcile.rulebook.declaration import Declaration
from reconcile.rulebook.flags import Flags

RULE = Declaration(
    severity="warning", names="line", judges="lines", reads="sold", message="sold {actual}", is_goods=True
)


def judge(lines, thresholds):
    sold = lines["sold"].to_numpy()[:1]
    return Flags(np.arange(len(sold)), expected=sold, actual=sold, value=sold)
"""


@pytest.fixture(scope="module")
def result() -> Result:
    return reconcile_day(read_evidence(DEMO), load_settings())


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ended.stdout.split())


def test_all_names_of_the_library_can_be_imported_and_no_other_is_listed() -> None:
    """`__all__` is what the module lazily gives."""
    assert sorted(reconcile.__all__) == sorted(reconcile._MODULES)
    for name in reconcile.__all__:
        assert getattr(reconcile, name) is not None
    assert set(reconcile.__all__) <= set(dir(reconcile))
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = reconcile.nothing_like_it


def test_importing_the_library_loads_nothing_heavy() -> None:
    """The package alone loads no pandas; its three functions load no workbook, network or lock."""
    assert not loaded_by("import reconcile") & {"pandas", "numpy", *HEAVY}
    loaded = loaded_by("from reconcile import load_settings, read_evidence, reconcile_day")
    assert "pandas" in loaded
    assert not loaded & set(HEAVY)


def test_a_run_that_writes_no_workbook_loads_no_openpyxl(tmp_path: Path) -> None:
    """`--format json-only` writes the JSON alone, beside the books, the same that a workbook comes with."""
    run = "from reconcile.cli.main import main; main(['--quiet', '--date', '2026-01-19', '--source', 'demo'"
    assert "openpyxl" not in loaded_by(f"{run}, '--format', 'json-only', '--out', {str(tmp_path / 'a')!r}])")
    assert "openpyxl" in loaded_by(f"{run}, '--out', {str(tmp_path / 'b')!r}])")
    name = "demo-2026-01-19.json"
    assert names_in(tmp_path / "a") == [name]
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_the_example_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, on the demo's evidence under the name that it gives."""
    code = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    target = tmp_path / "reports" / "2026-01-19.evidence.jsonl.gz"
    target.parent.mkdir()
    with DEMO.open("rb") as lines, gzip.open(target, "wb") as packed:
        shutil.copyfileobj(lines, packed)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(code[0], names)  # noqa: S102  our own README
    assert names["result"].verdict == "DIFFERENCES"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_evidence_is_read_from_a_stream_as_from_its_path(pack: Any, result: Result) -> None:
    """Plain or gzipped; the stream stays open, as it is the caller's."""
    stream = io.BytesIO(pack(DEMO.read_bytes()))
    evidence = read_evidence(stream)
    gc.collect()
    assert not stream.closed
    assert evidence == read_evidence(str(DEMO))
    assert reconcile_day(evidence, load_settings()) == result


def test_a_result_that_was_pickled_is_equal(result: Result) -> None:
    """A day can be judged in another process; one that differs in a cell is another."""
    again = pickle.loads(pickle.dumps(result))  # noqa: S301  our own bytes
    assert again == result
    again.findings.loc[0, "value"] = 1
    assert again != result


def test_without_rules_a_day_is_counted_and_nothing_is_found(result: Result) -> None:
    """The control totals of what was written off stay."""
    bare = reconcile_day(read_evidence(DEMO), load_settings(), ())
    assert (len(bare.findings), len(bare.causes), bare.verdict) == (0, 0, "RECONCILED")
    assert bare.control.value["written_off"] == result.control.value["written_off"]
    assert bare.control.receipts == result.control.receipts


def test_decimals_are_read_by_the_unit_of_each_column(result: Result) -> None:
    """Millionths become decimals, unknown ids and numbers are empty, and the frame itself stays."""
    before = result.operations.copy()
    shown = in_decimals(result.operations)
    quantities = [Decimal(count).scaleb(-6) for count in before["quantity"].tolist()]
    assert shown["quantity"].tolist() == quantities
    assert shown["operation_id"].tolist() == before["operation_id"].tolist()
    pd.testing.assert_frame_equal(result.operations, before)
    value = in_decimals(result.findings[["rule", "value"]])["value"]
    assert [each is None for each in value] == result.findings["value"].isna().tolist()
    json_values = [each["value"] for each in findings_json.finding_records(result.findings)]
    assert [None if each is None else str(each) for each in value] == json_values


def all_contracts() -> list[type[Contract]]:
    found = [
        each for each in vars(contracts).values() if isinstance(each, type) and issubclass(each, Contract)
    ]
    return [each for each in found if each is not Contract]


def test_a_column_means_the_same_in_every_contract() -> None:
    """So that a frame can be read by the names of its columns."""
    units: dict[str, set[str]] = {}
    for contract in all_contracts():
        for name, unit in contract.units().items():
            units.setdefault(name, set()).add(unit)
    assert {name: found for name, found in units.items() if len(found) > 1} == {}


def late_rule(folder: Path) -> Rule:
    path = folder / "late_sale.py"
    path.write_text(LATE.lstrip(), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("late_sale", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Rule.of(module)


def test_a_rule_from_elsewhere_is_in_every_output(tmp_path: Path) -> None:
    """Its file is all that it needs: JSON, control totals, workbook, the list of rules, the README's table."""
    rules = (*RULES, late_rule(tmp_path))
    result = reconcile_day(read_evidence(DEMO), load_settings(), rules)
    report = json.loads(findings_json.render(result))
    (found,) = [each for each in report["findings"] if each["rule"] == "late-sale"]
    assert (found["severity"], found["message"]) == ("warning", f"sold {found['actual']}")
    without = reconcile_day(read_evidence(DEMO), load_settings())
    more = Decimal(report["control"]["value"]["over"]) - Decimal(without.control.value["over"]).scaleb(-6)
    assert more == Decimal(found["value"])
    book = written(result, tmp_path / "day.xlsx")
    assert [row["Rule"] for row in table(book, "Findings") if row["Rule name"] == "late-sale"] == [
        "Sold in the afternoon"
    ]
    assert "late-sale" in overview(rules)
    assert "Sold in the afternoon" in describe("late-sale", rules)
    assert "| `late-sale` | warning | Sold in the afternoon |" in markdown_table(rules)
