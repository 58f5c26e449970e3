"""Days asked for again with `--recheck`: what changed is found, and hardly anything else is asked for."""

from __future__ import annotations

import gzip
import json
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reconcile.batch.recheck import DONE_NAME
from reconcile.clopos.recheck import Recheck
from reconcile.evidence.day import AskedBefore, Evidence, Header
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.faults import Fault, refusal, slow
from reconcile.sandbox.server import CloposServer
from reconcile.sandbox.store_changes import change_a_count, delete_a_receipt, recost, void_a_line
from tests.given.day_records import DAY, Raw, line, operation, receipt, sales
from tests.given.examples import examples
from tests.given.running import Desk, Ended
from tests.given.workbook_reading import table

pytestmark = pytest.mark.usefixtures("blank_workbooks")
Serve = Callable[..., CloposServer]
BEFORE = ("2026-01-16", "2026-01-17", "2026-01-18")
NIGHT = ("--date", DAY, "--source", "clopos")
FAST = "[api]\nrequests_per_window = 1000000\nattempts = 2\nretry_pause_seconds = 0.01\n"


def several_days(
    receipts: int, days: tuple[str, ...] = (*BEFORE, DAY)
) -> tuple[list[Raw], dict[int, list[Raw]]]:
    """So many sales on each day, numbered from 1000, 2000 and so on."""
    listed, operations = list[Raw](), dict[int, list[Raw]]()
    for place, day in enumerate(days, start=1):
        sold, written_off = sales(receipts, first=1000 * place, day=day)
        listed += sold
        operations |= written_off
    return listed, operations


@pytest.fixture
def fetched(desk: Desk, serve: Serve) -> Callable[..., CloposServer]:
    """A server of several days; those before the last were fetched once."""

    def fetch(receipts: int = 20, days: tuple[str, ...] = BEFORE) -> CloposServer:
        server = serve(*several_days(receipts), [product()], requests_per_window=10**6, auth_per_window=10**6)
        desk.configure(FAST)
        ended = desk.run("--from", days[0], "--to", days[-1], "--source", "clopos")
        assert ended.status == 0, ended.err
        server.request_log.entries.clear()
        return server

    return fetch


def product() -> Raw:
    return {"id": 31001, "type": "GOODS", "name": "Cola 0,5", "unit": {"id": 1, "symbol": "pcs"}}


def night(desk: Desk, number: int = 3, *more: str) -> Ended:
    return desk.run(*NIGHT, "--recheck", str(number), *more)


def report_of(desk: Desk, day: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk.folder / f"{day}.json").read_bytes())
    return found


def rows_of(desk: Desk, day: str) -> list[tuple[Any, ...]]:
    """Receipt, field, before, after, value."""
    names = ("receipt_id", "field", "before", "after", "value")
    return [tuple(each[name] for name in names) for each in report_of(desk, day)["changed_since"]]


def asked(server: CloposServer, route: str = "operations") -> list[int]:
    return sorted(each.receipt_id or 0 for each in server.request_log.entries if each.route == route)


def bytes_of(desk: Desk, *days: str) -> dict[str, bytes]:
    return {day: (desk.folder / f"{day}.json").read_bytes() for day in days}


def evidence(desk: Desk, day: str) -> Path:
    return desk.folder / f"{day}.evidence.jsonl.gz"


# -------------------------------------------------------------------- requests


