"""The command `overview`: what it writes and says, and how it ends."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from pathlib import Path

import pytest

from reconcile.batch.folder import locked_folder
from reconcile.books.folder import day_folder
from reconcile.books.write import write_books
from reconcile.settings.model import Settings
from tests.given.answered_days import FIRST, SECOND, judged_day
from tests.given.books import demo_books
from tests.given.made_chains import Stamps
from tests.given.running import Desk


def test_it_writes_one_page_and_prints_its_path(desk: Desk, stamps: Stamps) -> None:
    stamps.make(desk.folder, {1: "RD", 2: "RR"})
    ended = desk.run("overview")
    assert (ended.status, ended.out) == (0, f"{desk.folder / 'overview.html'}\n")
    assert "2 venues, 2026-01-19 to 2026-01-20" in ended.err
    assert desk.names() == ["overview.html"]


def test_the_same_books_give_the_same_bytes(desk: Desk, stamps: Stamps) -> None:
    stamps.make(desk.folder, {1: "RDB", 2: "IR"})
    pages = []
    for _ in range(2):
        desk.run("overview")
        pages.append((desk.folder / "overview.html").read_bytes())
    assert pages[0] == pages[1]


def test_a_folder_without_books_is_refused(desk: Desk) -> None:
    ended = desk.run("overview")
    assert ended.status == 2
    assert "has no books; reconcile some days first" in ended.sentence()
    assert desk.names() == []


def test_books_of_two_currencies_are_refused(desk: Desk) -> None:
    """Their amounts can't be added."""
    for venue, currency in ((1, "AZN"), (2, "UZS")):
        result = judged_day(FIRST, "twice")
        header = dataclasses.replace(result.header, venue_id=venue)
        settings = Settings(currency=currency)
        write_books(dataclasses.replace(result, header=header, settings=settings), desk.folder)
    ended = desk.run("overview")
    assert ended.status == 2
    assert "2026-01-19, venue 1, are in AZN and those of 2026-01-19, venue 2, in UZS" in ended.sentence()
    assert desk.names() == []


def test_a_day_whose_books_cannot_be_read_is_named(desk: Desk, stamps: Stamps) -> None:
    stamps.make(desk.folder, {1: "RD", 2: "RR"})
    (day_folder(desk.folder, SECOND, 2) / "control.parquet").write_bytes(b"PAR1")
    ended = desk.run("overview")
    assert ended.status == 3
    assert "2026-01-20, venue 2: the books can't be read: control.parquet is cut or damaged" in ended.err
    assert "control.parquet is cut or damaged" in (desk.folder / "overview.html").read_text("utf-8")


def test_many_such_days_are_counted(desk: Desk, stamps: Stamps) -> None:
    stamps.make(desk.folder, dict.fromkeys(range(1, 26), "R"))
    for venue in range(1, 25):
        (day_folder(desk.folder, FIRST, venue) / "control.parquet").write_bytes(b"")
    ended = desk.run("overview")
    assert (ended.status, ended.err.count("can't be read")) == (3, 20)
    assert "and 4 more: the page names all" in ended.err


def test_demos_alone_are_a_demo_and_say_so(desk: Desk) -> None:
    demo_books(desk.folder)
    ended = desk.run("overview")
    assert (ended.status, desk.names()) == (0, ["demo-overview.html"])
    assert "DEMO: made-up data" in (desk.folder / "demo-overview.html").read_text("utf-8")


def test_demos_beside_real_days_are_counted(desk: Desk, stamps: Stamps) -> None:
    demo_books(desk.folder)
    stamps.make(desk.folder, {1: "R"})
    assert desk.run("overview").status == 0
    page = (desk.folder / "overview.html").read_text("utf-8")
    assert "1 day of demos is in the folder and not shown." in page
    assert "DEMO: made-up data" not in page


def test_letters_link_to_the_newest_workbook_beside_the_page(desk: Desk, stamps: Stamps) -> None:
    """A day that is reconciled, or has no workbook, is no link; nor is what is named so and is no file."""
    stamps.make(desk.folder, {1: "RDDD", 2: "RRDD"})
    third, fourth = FIRST + timedelta(2), FIRST + timedelta(3)
    for name in (
        f"{FIRST}-venue-1.xlsx", f"{SECOND}-venue-1.xlsx", f"{SECOND}-venue-1-r2.xlsx", f"{SECOND}-venue-1-r10.xlsx",
        f"demo-{third}-venue-1.xlsx", f"{third}-venue-2.xlsx", "2026-02-31-venue-1.xlsx", f"{SECOND}.xlsx",
    ):  # fmt: skip
        (desk.folder / name).touch()
    (desk.folder / f"{fourth}-venue-2.xlsx").mkdir()
    desk.run("overview")
    page = (desk.folder / "overview.html").read_text("utf-8")
    links = re.findall(r"<td class=d><a href=([^>]+)>D</a>", page)
    assert sorted(links) == [f"{SECOND}-venue-1-r10.xlsx", f"{third}-venue-2.xlsx"]


def test_venues_have_the_names_of_the_settings(desk: Desk, stamps: Stamps) -> None:
    desk.configure('venues.2.name = "Fountain & <Square>"\n')
    stamps.make(desk.folder, {1: "R", 2: "R", 0: "R"})
    desk.run("overview")
    page = (desk.folder / "overview.html").read_text("utf-8")
    assert "Fountain &amp; &lt;Square&gt;" in page
    assert "Venue 1" in page
    assert "<Square>" not in page


def test_another_run_that_holds_the_folder_is_waited_for(desk: Desk, stamps: Stamps) -> None:
    stamps.make(desk.folder, {1: "R"})
    with locked_folder(desk.folder):
        ended = desk.run("overview")
    assert (ended.status, desk.names()) == (3, [])
    assert "another run holds" in ended.sentence()


@pytest.mark.parametrize("place", ["link", "folder"])
def test_what_is_in_the_place_of_the_page(desk: Desk, stamps: Stamps, tmp_path: Path, place: str) -> None:
    """A link is replaced and not followed; a folder ends the run."""
    stamps.make(desk.folder, {1: "R"})
    path, other = desk.folder / "overview.html", tmp_path / "other.html"
    other.write_text("mine")
    path.symlink_to(other) if place == "link" else path.mkdir()
    ended = desk.run("overview")
    assert other.read_text() == "mine"
    if place == "link":
        assert (ended.status, path.is_symlink()) == (0, False)
    else:
        assert ended.status == 2
        assert "overview.html can't be written" in ended.sentence()


@pytest.mark.parametrize("arguments", [("--date", "2026-01-19"), ("--venue", "3"), ("--from", "2026-01-19")])
def test_it_takes_no_days(desk: Desk, arguments: tuple[str, ...]) -> None:
    assert "'overview' takes no days or venues" in desk.run(*arguments, "overview").sentence()
