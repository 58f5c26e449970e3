"""How much a recheck asks for: the list of each day, what changed, and a sample of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from reconcile.clopos.recheck import Recheck
from reconcile.evidence.day import AskedBefore, Evidence, Header
from reconcile.evidence.records import read_evidence
from reconcile.sandbox.server import CloposServer
from tests.given.day_records import DAY
from tests.given.rechecked_days import (
    BEFORE,
    FAST,
    NIGHT,
    asked,
    bytes_of,
    evidence_of,
    night,
)
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")


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
    held = read_evidence(evidence_of(desk, BEFORE[-1]))
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
