"""The days of `fixtures/cases`: what each is expected to give, and how a report differs from that."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from tests.given.places import FIXTURES
from tests.given.running import Desk, Ended

CASES = FIXTURES / "cases"
SAID = ("says", "never_says")
IN_THE_WAY = ("error", "warning")
"""The severities of findings that a case with `only` must list."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One folder; `fixtures/cases/README.md` says what its files hold."""

    folder: Path

    @property
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "expected.json").read_text(encoding="utf-8"))
        return found

    @property
    def why(self) -> str:
        return (self.folder / "why.md").read_text(encoding="utf-8")

    def run(self, desk: Desk) -> Ended:
        """Replay the days before it, as a folder of reports would hold them, and then its own."""
        expected = self.expected
        desk.configure(expected.get("settings", ""))
        desk.folder.mkdir()
        given = ("--quiet", "--format", "json-only", *expected.get("args", ()))
        for path in sorted(self.folder.glob("before/*.evidence.jsonl")):
            kept = desk.folder / f"{path.name}.gz"
            kept.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            desk.run(*given, "--source", str(kept))
        return desk.run(*given, "--source", str(self.folder / "evidence.jsonl"), "--date", expected["date"])

    def wrong(self, ended: Ended) -> list[str]:
        """What the run did otherwise than expected, in a line each; empty where all holds."""
        expected = self.expected
        wrong = []
        if ended.status not in expected["exit"]:
            wrong.append(f"exit status {ended.status}, not {expected['exit']}: {ended.err.strip()}")
        reports = sorted(ended.folder.glob(f"{expected['date']}*.json"))
        if expected.get("no_report"):
            return wrong + [f"{path.name} was written" for path in reports]
        if not reports:
            return [*wrong, f"no report was written: {ended.err.strip()}"]
        report = json.loads(reports[-1].read_bytes())
        return wrong + differences(expected, report)


def all_cases() -> list[Case]:
    """In order of their names."""
    return [Case(path.parent) for path in sorted(CASES.glob("*/expected.json"))]


def differences(expected: Mapping[str, Any], report: Mapping[str, Any]) -> list[str]:
    """Of a report from what is expected of it: findings missing, not wanted, or besides; other values."""
    findings = report["findings"]
    wanted, barred, allowed = (expected.get(name, []) for name in ("must", "must_not", "may"))
    wrong = [
        f"missing: {want}; of that rule: {[_brief(each) for each in findings if each['rule'] == want.get('rule')]}"
        for want in wanted
        if not any(agrees(want, each) for each in findings)
    ]
    wrong += [f"not wanted: {_brief(each)}" for each in findings if any(agrees(bar, each) for bar in barred)]
    if expected.get("only"):
        listed = [*wanted, *allowed]
        wrong += [
            f"besides: {_brief(each)}"
            for each in findings
            if each["severity"] in IN_THE_WAY and not any(agrees(want, each) for want in listed)
        ]
    for path, value in expected.get("report", {}).items():
        found = _at(report, path.split("."))
        if not same(value, found):
            wrong.append(f"{path} is {found!r}, not {value!r}")
    return wrong


def agrees(want: Mapping[str, Any], finding: Mapping[str, Any]) -> bool:
    """Whether a finding has all that is said of it, and in its texts what they must and must not say."""
    text = f"{finding.get('message') or ''} {finding.get('cause') or ''}".casefold()
    return (
        all(part.casefold() in text for part in want.get("says", ()))
        and not any(part.casefold() in text for part in want.get("never_says", ()))
        and all(same(value, finding.get(key)) for key, value in want.items() if key not in SAID)
    )


def same(want: Any, found: Any) -> bool:
    """Whether a value is the one expected, or one of several; numbers are compared as decimals."""
    if isinstance(want, list) and not isinstance(found, list):
        return any(same(each, found) for each in want)
    if want is None or found is None or isinstance(want, bool | list | dict):
        return bool(want == found)
    try:
        return Decimal(str(want)) == Decimal(str(found))
    except InvalidOperation:
        return str(want) == str(found)


def _brief(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding without what is null or a name."""
    left_out = ("id", "product", "stock_id", "storage", "explained_by")
    return {key: value for key, value in finding.items() if value is not None and key not in left_out}


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