def test_an_unchanged_day_costs_its_list_and_a_fiftieth_of_its_receipts(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Three days of 200: as many requests as the first line says; the same reports, and nothing changed."""
    server = fetched(200)
    before = bytes_of(desk, *BEFORE)
    desk.folder.joinpath("only").mkdir()
    ended = night(desk)
    assert ended.status == 0, ended.err
    (fewest, most) = map(
        int, re.findall(r"(\d+) requests if nothing changed .*, (\d+) if everything", ended.err)[0]
    )
    own = [each for each in server.request_log.entries if each.receipt_id and each.receipt_id >= 4000]
    assert len(own) == 200, "the day that was asked for"
    lists_of_rechecks = 5 + 3 + 3
    assert server.request_log.count("list") == lists_of_rechecks + 1, (
        "the day itself has one page more to ask for"
    )
    assert len(asked(server)) - 200 == 3 * 4
    assert fewest == lists_of_rechecks + 3 * 4 == 23
    assert most == lists_of_rechecks + 600
    assert server.request_log.count("products") == 2, (
        "a page, and one that shows that there are no more: once a run"
    )
    assert server.request_log.count("auth") == 1
    assert bytes_of(desk, *BEFORE) == before
    assert ended.err.count("nothing changed since the earlier evidence") == 3
    assert ended.err.count("rechecking ") == 1


def test_other_receipts_are_sampled_each_night_until_all_were(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """Those longest not asked for come first, whatever the clock says; then it begins anew."""
    server = fetched(20)
    desk.configure(FAST + "recheck_sample = 0.25\n")
    nights = []
    for _ in range(5):
        server.request_log.entries.clear()
        assert night(desk, 1).status == 0
        nights.append([key for key in asked(server) if key < 4000])
    assert [len(each) for each in nights] == [5] * 5
    assert sorted(key for each in nights[:4] for key in each) == list(range(3000, 3020))
    assert nights[4] == nights[0]
    held = read_evidence(evidence(desk, BEFORE[-1]))
    assert sorted(each.runs_ago for each in held.asked_before.values()) == [1] * 5 + [2] * 5 + [3] * 5
    assert len(held.asked_before) == 15


def test_the_sample_takes_from_as_many_stocks_as_it_can() -> None:
    """Costs are worked out anew by stock: one receipt of a stock shows it."""
    stocks = {1: [7], 2: [7, 8], 3: [7, 8], 4: [9], 5: [8, 7, 8], 6: [6, 8, 9], 7: []}
    evidence = Evidence(
        Header(date.fromisoformat(DAY), "clopos"),
        operations={key: [{"stock_id": each} for each in some] for key, some in stocks.items()},
        asked_before={4: AskedBefore("", 1), 1: AskedBefore("", 2)},
    )
    sampled = [Recheck(evidence, Decimal(each) / 7).sample(list(stocks)) for each in range(1, 8)]
    assert sampled[-1] == [1, 4, 6, 2, 3, 5, 7]
    assert sampled == [sampled[-1][:number] for number in range(1, 8)]


@pytest.mark.parametrize(("share", "sampled"), [("0.000001", 1), ("0.5", 10), ("1", 20), ("1.0", 20)])
def test_the_sample_is_at_least_one_and_at_most_all(
    desk: Desk, fetched: Callable[..., CloposServer], share: str, sampled: int
) -> None:
    server = fetched(20)
    desk.configure(f"{FAST}recheck_sample = {share}\n")
    assert night(desk, 1).status == 0
    assert len([key for key in asked(server) if key < 4000]) == sampled


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01", "nan", "inf", '"all"', "true"])
def test_a_sample_that_is_no_share_is_refused(desk: Desk, share: str) -> None:
    desk.configure(f"[api]\nrecheck_sample = {share}\n")
    ended = desk.run(*NIGHT, "--recheck", "3", CLOPOS_CLIENT_ID="x")
    assert ended.status == 2
    assert "recheck_sample" in ended.sentence()


# -------------------------------------------------------------------- changes


def test_a_void_is_found_with_one_request_more(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(20)
    void_a_line(server.store)
    ended = night(desk)
    assert ended.status == 1, ended.err
    assert rows_of(desk, BEFORE[0]) == [(1000, "deleted_at", None, "2026-01-17 15:07:49", None)]
    assert [rows_of(desk, day) for day in (*BEFORE[1:], DAY)] == [[], [], []]
    assert [key for key in asked(server) if key < 4000] == [1000, 1001, 2000, 3000]
    assert [each["rule"] for each in report_of(desk, BEFORE[0])["findings"]] == ["unexpected-write-off"]
    line_ = "changed since the earlier evidence: 1 field of 1 receipt; cost of what left the stock 0, sales 0"
    assert line_ in ended.err
    server.request_log.entries.clear()
    assert night(desk).status == 1
    assert rows_of(desk, BEFORE[0]) == [], "it is no news on the next night"


def test_a_count_that_changed_is_found(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(5)
    change_a_count(server.store)
    assert night(desk).status == 1
    assert rows_of(desk, BEFORE[0]) == [(1000, "count", "1", "2", None)]


def test_costs_worked_out_anew_are_found_though_no_receipt_changed(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """One of the sample shows it: all of that day are asked for, and of no other."""
    server = fetched(60)
    recost(server.store, BEFORE[1])
    ended = night(desk)
    assert ended.status == 0, ended.err  # a cost that drifts is a warning
    assert Counter(key // 1000 for key in asked(server)) == {1: 2, 2: 60, 3: 2, 4: 60}
    rows = rows_of(desk, BEFORE[1])
    assert Counter(row[1] for row in rows) == {"cost": 60, "total_cost": 60}
    assert rows[:2] == [(2000, "cost", "10", "11", None), (2000, "total_cost", "10", "11", "1")]
    assert "stock operations of 2 of 2 receipts that did not change are others now" in ended.err
    assert "cost of what left the stock +60, sales 0" in ended.err
    assert not read_evidence(evidence(desk, BEFORE[1])).asked_before


def test_a_product_that_was_renamed_is_no_new_cost(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(60)
    for operations in server.store.operations.values():
        operations[0]["product"]["name"] = "Cola, new"
    assert night(desk).status == 0
    assert Counter(key // 1000 for key in asked(server)) == {1: 2, 2: 2, 3: 2, 4: 60}


def test_a_receipt_that_was_deleted_is_asked_for_by_its_id(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    delete_a_receipt(server.store)
    ended = night(desk)
    assert ended.status in (0, 1), ended.err
    assert asked(server, "receipt") == [1000]
    assert rows_of(desk, BEFORE[0]) == [
        (1000, "receipt_class", "reconciled", None, "-22000"),
        (1000, "written_off", "10", None, "-10"),
    ]
    assert "receipt 1000 was in the earlier evidence, and is no longer there" in ended.err
    assert read_evidence(evidence(desk, BEFORE[0])).gone == [1000]


def test_a_receipt_that_moved_to_another_month_is_found_by_its_id(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    """It is no longer in the days listed, but still of the day."""
    server = fetched(5)
    server.store.receipts[0]["created_at"] = "2025-12-01 10:00:00"
    assert night(desk).status in (0, 1)
    assert asked(server, "receipt") == [1000]
    assert rows_of(desk, BEFORE[0]) == [
        (1000, "created_at", "2026-01-16 15:00:00", "2025-12-01 10:00:00", None)
    ]
    assert report_of(desk, BEFORE[0])["control"]["receipts"]["reconciled"] == 5


def test_a_receipt_sent_late_is_asked_for(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """An offline till sends it two days later; its product is new, so the catalogue is asked for too, once."""
    server = fetched(5)
    server.store.receipts.append(receipt(1900, [line(11900, 777, name="New")], day=BEFORE[0]))
    server.store.operations[1900] = [operation(61900, 1900, 11900, 777, operated_at=f"{BEFORE[0]} 15:07:49")]
    assert night(desk).status == 0
    assert 1900 in asked(server)
    assert rows_of(desk, BEFORE[0]) == [
        (1900, "receipt_class", None, "reconciled", "22000"),
        (1900, "written_off", None, "10", "10"),
    ]
    assert server.request_log.count("products") == 2


def test_the_catalogue_of_that_night_judges_the_day(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """A product of today is none of an unchanged day: its report stays the same to the byte."""
    server = fetched(5)
    before = bytes_of(desk, *BEFORE)
    server.store.products[0] |= {
        "type": "TIMER",
        "inventory_behavior": 3,
        "updated_at": "2026-01-25 10:00:00",
    }
    for each in server.store.receipts:
        each["receipt_products"][0]["product"] |= {"type": "DISH", "name": "a dish"}
    assert night(desk, 3, "--fail-on", "never").status == 0
    assert bytes_of(desk, *BEFORE) == before
    of_day = [each for _, each in read_evidence(evidence(desk, BEFORE[0])).receipts if each["id"] < 2000]
    assert {each["receipt_products"][0]["product"]["type"] for each in of_day} == {"GOODS"}


def test_what_was_not_posted_yet_is_asked_for_again(desk: Desk, serve: Serve) -> None:
    """Closed just before the run, without operations: the receipt is unchanged, its operations came later."""
    today = datetime.now(UTC).date()
    day = str(today - timedelta(days=1))
    closed = (datetime.now(UTC) - timedelta(minutes=3)).strftime("%Y-%m-%d %H:%M:%S")
    receipts, operations = sales(9, day=day)
    receipts[4] |= {"closed_at": closed, "updated_at": closed}
    posted, operations[5] = operations[5], []
    server = serve(receipts, operations)
    desk.configure(f'timezone = "UTC"\n{FAST}')
    first = desk.run("--date", day, "--source", "clopos")
    assert first.report["control"]["receipts"]["open"] == 1, first.err
    server.store.operations[5] = posted
    server.request_log.entries.clear()
    ended = desk.run("--date", str(today), "--source", "clopos", "--recheck", "1")
    assert asked(server) == [1, 5], ended.err
    assert [row[1:3] for row in rows_of(desk, day)] == [("receipt_class", "open"), ("written_off", None)]


def test_a_day_asked_for_again_without_recheck_names_what_changed_too(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    server = fetched(5)
    recost(server.store, BEFORE[2])
    assert desk.run("--date", BEFORE[2], "--source", "clopos").status == 0
    assert Counter(row[1] for row in rows_of(desk, BEFORE[2])) == {"cost": 5, "total_cost": 5}
    assert len(asked(server)) == 5


@pytest.mark.reads_workbook
def test_the_workbook_has_a_sheet_of_what_changed(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """Only on the day on which something did; a workbook that a person wrote into stays as it is."""
    server = fetched(5)
    recost(server.store, BEFORE[1])
    book = openpyxl.load_workbook(desk.folder / f"{BEFORE[1]}.xlsx")
    assert "Changed since" not in book.sheetnames
    book["Summary"]["A1"] = "mine"
    book.save(desk.folder / f"{BEFORE[1]}.xlsx")
    edited = (desk.folder / f"{BEFORE[1]}.xlsx").read_bytes()
    assert night(desk).status == 0
    assert (desk.folder / f"{BEFORE[1]}.xlsx").read_bytes() == edited
    again = openpyxl.load_workbook(desk.folder / f"{BEFORE[1]}-r2.xlsx")
    rows = table(again, "Changed since")
    assert len(rows) == 10
    assert rows[1]["What changed"] == "Total cost"
    assert (rows[1]["Product"], rows[1]["Before"], rows[1]["After"]) == ("Cola 0,5", "10", "11")
    assert (rows[1]["Counts as"], rows[1]["Value"]) == ("Stock", 1)
    assert "Changed since" not in openpyxl.load_workbook(desk.folder / f"{BEFORE[0]}.xlsx").sheetnames


def test_a_replay_of_the_evidence_names_the_same(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    server = fetched(5)
    recost(server.store, BEFORE[1])
    assert night(desk).status == 0
    before = bytes_of(desk, BEFORE[1])
    assert desk.run("--source", str(evidence(desk, BEFORE[1]))).status == 0
    assert bytes_of(desk, BEFORE[1]) == before


# -------------------------------------------------------------- kills and failures


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


# ------------------------------------------------------------------ which days


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
    evidence(desk, BEFORE[1]).write_bytes(content)
    ended = night(desk, 3)
    assert ended.status == 0, ended.err
    assert f"{evidence(desk, BEFORE[1])} is not readable evidence" in ended.err
    assert f"no evidence that can be used: {BEFORE[1]}\n" in ended.err
    assert evidence(desk, BEFORE[1]).read_bytes() == content


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


# ------------------------------------------------------------- clock and leftovers


def test_a_clock_that_was_set_back_hides_no_receipt(desk: Desk, fetched: Callable[..., CloposServer]) -> None:
    """Evidence that says it is from next year is rechecked all the same, and in the same order."""
    server = fetched(20)
    path = evidence(desk, BEFORE[2])
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
    digest = read_evidence(evidence(desk, BEFORE[0])).digest
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
        kept = evidence(desk, BEFORE[0]).read_bytes()
        assert night(desk).status == 1, number
        assert len(rows_of(desk, BEFORE[0])) == 1, number
        evidence(desk, BEFORE[0]).write_bytes(kept)


def test_what_stands_in_the_way_of_the_mark_is_named(
    desk: Desk, fetched: Callable[..., CloposServer]
) -> None:
    fetched(5)
    (desk.folder / DONE_NAME).mkdir()
    ended = night(desk)
    assert ended.status == 2
    assert DONE_NAME in ended.err
    assert "Traceback" not in ended.err


# ------------------------------------------------------------------- operators


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
