"""Rechecks that are killed, or that the service refuses: the same reports in the end, and no day lost."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable

import pytest

from reconcile.batch.recheck import DONE_NAME
from reconcile.sandbox.faults import Fault, refusal, slow
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store_changes import recost, void_a_line
from tests.given.day_records import DAY
from tests.given.examples import examples
from tests.given.rechecked_days import (
    BEFORE,
    FAST,
    NIGHT,
    asked,
    bytes_of,
    night,
    report_of,
    rows_of,
)
from tests.given.running import Desk, Ended

pytestmark = pytest.mark.usefixtures("blank_workbooks")


def changed_store(server: CloposServer) -> None:
    """A void on the first day, new costs on the second, a deleted receipt on the third."""
    void_a_line(server.store)
    recost(server.store, BEFORE[1])
    key = next(each["id"] for each in server.store.receipts if each["shift_date"] == BEFORE[2])
    server.store.receipts[:] = [each for each in server.store.receipts if each["id"] != key]
    del server.store.operations[key]


def killed_at(desk: Desk, server: CloposServer, moment: int | None) -> Ended:
    """A run that is killed when it has made so many requests, unless it ends before."""
    server.request_log.entries.clear()
    process = desk.start(*NIGHT, "--recheck", "3")
    while moment is not None and process.poll() is None and server.request_log.count() < moment:
        time.sleep(0.001)
    if moment is not None:
        process.send_signal(signal.SIGKILL)
    return desk.finish(process)


def test_kills_at_any_moment_end_in_the_same_reports(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Killed again and again, within a day and between days: what changed is named all the same."""
    server = fetched(30)
    changed_store(server)
    kept = {path.name: path.read_bytes() for path in desk.folder.iterdir() if path.is_file()}
    calm = night(desk)
    assert calm.status == 1, calm.err
    expected = bytes_of(desk, *BEFORE, DAY)
    requests = server.request_log.count()
    chance = random.Random(19)
    for _ in range(examples(2, 12)):
        for path in [each for each in desk.folder.iterdir() if each.is_file()]:
            path.unlink()
        for name, content in kept.items():
            (desk.folder / name).write_bytes(content)
        for moment in [*sorted(chance.sample(range(3, requests), 4)), None]:
            if killed_at(desk, server, moment).status != -9:
                break
        else:
            pytest.fail("the last run was not to be killed")
        assert bytes_of(desk, *BEFORE, DAY) == expected
        assert DONE_NAME not in desk.names()
        assert not [name for name in desk.names() if name.endswith(".evidence.jsonl")]


@pytest.mark.parametrize("day", BEFORE)
def test_a_run_killed_between_two_days_goes_on_with_the_next(
    desk: Desk, fetched: Callable[..., CloposServer], day: str
) -> None:
    """The report of a day can't be written, and the run ends there, as if killed: days that are done are not asked
    for again, and what they found stays named."""
    server = fetched(30)
    changed_store(server)
    kept = (desk.folder / f"{day}.json").read_bytes()
    (desk.folder / f"{day}.json").unlink()
    (desk.folder / f"{day}.json").mkdir()
    assert night(desk).status == 2
    done = {each: rows_of(desk, each) for each in BEFORE if each != day}
    assert all(done.values())
    (desk.folder / f"{day}.json").rmdir()
    (desk.folder / f"{day}.json").write_bytes(kept)
    server.request_log.entries.clear()
    ended = night(desk)
    assert ended.status == 1, ended.err
    assert ended.err.count("was rechecked by the run before: nothing is asked for again") == 2
    assert {each: rows_of(desk, each) for each in done} == done
    assert rows_of(desk, day)
    assert [key for key in asked(server) if key < 4000] == [], "what the run that ended had asked for is held"


def test_a_service_that_goes_down_leaves_the_day_as_it_was(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Its earlier evidence and reports stay, it is named, and the status is 3; the others are done."""
    server = fetched(40)
    recost(server.store, BEFORE[1])
    desk.configure(f"{FAST}connections = 1\n")
    files = {path.name: path.read_bytes() for path in desk.folder.glob(f"{BEFORE[1]}*")}
    for key in range(2010, 2040):
        server.faults.append(Fault("operations", refusal(503, "maintenance"), receipt_id=key))
    ended = night(desk)
    assert ended.status == 3
    assert {name: (desk.folder / name).read_bytes() for name in files} == files
    (said,) = [each for each in ended.err.splitlines() if "status 3" in each]
    assert (
        f"{BEFORE[1]}, rechecked: NOT RECONCILED. it could not be rechecked whole (receipt 2010: no answer"
        in said
    )
    assert "its earlier evidence and reports stay" in said
    assert report_of(desk, DAY)["complete"] is True
    server.faults.clear()
    server.request_log.entries.clear()
    ended = night(desk)
    assert ended.status == 0, ended.err
    assert [key for key in asked(server) if key < 4000] == list(range(2010, 2040))
    assert Counter(row[1] for row in rows_of(desk, BEFORE[1])) == {"cost": 40, "total_cost": 40}
    assert DONE_NAME not in ended.names()


def test_a_sample_that_can_not_be_had_proves_nothing(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """The rest is not taken for unchanged: once the sample is answered, all are asked for."""
    server = fetched(40)
    recost(server.store, BEFORE[2])
    server.faults.append(Fault("operations", refusal(503, "maintenance"), receipt_id=3000))
    assert night(desk, 1).status == 3
    server.faults.clear()
    assert night(desk, 1).status == 0
    assert Counter(row[1] for row in rows_of(desk, BEFORE[2])) == {"cost": 40, "total_cost": 40}


def test_a_list_that_can_not_be_had_leaves_the_day_as_it_was(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    before = bytes_of(desk, *BEFORE)
    server.faults.append(Fault("list", refusal(503, "maintenance")))
    ended = night(desk)
    assert ended.status == 3
    assert bytes_of(desk, *BEFORE) == before
    assert ended.err.count("NOT RECONCILED") >= 4


def test_a_run_that_is_not_a_recheck_asks_for_all(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """What a recheck that was cut off copied is not gone on from by a run that asks for the day itself."""
    server = fetched(30)
    server.faults.append(Fault("operations", slow(0.05)))
    process = desk.start(*NIGHT, "--recheck", "1")
    desk.wait_until(lambda: server.request_log.count("operations") >= 3)
    process.send_signal(signal.SIGKILL)
    desk.finish(process)
    server.faults.clear()
    server.request_log.entries.clear()
    assert desk.run("--date", BEFORE[2], "--source", "clopos").status == 0
    assert len(asked(server)) == 30


def test_a_day_that_was_incomplete_is_rechecked_as_others_are(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """What failed is asked for again, and a sample; not all is taken from the recheck before, however recent it is."""
    server = fetched(20)
    server.faults.append(Fault("operations", refusal(400, "bad_request"), receipt_id=3019))
    assert desk.run("--date", BEFORE[2], "--source", "clopos").status == 3
    for sampled in (3000, 3001):
        server.request_log.entries.clear()
        ended = night(desk, 1)
        assert ended.status == 3
        assert report_of(desk, BEFORE[2])["failures"], ended.err
        assert [key for key in asked(server) if key < 4000] == [sampled, 3019]
        (desk.folder / DONE_NAME).unlink()
