"""Which days are rechecked: by number, venue and evidence, whatever an earlier run or another clock left."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconcile.batch.recheck import DONE_NAME
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store_changes import change_a_count, void_a_line
from tests.given.day_records import DAY
from tests.given.rechecked_days import (
    BEFORE,
    FAST,
    NIGHT,
    asked,
    evidence_of,
    night,
    product,
    rows_of,
    several_days,
)
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]


def test_a_day_without_evidence_is_said_and_not_rechecked(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5, days=BEFORE[2:])
    ended = night(desk, 3)
    assert ended.status == 0, ended.err
    lacking = f"not rechecked, as they have no evidence that can be used: {BEFORE[0]}, {BEFORE[1]}"
    assert lacking in ended.err
    assert Counter(key // 1000 for key in asked(server)) == {3: 1, 4: 5}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b no gzip", b'{"record": "run", "format": 99}\n'])
def test_evidence_that_can_not_be_read_is_said_and_not_rechecked(
    desk: Desk, fetched: Callable[..., CloposServer], content: bytes
) -> None:
    fetched(5)
    evidence_of(desk, BEFORE[1]).write_bytes(content)
    ended = night(desk, 3)
    assert ended.status == 0, ended.err
    assert f"{evidence_of(desk, BEFORE[1])} is not readable evidence" in ended.err
    assert f"no evidence that can be used: {BEFORE[1]}\n" in ended.err
    assert evidence_of(desk, BEFORE[1]).read_bytes() == content


def test_a_range_rechecks_the_days_before_its_first(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(20)
    ended = desk.run("--from", BEFORE[2], "--to", DAY, "--source", "clopos", "--recheck", "2")
    assert ended.status == 0, ended.err
    assert Counter(key // 1000 for key in asked(server)) == {1: 1, 2: 1, 3: 20, 4: 20}
    assert f"total  {BEFORE[2]} to {DAY}, 2 days" in ended.err, "of the days that were asked for"


def test_without_recheck_no_other_day_is_asked_for(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(5)
    assert night(desk, 0).status == 0
    assert min(asked(server)) == 4000


@pytest.mark.parametrize("number", ["-1", "367", "999999999999999999999", "3.5", "x", "", "٣", "1e1", "nan"])
def test_a_number_of_days_that_is_none_is_refused(desk: Desk, number: str) -> None:
    ended = desk.run(*NIGHT, f"--recheck={number}", CLOPOS_CLIENT_ID="x")
    assert ended.status == 2
    assert "give a whole number of days from 0 to 366" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--date", DAY, "--source", "demo"),
        ("--date", DAY),
        ("--source", "some.evidence.jsonl.gz"),
    ],
)
def test_only_the_live_api_can_tell_what_changed(desk: Desk, arguments: tuple[str, ...]) -> None:
    ended = desk.run(*arguments, "--recheck", "3")
    assert ended.status == 2
    assert ended.sentence().startswith("--recheck asks the live API what changed")
    assert not desk.folder.exists()


def test_other_commands_recheck_nothing(desk: Desk) -> None:
    assert desk.run("--recheck", "3", "rules").status == 2


def test_the_earliest_days_are_no_obstacle(desk: Desk, serve: Serve) -> None:
    serve([], {})
    ended = desk.run("--date", "2000-01-01", "--source", "clopos", "--recheck", "3")
    assert ended.status == 0, ended.err


def test_a_clock_that_was_set_back_hides_no_receipt(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """Evidence that says it is from next year is rechecked all the same, and in the same order."""
    server = fetched(20)
    path = evidence_of(desk, BEFORE[2])
    records = read_lines(path)
    records[0]["started_at"] = "2099-01-01T00:00:00Z"
    write_gzip(path, records)
    seen = []
    for _ in range(3):
        server.request_log.entries.clear()
        assert night(desk, 1).status == 0
        seen += [key for key in asked(server) if key < 4000]
    assert seen == [3000, 3001, 3002]


def read_lines(path: Path) -> list[Any]:
    return [json.loads(each) for each in gzip.decompress(path.read_bytes()).splitlines()]


def write_gzip(path: Path, records: list[Any]) -> None:
    path.write_bytes(gzip.compress(b"".join(json.dumps(each).encode() + b"\n" for each in records)))


@pytest.mark.parametrize(
    "left",
    [
        "", "[]", "{}", "null", '{"what": 1, "done": 2}', "\0", "[" * 5000,
        '{"what": {"days": ["2026-01-19", "2026-01-19"], "before": 3, "venues": [0]}, "began": "x", "done": {}}',
        '{"what": {"days": ["2026-01-19", "2026-01-19"], "before": 3, "venues": [0]}, "began": 5, "done": [1]}',
    ],
)  # fmt: skip
def test_whatever_is_left_of_another_run_hides_no_day(
    desk: Desk, fetched: Callable[..., CloposServer], left: str
) -> None:
    server = fetched(5)
    void_a_line(server.store)
    (desk.folder / DONE_NAME).write_text(left, encoding="utf-8")
    ended = night(desk)
    assert ended.status == 1, ended.err
    assert len(rows_of(desk, BEFORE[0])) == 1
    assert DONE_NAME not in ended.names()


def test_an_old_mark_of_what_is_done_is_not_believed(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Of two days ago, of tomorrow, of other days, or of other evidence."""
    server = fetched(5)
    void_a_line(server.store)
    digest = read_evidence(evidence_of(desk, BEFORE[0])).digest
    what = {"days": [DAY, DAY], "before": 3, "venues": [0]}
    now = datetime.now(UTC)
    for number, (began, of, known) in enumerate(
        [
            (now - timedelta(days=2), what, digest),
            (now + timedelta(days=2), what, digest),
            (now, what | {"before": 35}, digest),
            (now, what, "other"),
        ]
    ):
        content = {"what": of, "began": began.isoformat(), "done": {BEFORE[0]: known}}
        (desk.folder / DONE_NAME).write_text(json.dumps(content), encoding="utf-8")
        kept = evidence_of(desk, BEFORE[0]).read_bytes()
        assert night(desk).status == 1, number
        assert len(rows_of(desk, BEFORE[0])) == 1, number
        evidence_of(desk, BEFORE[0]).write_bytes(kept)


