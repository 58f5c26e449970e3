"""What other rules or settings would say differently, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.given.chains import results_in, small_chain
from tests.given.running import Desk


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evidence of two days; not to be written to."""
    return small_chain(tmp_path_factory.mktemp("chain"), venues=1, days=2)


def rows(text: str) -> dict[str, list[str]]:
    """The table by rule."""
    return {each.split()[0]: each.split()[1:] for each in text.splitlines() if each[:1].islower()}


def test_what_a_rule_that_is_switched_off_said_is_gone_and_nothing_is_written(
    desk: Desk, chain: Path
) -> None:
    out = desk.home / "judged"
    arguments = ("judge", str(chain), "--out", str(out), "--workers", "1")
    desk.run(*arguments, "--workbooks", "none")
    before = results_in(out)

    same = desk.run(*arguments, "--changed-rules")
    assert (same.status, same.out.splitlines()[-2:]) == (
        0,
        ["0 of 2 days would change", "2 days judged, 0 skipped, 0 failed"],
    )
    assert set(rows(same.out)) == {"rule", "goods"}

    gone = b"".join(before[name] for name in before if name.endswith(".json")).count(b'"rule": "cost-drift"')
    desk.configure('[rules]\noff = ["cost-drift"]\nseverity = { missing-write-off = "warning" }\n')
    other = desk.run(*arguments, "--changed-rules")
    assert other.status == 1
    if gone:
        assert rows(other.out)["cost-drift"][:3] == ["0", str(gone), "0"]
    new, lost, changed, was, now = rows(other.out)["missing-write-off"]
    assert (new, lost, was) == ("0", "0", now)
    assert int(changed) > 0
    assert "days would change: 2026-01-0" in other.out or "day would change: 2026-01-0" in other.out
    assert results_in(out) == before
    assert not list(out.glob(".*.part"))


def test_days_without_a_report_are_skipped_and_one_that_is_no_report_is_named(
    desk: Desk, chain: Path
) -> None:
    out = desk.home / "judged"
    out.mkdir()
    (out / "2026-01-01-venue-1.json").write_text('{"findings": 7}')
    ended = desk.run("judge", str(chain), "--out", str(out), "--workers", "1", "--changed-rules")
    assert (ended.status, ended.out) == (2, "0 days judged, 1 skipped, 1 failed\n")
    assert "2026-01-01-venue-1.json is no report that can be compared" in ended.sentence()
