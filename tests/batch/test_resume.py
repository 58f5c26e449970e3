"""A run that was killed goes on from its evidence: nothing that is held is asked for again."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconcile.evidence.privacy import kept_receipt
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.faults import Fault, refusal, slow
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store import Store
from tests.given.broken_evidence import broken_evidence
from tests.given.day_records import DAY, Raw, line, operation, receipt, run_record, sales, write_records
from tests.given.examples import is_thorough
from tests.given.running import LIVE, Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
FILES = [f"{DAY}.evidence.jsonl.gz", f"{DAY}.json", f"{DAY}.xlsx"]


def running(desk: Desk) -> Path:
    return desk.folder / f"{DAY}.evidence.jsonl"


def just_begun() -> Raw:
    """The first line of a run that began a minute ago."""
    return run_record(started_at=(datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="seconds"))


def eighty_sales() -> tuple[list[Raw], dict[int, list[Raw]]]:
    """A day with one difference."""
    receipts, operations = sales(80)
    operations[7][0]["quantity"] = 2
    return receipts, operations


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The JSON of a run over that day that nobody stopped."""
    desk = Desk(tmp_path_factory.mktemp("undisturbed"))
    with CloposServer(Store(*eighty_sales())) as server:
        desk.environment = server.environment()
        return desk.run(*LIVE).json_bytes


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_stopped_midway_goes_on_where_it_stopped(
    desk: Desk, serve: Serve, how: signal.Signals, undisturbed: bytes
) -> None:
    """Killed or asked to end, then run again: the same bytes as an undisturbed run, and hardly a request more."""
    server = serve(*eighty_sales())
    server.faults.append(Fault("operations", slow(0.02)))
    process = desk.start(*LIVE)
    desk.wait_until(lambda: server.request_log.count("operations") >= 40)
    process.send_signal(how)
    stopped = desk.finish(process)
    expected = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
    assert stopped.status == expected[how], stopped.err
    assert "Traceback" not in stopped.err
    assert stopped.names() == [running(desk).name]
    with running(desk).open("ab") as stream:
        stream.write(b'{"record": "operations", "receipt_id": 80, "as_of": "2026-01-19 15:0')  # torn

    server.faults.clear()
    ended = desk.run(*LIVE)
    assert ended.status == 1, ended.err
    assert "held from an earlier run" in ended.err
    assert ended.names() == FILES, "the running file is gone, and no half file is left"
    assert ended.json_bytes == undisturbed
    times = Counter(each.receipt_id for each in server.request_log.entries if each.route == "operations")
    assert len(times) == 80
    assert sum(times.values()) <= 80 + 8, "at most what was under way is asked for twice"


def test_in_the_background_sigterm_stops_it_and_ctrl_c_does_not(desk: Desk, serve: Serve) -> None:
    """A script's `reconcile &` ignores Ctrl-C, and so does the run; SIGTERM ends it all the same."""
    server = serve(*eighty_sales())
    server.faults.append(Fault("operations", slow(0.02)))
    process = desk.start(*LIVE, in_background=True)
    desk.wait_until(lambda: server.request_log.count("operations") >= 10)
    process.send_signal(signal.SIGINT)
    desk.wait_until(lambda: server.request_log.count("operations") >= 40)
    process.send_signal(signal.SIGTERM)
    stopped = desk.finish(process)
    assert (stopped.status, "Traceback" in stopped.err) == (143, False), stopped.err
    assert stopped.names() == [running(desk).name]


def test_only_what_is_not_held_is_asked_for(desk: Desk, serve: Serve) -> None:
    """A receipt whose operations are held is let be, unless it was updated since; a torn line holds nothing."""
    receipts, operations = sales(5)
    server = serve(receipts, operations)
    desk.folder.mkdir()
    held = [
        {
            "record": "operations",
            "receipt_id": key,
            "as_of": each["updated_at"],
            "operations": operations[key],
        }
        for key, each in zip((1, 2, 3), receipts, strict=False)
    ]
    listed = [{"record": "receipt", "asked": "list", "receipt": kept_receipt(each)} for each in receipts]
    write_records(running(desk), [just_begun(), *listed, *held])
    with running(desk).open("ab") as stream:
        stream.write(b'{"record": "operations", "receipt_id": 4, "oper')
    receipts[1]["updated_at"] = f"{DAY} 18:00:00"
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    asked = sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
    assert asked == [2, 4, 5]
    evidence = read_evidence(ended.evidence)
    assert sorted(evidence.operations) == [1, 2, 3, 4, 5]
    assert evidence.finished_at


