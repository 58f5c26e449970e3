"""A made-up month: its days meet, what is planted is found on its evenings, and nothing else."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.core.exact_json import encode_json
from reconcile.engine.day import reconcile_day
from reconcile.evidence.records import read_evidence
from reconcile.evidence.structs import Raw
from reconcile.sandbox.discrepancies import write_planted
from reconcile.sandbox.generated_month import make_month
from reconcile.sandbox.made_month import MadeMonth, PlantedInMonth
from reconcile.sandbox.server import CloposServer
from reconcile.settings.model import Settings
from tests.given.made_days import content, every_operation, found, named, seeds
from tests.given.made_month import FIRST, evidence_as_of, month, write_evidence
from tests.given.running import Desk

SETTINGS = Settings()
shares = st.sampled_from(["0", "0.05", "0.3"])
CHANGES = {"voided-later", "deleted-later", "posted-late", "re-costed"}


def assert_found(made: MadeMonth, day: date, evening: date) -> None:
    """What is planted in a day is found as of an evening, each once, and nothing else."""
    result = reconcile_day(evidence_as_of(made, day, evening), SETTINGS)
    due = Counter(named(asdict(each)) for each in made.findings_of(day, evening))
    assert result.complete
    assert found(result) == due, (day, evening)


@given(seed=seeds, receipts=st.integers(5, 60), share=shares)
def test_what_is_planted_is_found_on_every_evening_and_nothing_else(
    seed: int, receipts: int, share: str
) -> None:
    made = make_month(FIRST, 4, receipts, seed, Decimal(share))
    for day, evening in itertools.combinations_with_replacement(made.all_days(), 2):
        assert_found(made, day, evening)


def test_a_month_of_31_days_has_every_kind_of_change_and_all_of_it_is_found(
    request: pytest.FixtureRequest,
) -> None:
    """200 receipts a day. By default some of its days, with `--thorough` all of them."""
    made = month(31, 200, share="0.01")
    assert {each.fault for each in made.planted if each.nature == "change"} == CHANGES
    days = made.all_days() if request.config.getoption("--thorough") else made.all_days()[17:21]
    for day in days:
        assert_found(made, day, day)
        assert_found(made, day, made.last)


def test_the_same_cause_repeats_on_most_days() -> None:
    made = month(31, 200, share="0.01")
    lines = Counter(each.day for each in made.planted if each.fault == "recipe-card")
    assert set(lines) == set(made.all_days())


@given(seed=seeds, receipts=st.integers(0, 40), share=shares)
def test_the_same_arguments_give_the_same_bytes(seed: int, receipts: int, share: str) -> None:
    first, again, other = (
        make_month(FIRST, 3, receipts, each, Decimal(share)) for each in (seed, seed, seed + 1)
    )
    assert again.planted == first.planted
    for evening in first.all_days():
        assert content(again.as_of(evening)) == content(first.as_of(evening))
    assert receipts == 0 or content(other.as_of(other.last)) != content(first.as_of(first.last))


def sold_on(made: MadeMonth, day: date, evening: date) -> list[Raw]:
    """The served operations of a day's receipts that were posted on it, in the order of their stocks."""
    store, ends = made.as_of(evening), f"{day + timedelta(days=1)} 05"
    operations = (
        each
        for receipt in store.receipts
        for each in store.deductions(receipt["id"])
        if receipt["shift_date"] == str(day) and each["operated_at"] < ends
    )
    return sorted(operations, key=lambda each: (each["operated_at"], each["id"]))


def gaps(made: MadeMonth, *, at_the_end: bool) -> Iterator[tuple[Raw, Raw]]:
    """The last operation of each stock and the first of a later day."""
    ends: dict[int, Raw] = {}
    for day in made.all_days():
        operations = sold_on(made, day, made.last if at_the_end else day)
        firsts = {each["stock_id"]: each for each in reversed(operations)}
        yield from ((ends[stock], first) for stock, first in firsts.items() if stock in ends)
        ends |= {each["stock_id"]: each for each in operations}


