"""Open items: brought forward + new − cleared = carried forward; cleared is what is answered, or judged and gone."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.analysis.day_items import day_items
from reconcile.batch.report_files import Output
from reconcile.batch.write import report
from reconcile.engine.day import reconcile_day
from reconcile.ledger.item import (
    BROUGHT_FORWARD,
    CARRIED_FORWARD,
    CLEARED,
    CLEARING,
    NEW,
    OPEN,
    STATUSES,
    Answer,
    Response,
)
from reconcile.ledger.ledger import Workbook, carry
from reconcile.settings.model import RulesTable, Settings
from tests.given.answered_days import (
    FIRST,
    SECOND,
    THIRD,
    answer,
    day_of,
    evidence_of,
    judged_day,
    ledger_on,
    moves,
    responses_in,
    roll_forward,
    rows,
    run,
)
from tests.given.dish_records import LAMB, PILAF, RICE, DishDay
from tests.given.workbook_reading import table


def test_what_a_day_run_again_no_longer_finds_is_cleared(tmp_path: Path) -> None:
    """Only where that day is whole: what was not judged is not gone."""
    run(tmp_path, FIRST, "missing", "twice")
    run(tmp_path, SECOND)
    run(tmp_path, FIRST, "", "twice")
    third = run(tmp_path, THIRD)
    assert moves(third)[1] == ("brought forward", "cleared", 2)
    (gone,) = [row for row in rows(third, "Open items") if row["At closing"] == "cleared"]
    assert gone["Because"] == "its own day, run again, no longer finds it"
    assert moves(third)[2] == ("brought forward", "carried forward", 2)


def test_an_item_that_was_cleared_by_mistake_is_brought_forward_again(tmp_path: Path) -> None:
    """It stands among the open items of the day that cleared it: set to Open there, it lives on, with its age."""
    answer(run(tmp_path, FIRST, "missing"), 1, "Corrected")
    second = run(tmp_path, SECOND)
    assert moves(second) == {1: ("brought forward", "cleared", 1)}
    answer(second, 1, "Open", "not in the stock-take")
    third = run(tmp_path, THIRD)
    assert moves(third) == {1: ("brought forward", "carried forward", 2)}
    assert roll_forward(third) == [1, 0, None, 0, 1]
    assert {row["Result"] for row in rows(third, "Checks")} == {"OK"}


def test_the_newest_file_of_a_day_is_what_the_next_one_begins_with(tmp_path: Path) -> None:
    """Whoever saved which: run again, the day found one more, and another changed its facts."""
    answer(run(tmp_path, FIRST, "missing", "twice"), 2, "Explained", "the owner's table")
    again = run(tmp_path, FIRST, "missing", "thrice", "twice")
    assert again.name == "2026-01-19-r2.xlsx"
    second = run(tmp_path, SECOND)
    assert {receipt: move[1] for receipt, move in moves(second).items()} == dict.fromkeys(
        (1, 2, 3), "carried forward"
    )
    (reopened,) = [row for row in rows(second, "Open items") if row["Receipt"] == "2"]
    assert (reopened["B: written off"], reopened["Comment"]) == (3, "the owner's table")


@pytest.mark.parametrize(
    "spoil",
    [
        "the rule is off",
        "the receipt is open again",
        "it could not be had",
        "the report says nothing of that",
    ],
)
def test_what_was_not_judged_again_is_not_called_gone(tmp_path: Path, spoil: str) -> None:
    run(tmp_path, FIRST, "missing", "twice")
    run(tmp_path, SECOND)
    evidence, settings = evidence_of(day_of("", "twice"), FIRST), Settings()
    if spoil == "the rule is off":
        settings = Settings(rules=RulesTable(off=frozenset({"missing-write-off"})))
    if spoil == "the receipt is open again":
        evidence.receipts[0][1].update(status=1, closed_at=None)
    if spoil == "it could not be had":
        del evidence.operations[1]
    report(reconcile_day(evidence, settings), Output(tmp_path))
    if spoil == "the report says nothing of that":
        path = tmp_path / f"{FIRST}.json"
        path.write_text(re.sub(r'"not_judged": .*', "", path.read_text("utf-8")), "utf-8")
    third = run(tmp_path, THIRD)
    assert moves(third)[1] == ("brought forward", "carried forward", 2)


def test_without_recipes_what_they_told_is_not_called_gone(tmp_path: Path) -> None:
    """The token lost its scope: dishes are judged by one another, and that is another question."""
    day = DishDay()
    for rice in ("0.15", "0.15", "0.3", "0.15"):
        day.sell(PILAF, {RICE: rice, LAMB: "0.12"})
    report(reconcile_day(day.evidence(), Settings()), Output(tmp_path))
    run(tmp_path, SECOND)
    day.products = []
    day.receipts, day.operations = day.receipts[:2], {key: day.operations[key] for key in (1, 2)}
    evidence = dataclasses.replace(
        day.evidence(), catalogue_refused="the token lacks the scope products:read"
    )
    report(reconcile_day(evidence, Settings()), Output(tmp_path))
    (item,) = ledger_on(tmp_path, THIRD).open_items
    assert (item.rule, item.closing) == ("recipe-mismatch", "carried forward")


def test_a_dish_that_lost_its_recipe_is_not_called_right(tmp_path: Path) -> None:
    """All took as much too much: beside one another they look right."""
    day = DishDay()
    for _ in range(4):
        day.sell(PILAF, {RICE: "0.3", LAMB: "0.12"})
    report(reconcile_day(day.evidence(), Settings()), Output(tmp_path))
    run(tmp_path, SECOND)
    day.products = [each for each in day.products if each["id"] != PILAF]
    report(reconcile_day(day.evidence(), Settings()), Output(tmp_path))
    assert {item.closing for item in ledger_on(tmp_path, THIRD).open_items} == {CARRIED_FORWARD}


def test_a_repeating_item_is_not_gone_while_a_receipt_is_open_again(tmp_path: Path) -> None:
    run(tmp_path, FIRST, "free", "free")
    run(tmp_path, SECOND)
    day = day_of("", "free")
    day.receipts[1]["status"] = 1
    report(reconcile_day(evidence_of(day, FIRST), Settings()), Output(tmp_path))
    (item,) = ledger_on(tmp_path, THIRD).open_items
    assert item.closing == CARRIED_FORWARD


def test_an_item_that_repeats_is_gone_when_neither_its_first_nor_its_last_day_finds_it(
    tmp_path: Path,
) -> None:
    for on in (FIRST, SECOND):
        run(tmp_path, on, "free")
    run(tmp_path, THIRD)
    fourth = date(2026, 1, 22)
    for again, closing in ((SECOND, "carried forward"), (FIRST, "cleared")):
        run(tmp_path, again)
        (item,) = ledger_on(tmp_path, fourth).open_items
        assert (item.closing, item.first_day, item.last_day) == (closing, FIRST, SECOND)


def test_an_open_item_is_answered_in_its_first_workbook_however_old(tmp_path: Path) -> None:
    path, later = run(tmp_path, FIRST, "missing"), FIRST + timedelta(60)
    run(tmp_path, later - timedelta(1))
    answer(path, 1, "Corrected", "found at last")
    assert moves(run(tmp_path, later))[1] == ("brought forward", "cleared", 60)


def test_the_roll_forward_shows_what_changed_in_value(tmp_path: Path) -> None:
    """Two found again the next day: at another value than they had."""
    run(tmp_path, FIRST, "dear")
    second = run(tmp_path, SECOND, "dear", "dear")
    values = [row["Cost"] for row in table(openpyxl.load_workbook(second), "Summary", "tblRollForward")]
    assert values == [800, 0, 800, 0, 1600, 1600, 0, 0]


FAULTS = st.lists(st.sampled_from(("", "missing", "twice", "thrice", "free", "dear")), min_size=4, max_size=4)
ANSWERS = st.dictionaries(st.integers(0, 7), st.sampled_from(sorted(STATUSES)), max_size=4)


@given(days=st.lists(st.tuples(FAULTS, ANSWERS), min_size=2, max_size=5))
def test_every_item_is_brought_forward_until_it_is_answered(
    days: list[tuple[list[str], dict[int, str]]],
) -> None:
    """Whatever days find and people answer: what was left is what comes, and the four numbers add up."""
    books: list[Workbook] = []
    first_days: dict[str, date] = {}
    for number, (faults, answers) in enumerate(days):
        today = FIRST + timedelta(number)
        result = judged_day(today, *faults)
        previous = books[0] if books else None
        ledger = carry(day_items(result), today, responses=responses_in(books), previous=previous)
        items = {item.id: item for item in ledger.open_items}
        assert len(items) == len(ledger.open_items)
        brought = {item.id for item in ledger.selected(opening=BROUGHT_FORWARD)}
        assert brought == {item.id for item in (previous.carried if previous else ())}
        numbers = [
            len(ledger.selected(opening=BROUGHT_FORWARD)),
            len(ledger.selected(opening=NEW)),
            len(ledger.selected(closing=CLEARED)),
        ]
        assert numbers[0] + numbers[1] - numbers[2] == len(ledger.selected(closing=CARRIED_FORWARD))
        for item in items.values():
            said = [book.responses[item.id] for book in books if item.id in book.responses]
            settled = [each for each in said if each.answer.status != OPEN]
            holds = bool(settled) and settled[0].answer.status in CLEARING
            holds = holds and item.has_facts(settled[0].facts)
            assert (item.closing == CLEARED) == holds
            assert item.first_day == (first_days[item.id] if item.id in brought else today)
        first_days = {key: item.first_day for key, item in items.items()}
        chosen = {
            key: answers.get(place, items[key].answer.status) for place, key in enumerate(sorted(items))
        }
        told = {key: Response(Answer(status), items[key].facts) for key, status in chosen.items()}
        carried = ledger.selected(closing=CARRIED_FORWARD)
        books.insert(0, Workbook(f"{today}.xlsx", today, told, carried=carried))