def test_a_receipt_changed_since_is_judged_as_it_is_now(desk: Desk, serve: Serve) -> None:
    """What was held of a receipt, by id even, gives way to a later version of it."""
    desk.folder.mkdir()
    before = receipt(1, [line(14, count=1)])
    now = receipt(1, [line(14, count=2)], updated_at=f"{DAY} 18:00:00")
    records = [
        just_begun(),
        {"record": "receipt", "asked": "list", "receipt": before},
        {"record": "receipt", "asked": "id", "receipt": before},
        {
            "record": "operations",
            "receipt_id": 1,
            "as_of": before["updated_at"],
            "operations": [operation(1, 1, 14)],
        },
    ]
    write_records(running(desk), records)
    serve([now], {1: [operation(1, 1, 14, quantity=2)]})
    ended = desk.run(*LIVE)
    assert (ended.status, ended.found_rules) == (0, [])


@pytest.mark.parametrize(
    "left",
    [
        b"",
        b"no evidence at all\n",
        b'{"record": "run", "format": 99}\n',
        b'{"record": "run", "format": 1, "source": "clopos", "date": "2026-01-18", "venue_id": null, '
        b'"window_days": 1}\n{"record": "operations", "receipt_id": 1, "operations": []}\n',
    ],
    ids=["empty", "garbage", "a later format", "another day"],
)
def test_what_another_job_left_is_not_gone_on_from(desk: Desk, serve: Serve, left: bytes) -> None:
    """A running file that is not of this job, or is none, is begun anew."""
    server = serve(*sales(2))
    desk.folder.mkdir()
    running(desk).write_bytes(left)
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert server.request_log.count("operations") == 2
    assert read_evidence(ended.evidence).header.date.isoformat() == DAY


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_whatever_stands_where_evidence_should_does_no_harm(desk: Desk, serve: Serve, ending: str) -> None:
    """Cut, flipped, empty or something else, of a run under way or of a finished one: the day is fetched anew."""
    server = serve(*sales(4))
    desk.folder.mkdir()
    kinds = list(broken_evidence(desk.home).items())
    for name, content in kinds if is_thorough() else kinds[bool(ending) :: 2]:
        Path(f"{running(desk)}{ending}").write_bytes(content)
        server.request_log.entries.clear()
        ended = desk.run(*LIVE)
        assert ended.status == 0, (name, ended.err)
        assert server.request_log.count("operations") == 4
        assert ended.names() == FILES


def test_a_service_that_shuts_midway_costs_nothing_that_was_had(desk: Desk, serve: Serve) -> None:
    """Refused midway, the run ends with 3 and keeps its evidence; the next one asks for the rest alone."""
    desk.configure("[api]\nconnections = 1\n")
    server = serve(*sales(16))
    server.faults.append(Fault("operations", refusal(403, "missing_scope"), after=6))
    stopped = desk.run(*LIVE)
    assert stopped.status == 3
    assert stopped.names() == [running(desk).name]
    server.faults.clear()
    server.request_log.entries.clear()
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    assert server.request_log.count("operations") == 10
    assert ended.names() == FILES