@given(
    seed=seeds,
    receipts=st.integers(1, 60),
    share=st.sampled_from(["0", "0.5", "1"]),
    at_the_end=st.booleans(),
)
def test_a_stock_opens_as_it_closed_but_for_the_documents_that_are_listed(
    seed: int, receipts: int, share: str, at_the_end: bool
) -> None:
    """Whatever was planted, and whatever was changed afterwards."""
    made = make_month(FIRST, 5, receipts, seed, Decimal(share))
    documents: dict[tuple[int | None, int | None], list[PlantedInMonth]] = defaultdict(list)
    for each in made.planted:
        if each.nature == "document":
            documents[each.product_id, each.storage_id].append(each)
    for last, first in gaps(made, at_the_end=at_the_end):
        of_stock = documents[first["product_id"], first["storage_id"]]
        between = [each.quantity for each in of_stock if last["operated_at"] < each.at < first["operated_at"]]
        assert first["before_quantity"] - last["after_quantity"] == sum(between), first["id"]


def test_unit_costs_move_slowly_over_a_month() -> None:
    """By two percent at most from one to the next, and some by three and more from the first to the last."""
    made = month(31, 200, share="0")
    costs: dict[int, list[Decimal]] = defaultdict(list)
    for operation in sorted(every_operation(made.as_of(made.last)), key=lambda each: each["id"]):
        if not operation.get("operation_id"):
            costs[operation["stock_id"]].append(Decimal(operation["cost"]))
    for each in costs.values():
        assert all(abs(after / before - 1) <= Decimal("0.021") for before, after in itertools.pairwise(each))
    changes = [each[-1] / each[0] - 1 for each in costs.values()]
    assert max(changes) > Decimal("0.03")
    assert min(changes) < Decimal("-0.03")


@given(seed=seeds, share=shares)
def test_ids_are_unique_and_rise_from_day_to_day(seed: int, share: str) -> None:
    made = make_month(FIRST, 4, 30, seed, Decimal(share))
    store = made.as_of(made.last)
    for records in (
        store.receipts,
        [line for receipt in store.receipts for line in receipt["receipt_products"]],
        list(every_operation(store)),
    ):
        assert len({each["id"] for each in records}) == len(records)
    by_day: dict[str, list[int]] = defaultdict(list)
    for receipt in store.receipts:
        lines = [line["id"] for line in receipt["receipt_products"]]
        by_day[receipt["shift_date"]] += [receipt["id"], *lines]
    ranges = [(min(ids), max(ids)) for _, ids in sorted(by_day.items())]
    assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))


@given(seed=seeds)
def test_between_two_evenings_only_what_is_listed_changes(seed: int) -> None:
    made = make_month(FIRST, 5, 30, seed, Decimal("0.2"))
    assert made.as_of(FIRST - timedelta(days=1)).receipts == []
    for before, after in itertools.pairwise(made.all_days()):
        earlier, later = made.as_of(before), made.as_of(after)
        listed = {
            each.receipt_id for each in made.planted if each.nature == "change" and each.seen_from == after
        }
        changed = set()
        now = {receipt["id"]: receipt for receipt in later.receipts}
        for receipt in earlier.receipts:
            key = receipt["id"]
            then = encode_json([receipt, earlier.deductions(key)])
            if encode_json([now.get(key), later.deductions(key)]) != then:
                changed.add(key)
        assert changed == listed
        known = {receipt["id"] for receipt in earlier.receipts}
        assert {each["shift_date"] for key, each in now.items() if key not in known} == {str(after)}


def test_a_change_is_what_its_row_says() -> None:
    made = month(31, 200, share="0.01")
    for row in (each for each in made.planted if each.nature == "change"):
        assert row.receipt_id is not None
        assert row.day < row.seen_from <= made.last
        before, after = made.as_of(row.seen_from - timedelta(days=1)), made.as_of(row.seen_from)
        then, now = before.receipt(None, str(row.receipt_id)), after.receipt(None, str(row.receipt_id))
        assert then is not None
        if row.fault == "deleted-later":
            assert now is None
            assert after.deductions(row.receipt_id) == []
            continue
        assert now is not None
        match row.fault:
            case "voided-later":
                assert (then["order_status"], now["order_status"]) == ("COMPLETED", "CANCELLED")
                assert then["updated_at"] < f"{row.seen_from}" < now["updated_at"]
            case "posted-late":
                ids = [each["id"] for each in after.deductions(row.receipt_id)]
                assert row.operation_id in ids
                assert len(ids) > len(before.deductions(row.receipt_id))
            case "re-costed":
                assert now is then
                assert row.seen_from - row.day <= timedelta(days=3)