def test_what_stands_in_the_way_of_the_mark_is_named(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    fetched(5)
    (desk.folder / DONE_NAME).mkdir()
    ended = night(desk)
    assert ended.status == 2
    assert DONE_NAME in ended.err
    assert "Traceback" not in ended.err


def test_the_metrics_are_of_the_days_that_were_asked_for(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Only requests count for all days."""
    server = fetched(20)
    void_a_line(server.store)
    assert night(desk, 3, "--metrics", str(desk.home / "run.prom")).status == 1
    figures = (desk.home / "run.prom").read_text(encoding="utf-8")
    assert 'reconcile_receipts{venue=""} 20\n' in figures
    assert 'reconcile_findings{venue="",severity="error"} 0\n' in figures
    assert f'reconcile_requests{{venue=""}} {server.request_log.count()}\n' in figures


def test_the_summary_of_a_day_before_is_printed_where_something_changed(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    void_a_line(server.store)
    ended = night(desk, 3, "--summary")
    assert ended.status == 1, ended.err
    told = [day for day in (*BEFORE, DAY) if re.search(rf"^(?!/).*{day}", ended.out, re.MULTILINE)]
    assert told == [BEFORE[0], DAY]


def test_each_venue_is_rechecked_from_its_own_evidence(desk: Desk, serve: Serve) -> None:
    """What changed in one is not said of the other."""
    ours, theirs = several_days(5), several_days(5)
    for each in theirs[0]:
        each |= {"id": each["id"] + 100_000, "venue_id": 2}
        each["receipt_products"][0]["id"] += 100_000
    written_off = {
        key + 100_000: [each | {"id": each["id"] + 100_000, "receipt_id": key + 100_000,
                                "receipt_product_id": each["receipt_product_id"] + 100_000} for each in some]
        for key, some in theirs[1].items()
    }  # fmt: skip
    venues = [{"id": 1, "name": "ours"}, {"id": 2, "name": "theirs"}]
    server = serve(ours[0] + theirs[0], ours[1] | written_off, [product()], venues)
    desk.configure(FAST.replace("1000000", "300"))
    both = ("--source", "clopos", "--venue", "1", "--venue", "2")
    assert desk.run("--from", BEFORE[0], "--to", BEFORE[2], *both).status == 0
    change_a_count(server.store)
    ended = desk.run("--date", DAY, *both, "--recheck", "3")
    assert ended.status == 1, ended.err
    assert rows_of(desk, f"{BEFORE[0]}-venue-1") == [(1000, "count", "1", "2", None)]
    assert rows_of(desk, f"{BEFORE[0]}-venue-2") == []
    assert "rechecking 6 days with 30 receipts" in ended.err