def test_a_doubt_about_the_list_ends_with_the_list(desk: Desk, serve: Serve) -> None:
    """A list that was not whole when the run was cut off, and is whole now, leaves nothing incomplete."""
    server = serve(*sales(16), total_offset=1)
    server.faults.append(Fault("operations", refusal(403, "missing_scope"), after=2))
    assert desk.run(*LIVE).status == 3
    server.behaviour.total_offset = 0
    server.faults.clear()
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["failures"]) == (0, [])


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("size", [12, 120])
def test_a_run_that_goes_on_compares_the_receipts_not_their_number(
    desk: Desk, serve: Serve, killed: bool, size: int
) -> None:
    """One receipt left the list, and one came that was updated before all others: the number is as it was."""
    receipts, operations = sales(size + 1, first=100)
    for place, each in enumerate(receipts):
        each["updated_at"] = f"{DAY} 16:{place // 60:02}:{place % 60:02}"
    late = receipts.pop(size // 2) | {"updated_at": f"{DAY} 11:00:00"}
    server = serve(receipts, operations)
    server.faults.append(Fault("operations", refusal(403 if killed else 404, "not_found"), after=2))
    assert desk.run(*LIVE).status == 3
    assert (running(desk).name in desk.names()) is killed
    server.faults.clear()
    server.store.receipts = [each for each in receipts if each["id"] != 101] + [late]
    ended = desk.run(*LIVE)
    assert ended.status == 0, ended.err
    counted = ended.report["control"]["receipts"]
    assert (counted["listed"], counted["reconciled"]) == (size, size)
    evidence = read_evidence(ended.evidence)
    assert late["id"] in evidence.operations
    assert 101 not in evidence.operations


def test_a_change_in_the_same_second_is_a_change(desk: Desk, serve: Serve) -> None:
    """A receipt whose lines changed while its `updated_at` did not is asked for again, and judged as it is now."""
    receipts, operations = sales(5)
    server = serve(receipts, operations)
    server.faults.append(Fault("operations", refusal(400, "bad_request"), receipt_id=5))
    assert desk.run(*LIVE).status == 3
    server.faults.clear()
    receipts[1]["receipt_products"][0]["count"] = 2
    operations[2][0] |= {
        "quantity": 2,
        "after_quantity": operations[2][0]["before_quantity"] - 2,
        "total_cost": 20,
    }
    receipts[2]["receipt_products"][0]["product"] = {"id": 31001, "type": "GOODS", "cost_price": 77}
    server.request_log.entries.clear()
    ended = desk.run(*LIVE)
    assert "quantity-mismatch" not in ended.found_rules
    asked = sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == "operations")
    assert asked == [2, 5], "a product's new cost is no change of the receipt"


def test_a_doubt_that_was_written_down_ends_with_the_list(desk: Desk, serve: Serve) -> None:
    """Killed after the doubt was recorded: when the list is proven, nothing is incomplete any more."""
    server = serve(*sales(4), total_offset=1)
    (desk.folder / f"{DAY}.json").mkdir(parents=True)
    assert desk.run(*LIVE).status == 2
    (desk.folder / f"{DAY}.json").rmdir()
    server.behaviour.total_offset = 0
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["failures"]) == (0, [])


def test_a_doubt_about_a_list_that_was_whole_is_settled_by_reading_it(desk: Desk, serve: Serve) -> None:
    """Proven, then in doubt, then killed: the next run reads the list again, and nothing is incomplete any more."""
    server = serve(*sales(16))
    server.faults.append(Fault("operations", refusal(403, "missing_scope"), after=2))
    assert desk.run(*LIVE).status == 3
    server.faults.clear()
    server.behaviour.total_offset = 1
    (desk.folder / f"{DAY}.json").mkdir()
    assert desk.run(*LIVE).status == 2
    (desk.folder / f"{DAY}.json").rmdir()
    server.behaviour.total_offset = 0
    ended = desk.run(*LIVE)
    assert (ended.status, ended.report["failures"]) == (0, [])


def test_a_finished_run_does_not_go_on_from_the_one_before(desk: Desk, serve: Serve) -> None:
    """The day reconciled again shows what changed since: everything is asked for anew."""
    server = serve(*sales(3))
    first = desk.run(*LIVE)
    server.store.operations[2] = []
    second = desk.run(*LIVE)
    assert (first.status, second.status) == (0, 1)
    assert "missing-write-off" in second.found_rules
    assert server.request_log.count("operations") == 6
