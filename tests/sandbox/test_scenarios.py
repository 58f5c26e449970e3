"""Each scenario of the sandbox, played to the command: the findings of a calm run, or what is missing is named."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from reconcile.sandbox.scenarios import SCENARIOS
from tests.generate.scenario_runs import PAGE, Played, play
from tests.given.running import Desk

pytestmark = pytest.mark.usefixtures("blank_workbooks")
BY_CHANCE = frozenset(
    {"endless-list", "endless-products", "out-of-step", "many-failures", "all-refused", "with-refused"}
    | {"half-504", "dripping-body", "idle-close", "429-storm", "short-token", "slow-504", "cut-each-7th"}
)
"""Where time or chance decides how often is asked: the page has the figures of one run."""


UNLIKE_CALM = frozenset({"empty-day", "venue-down", "products-forbidden", "products-401", "with-refused"})
"""Where less is known: without recipes, or without units."""


@cache
def calm_report() -> dict[str, Any]:
    """What the day comes to when nothing goes wrong."""
    return play(SCENARIOS["calm"], Desk(Path(mkdtemp()))).report


def judged(report: dict[str, Any]) -> dict[str, Any]:
    """A report without the names of things, which a scenario may change, and without the venue that was asked for."""
    findings = [
        {name: value for name, value in each.items() if name not in ("product", "message")}
        for each in report["findings"]
    ]
    receipts = report["control"]["receipts"]
    due = {name: receipts[name] for name in ("reconciled", "open", "failed")}
    control = report["control"] | {"receipts": due}  # of other days there may come more
    return report | {"findings": findings, "control": control, "venue_id": None}


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_whatever_the_service_does(desk: Desk, name: str) -> None:
    """Whole and the same as in peace, or INCOMPLETE with what is missing; never a traceback."""
    played = play(SCENARIOS[name], desk)
    assert "Traceback" not in played.ended.err
    assert not played.lost
    expected = SCENARIOS[name].outcome
    if name not in UNLIKE_CALM and played.outcome == "whole":
        assert judged(played.report) == judged(calm_report())
    assert expected == "either" or played.outcome.lower().startswith(expected), played.ended.err
    CHECKS.get(name, lambda _: None)(played)
    if name not in BY_CHANCE:
        assert played.row in PAGE.read_text("utf-8"), "renew the page: python -m tests.generate.scenario_runs"


def _venue_down(played: Played) -> None:
    assert judged(played.report) == judged(calm_report()), "the venue that is up is whole"
    assert (
        "venue 2: NOT RECONCILED. the list of receipts could not be fetched (503 maintenance)"
        in played.ended.err
    )


def _page_missing(played: Played) -> None:
    (reason,) = {each["reason"] for each in played.report["failures"]}
    assert reason.startswith("page 2 of the list of receipts could not be had (504")
    assert played.report["control"]["receipts"]["reconciled"] > 50, "the other pages are reported"


def _dropped(played: Played) -> None:
    (failure,) = played.report["failures"]
    assert re.fullmatch(r"the list said \d+ receipts and gave \d+", failure["reason"])


def _refused(played: Played) -> None:
    failures = played.report["failures"]
    assert len(failures) == played.due // 30
    assert {each["reason"] for each in failures} == {"success is false: module_off"}


def _voided(played: Played) -> None:
    assert played.again is not None
    assert "findings since the last report: 1 new, 0 gone" in played.again.err
    assert "new: unexpected-write-off" in played.again.err
    assert _changed_fields(played) == {"deleted_at"}


def _changed_fields(played: Played) -> set[str]:
    """The fields that the second run names."""
    assert played.again is not None
    assert played.report["changed_since"] == []
    return {each["field"] for each in played.again.report["changed_since"]}


def _counted(played: Played) -> None:
    assert _changed_fields(played) == {"count"}


def _deleted(played: Played) -> None:
    assert _changed_fields(played) == {"receipt_class", "written_off"}


def _recosted(played: Played) -> None:
    assert _changed_fields(played) == {"cost", "total_cost"}


def _empty(played: Played) -> None:
    assert played.report["control"]["receipts"]["listed"] == 0


def _not_over_the_limit(played: Played) -> None:
    assert "429" not in played.ended.err


def _no_recipes(played: Played) -> None:
    assert "no catalogue: the token lacks the scope products:read" in played.ended.err
    found = {each["rule"] for each in played.report["findings"]}
    assert "recipe-mismatch" not in found, "without recipes nobody can say"
    assert "uneven-recipe" in found


def _part_of_the_catalogue(played: Played) -> None:
    (failure,) = played.report["failures"]
    assert failure["reason"].startswith("the catalogue is not whole: it could not be had (504")
    assert played.report["control"]["receipts"]["failed"] == 0


def _in_doubt(played: Played) -> None:
    assert any(each["receipt_id"] is None for each in played.report["failures"])


def _venue_ignored(played: Played) -> None:
    assert judged(played.report) == judged(calm_report()), "counted once"
    assert "receipt 1 was given for venue 1 and for venue 2" in played.ended.err


def _seven_named(played: Played) -> None:
    assert len(played.report["failures"]) == played.due // 30


CHECKS = {
    "endless-list": _in_doubt,
    "endless-products": _in_doubt,
    "venue-ignored": _venue_ignored,
    "one-forbidden": _seven_named,
    "error-list": _seven_named,
    "products-401": _no_recipes,
    "products-forbidden": _no_recipes,
    "products-504": _part_of_the_catalogue,
    "calm": _not_over_the_limit,
    "quota-lowered": _not_over_the_limit,
    "venue-down": _venue_down,
    "page-504": _page_missing,
    "record-dropped": _dropped,
    "refused-200": _refused,
    "void-next-day": _voided,
    "count-next-day": _counted,
    "deleted-next-day": _deleted,
    "recost-next-day": _recosted,
    "empty-day": _empty,
}


def test_the_page_tells_every_scenario() -> None:
    """The table that the tests made has a row for each, with its sentence and its outcome; nothing is lost."""
    rows = re.findall(
        r"^\| `(.*?)` \| (.*?) \| \d+ \| \d+ \| (.*?) \| (.*?) \|$", PAGE.read_text("utf-8"), re.M
    )
    assert [(name, says) for name, says, _, _ in rows] == [
        (scenario.name, scenario.description) for scenario in SCENARIOS.values()
    ]
    for name, _, outcome, lost in rows:
        assert lost == "0" or (lost == "list in doubt" and outcome.startswith("INCOMPLETE"))
        assert SCENARIOS[name].outcome in ("either", outcome.partition(",")[0].lower())


def test_scenarios_can_be_played_by_hand(desk: Desk) -> None:
    """`--play` with a wrong name lists them all."""
    ended = desk.run("sandbox", "--play", "earthquake")
    assert ended.status == 2
    assert all(name in ended.sentence() for name in SCENARIOS)