def test_a_run_over_the_sandbox_finds_what_an_evening_shows(desk: Desk) -> None:
    """One server; its store is that of another evening from then on."""
    made = month()
    day = next(each.day for each in made.planted if each.fault == "voided-later")
    with CloposServer(made.as_of(day)) as server:
        desk.environment = server.environment()
        for evening in (day, made.last):
            server.store = made.as_of(evening)
            desk.folder = desk.home / str(evening)
            ended = desk.run("--date", str(day), "--source", "clopos")
            serious = [each for each in ended.report["findings"] if each["severity"] != "info"]
            assert Counter(map(named, serious)) == Counter(
                named(asdict(each)) for each in made.findings_of(day, evening)
            )


def test_the_command_serves_an_evening_and_lists_all_that_is_planted(desk: Desk) -> None:
    arguments = ("--day", "2026-01-01", "--days", "5", "--receipts", "20", "--discrepancies", "0.1")
    sandbox = desk.start("sandbox", "--port", "0", *arguments, "--as-of", "2026-01-03")
    assert sandbox.stdout is not None
    pasted = "".join(sandbox.stdout.readline() for _ in range(5))
    desk.environment = dict(re.findall(r"^(?:export |\$env:)(\w+)(?:=| = )\"?(.*?)\"?$", pasted, re.M))
    ended = desk.run("--date", "2026-01-03", "--source", "clopos")
    sandbox.terminate()
    desk.finish(sandbox)
    made, day = month(), date(2026, 1, 3)
    serious = [each for each in ended.report["findings"] if each["severity"] != "info"]
    assert Counter(map(named, serious)) == Counter(named(asdict(each)) for each in made.findings_of(day, day))
    write_planted(path := desk.home / "expected.csv", made.planted, PlantedInMonth)
    assert (desk.home / "planted.csv").read_bytes() == path.read_bytes()
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    assert {row["nature"] for row in rows} == {"fault", "change", "document"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--days", "0"), "--days is 0; allowed is 1 to"),
        (("--days", "401"), "allowed is 1 to 400"),
        (("--days", "31", "--receipts", "10000"), "allowed is 1 to 10 "),
        (("--as-of", "2026-01-19"), "give --days too"),
        (("--days", "2", "--as-of", "2026-01-25"), "allowed is 2026-01-19 to 2026-01-20"),
        (("--days", "2", "--as-of", "soon"), "'soon' is not a date"),
    ],
)
def test_wrong_arguments_are_told_apart(desk: Desk, arguments: tuple[str, ...], said: str) -> None:
    ended = desk.run("sandbox", *arguments)
    assert ended.status == 2
    assert said in ended.sentence()


def test_evidence_without_a_server_is_what_a_run_leaves(desk: Desk) -> None:
    """The same receipts, operations and products."""
    made, day = month(), date(2026, 1, 3)
    with CloposServer(made.as_of(day)) as server:
        desk.environment = server.environment()
        fetched = read_evidence(desk.run("--date", str(day), "--source", "clopos").evidence)
    made_up = read_evidence(write_evidence(made, day, desk.home / "made"))
    for name in (
        "operations",
        "as_of",
        "listed_total",
        "reasons",
        "catalogue_total",
        "gone",
    ):
        assert getattr(made_up, name) == getattr(fetched, name), name
    assert sorted(made_up.products, key=lambda each: each["id"]) == fetched.products
    assert {each["id"]: each for _, each in made_up.receipts} == {
        each["id"]: each for _, each in fetched.receipts
    }
