"""The sandbox's clock: a day appears as it goes on, and is whole in the end."""

from __future__ import annotations

import copy
import re
from datetime import date, datetime

import pytest

from reconcile.sandbox.day_clock import DayClock, store_at
from reconcile.sandbox.generated_day import make_day
from reconcile.sandbox.store import Store
from tests.given.day_records import DAY, line, operation, receipt
from tests.given.running import Desk


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{DAY} {text}")


def one_sale() -> Store:
    """Opened at 15:00 with a line that is voided at 15:05, closed at 15:07:49, written off a minute later."""
    lines = [line(14), line(15, created_at=f"{DAY} 15:00:00", deleted_at=f"{DAY} 15:05:00")]
    return Store([receipt(1, lines)], {1: [operation(1, 1, 14, operated_at=f"{DAY} 15:08:30")]})


def test_a_receipt_appears_is_changed_closes_and_is_written_off_by_its_own_times() -> None:
    store = one_sale()
    assert store_at(store, at("14:59:59")).receipts == []
    (opened,) = store_at(store, at("15:00:00")).receipts
    assert (opened["status"], opened["closed_at"], opened["updated_at"]) == (1, None, f"{DAY} 15:00:00")
    assert [each["deleted_at"] for each in opened["receipt_products"]] == [None, None]
    (voided,) = store_at(store, at("15:06:00")).receipts
    assert [each["deleted_at"] for each in voided["receipt_products"]] == [None, f"{DAY} 15:05:00"]
    (closed,) = store_at(store, at("15:07:50")).receipts
    assert (closed["status"], closed["updated_at"]) == (2, f"{DAY} 15:07:49")
    assert store_at(store, at("15:08:00")).receipts == store.receipts
    assert store_at(store, at("15:08:29")).operations == {1: []}
    assert store_at(store, at("15:08:30")) == store


def test_the_day_is_whole_in_the_end_and_nothing_of_it_is_changed() -> None:
    store = make_day(date.fromisoformat(DAY), 40, seed=7)
    before = copy.deepcopy(store)
    counts = [
        sum(each["status"] == 2 for each in store_at(store, at(f"{hour:02}:00:00")).receipts)
        for hour in range(9, 24)
    ]
    assert counts == sorted(counts)
    assert store_at(store, datetime.fromisoformat("2026-02-01 00:00:00")) == store == before


def test_the_clock_goes_as_fast_as_it_is_told() -> None:
    slow, fast = (DayClock(one_sale(), at("15:00:00"), speed) for speed in (0.001, 1e9))
    assert slow.now() == at("15:00:00")
    assert slow.current() is slow.current(), "within a minute nothing changes"
    assert fast.now() > at("23:00:00")
    assert len(fast.current().operations[1]) == 1


def test_the_command_serves_a_day_by_its_clock(desk: Desk) -> None:
    """At nine in the morning hardly anything is closed; two collections go on from one another."""
    made = ("--receipts", "60", "--day", DAY, "--clock", "13:00", "--speed", "0.001")
    sandbox = desk.start("sandbox", "--port", "0", *made)
    assert sandbox.stdout is not None
    pasted = "".join(sandbox.stdout.readline() for _ in range(5))
    desk.environment = dict(re.findall(r"^(?:export |\$env:)(\w+)(?:=| = )\"?(.*?)\"?$", pasted, re.M))
    desk.configure("[thresholds]\nlate_minutes = 0\n")
    first = desk.run("--collect", "--date", DAY, "--source", "clopos")
    again = desk.run("--collect", "--date", DAY, "--source", "clopos")
    sandbox.terminate()
    assert f"it is {DAY} 13:00 there" in desk.finish(sandbox).err
    (receipts,) = map(int, re.findall(r"the operations of (\d+) receipts", first.err))
    assert 0 < receipts < 30
    assert "the operations of 0 receipts, with 2 requests" in again.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--clock", "9"), "--clock is '9'; give the time to begin at"),
        (("--clock", "12:60"), "--clock is '12:60'"),
        (("--clock", "48:00"), "--clock is '48:00'"),
        (("--clock", "09:00", "--speed", "0"), "--speed is 0; allowed is"),
        (("--clock", "09:00", "--speed", "nan"), "--speed is nan"),
    ],
)
def test_a_clock_that_is_none_is_refused(desk: Desk, arguments: tuple[str, ...], says: str) -> None:
    ended = desk.run("sandbox", "--port", "0", *arguments)
    assert ended.status == 2
    assert says in ended.sentence()
