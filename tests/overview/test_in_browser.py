"""The page in a real browser: silent, inert, readable, usable by keyboard, at every width, in both themes, printed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from reconcile.language.catalogues import LANGUAGES
from tests.given.browser import MISSING, chromium, look
from tests.given.shown_chains import HOSTILE, hostile_page, large_page

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

WIDTHS = (360, 768, 1440, 1920)
A4_LANDSCAPE = 1047
"""Pixels of CSS between the margins."""

CONTRASTS = """
const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (color) => {
  const [r, g, b] = color.map((each) => each / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const found = numbers(getComputedStyle(each).backgroundColor);
    if (found.length < 4 || found[3] === 1) return found.slice(0, 3);
    if (found[3] > 0) throw new Error(`${each.tagName} is half transparent`);
  }
  return [255, 255, 255];
};
const found = {};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || element.matches("script, style") || !element.checkVisibility()) continue;
  const ink = numbers(getComputedStyle(element).color).slice(0, 3);
  const [high, low] = [light(ink), light(ground(element))].sort((a, b) => b - a);
  found[`${element.tagName} ${element.className} ${ink} on ${ground(element)}`] = (high + 0.05) / (low + 0.05);
}
return found;
"""
FOCUSED = """
const element = document.activeElement;
const box = element.getBoundingClientRect();
return {
  tag: element.tagName, text: (element.getAttribute("aria-label") || element.textContent).trim().slice(0, 80),
  id: element.id, in_calendar: Boolean(element.closest(".calendar")), visible: box.width > 0 && box.height > 0,
  outline: getComputedStyle(element).outlineStyle,
};
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With hostile names in every place."""
    path = tmp_path_factory.mktemp("page") / "overview.html"
    path.write_text(hostile_page(), encoding="utf-8")
    return path


def opened(browser: Chrome, page: Path, width: int = 1440, *, dark: bool = False) -> None:
    look(browser, width, dark=dark)
    browser.get(page.as_uri())


def said(browser: Chrome, log: str = "browser") -> list[dict[str, Any]]:
    """The entries of a log since the last time: what the console said, or all that the browser did."""
    found: list[dict[str, Any]] = browser.get_log(log)  # type: ignore[no-untyped-call]
    return found


def asked(browser: Chrome) -> list[str]:
    """The addresses that were asked for since the last time."""
    messages = [json.loads(entry["message"])["message"] for entry in said(browser, "performance")]
    sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return [each["request"]["url"] for each in sent]


def focused(browser: Chrome, *keys: str) -> dict[str, Any]:
    """What has the focus after these keys."""
    for key in keys:
        browser.switch_to.active_element.send_keys(key)
    found: dict[str, Any] = browser.execute_script(FOCUSED)
    return found


@pytest.mark.parametrize("dark", [False, True])
def test_the_console_is_silent_and_no_name_runs(browser: Chrome, page: Path, dark: bool) -> None:
    """Also while it is used."""
    opened(browser, page, dark=dark)
    browser.execute_script("""
        const find = document.getElementById("find");
        find.value = "script"; find.dispatchEvent(new Event("input"));
        find.value = ""; find.dispatchEvent(new Event("input"));
        for (const cell of document.querySelectorAll(".calendar td"))
            cell.dispatchEvent(new MouseEvent("mouseover", {bubbles: true}));
        for (const button of document.querySelectorAll("td button")) {
            button.click();
            document.querySelector("dialog").close();
        }
    """)
    assert said(browser) == []
    assert browser.execute_script("return window.hit") is None
    assert browser.execute_script("return document.scripts.length") == 2


def test_nothing_is_asked_of_a_network(browser: Chrome, page: Path) -> None:
    asked(browser)
    opened(browser, page)
    assert {address.partition(":")[0] for address in asked(browser)} <= {"file", "data"}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_width_needs_scrolling_sideways(browser: Chrome, tmp_path: Path, width: int, code: str) -> None:
    """But for the tables, each within its own frame."""
    path = tmp_path / "overview.html"
    path.write_text(hostile_page(code), encoding="utf-8")
    opened(browser, path, width)
    needed: int = browser.execute_script("return document.documentElement.scrollWidth")
    assert needed <= width


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_stands_out_from_its_ground(browser: Chrome, page: Path, dark: bool) -> None:
    """A contrast of 4.5 or more, as WCAG 2 AA asks of small text."""
    opened(browser, page, dark=dark)
    browser.execute_script('document.querySelector("td button").click()')
    found: dict[str, float] = browser.execute_script(CONTRASTS)
    assert len(found) > 20
    assert {what: ratio for what, ratio in found.items() if ratio < 4.5} == {}


def test_the_themes_differ(browser: Chrome, page: Path) -> None:
    grounds = []
    for dark in (False, True):
        opened(browser, page, dark=dark)
        grounds.append(
            browser.execute_script("return getComputedStyle(document.body.parentElement).backgroundColor")
        )
    assert len(set(grounds)) == 2


def test_the_keyboard_reaches_everything_in_order(browser: Chrome, page: Path) -> None:
    """The first stop skips to what matters; a calendar is one stop, and arrows move in it."""
    opened(browser, page)
    first = focused(browser, Keys.TAB)
    assert first["text"] == "Skip to where to look first"
    assert first["visible"]
    stops = [first]
    while stops[-1]["tag"] != "BODY" and len(stops) < 100:
        stops.append(focused(browser, Keys.TAB))
    assert all(stop["outline"] != "none" for stop in stops[:-1])
    tags = [stop["tag"] for stop in stops]
    assert tags.count("BUTTON") == len(HOSTILE)
    (calendar,) = [place for place, stop in enumerate(stops) if stop["in_calendar"]]
    (search,) = [place for place, stop in enumerate(stops) if stop["id"] == "find"]
    assert search < calendar < tags.index("BUTTON")
    assert stops[calendar]["text"].endswith("2026-01-29: DIFFERENCES, opens the workbook")


def test_arrows_move_between_days_and_each_is_told(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    browser.execute_script("document.querySelector('.calendar tbody tr:nth-child(8) a').focus()")
    told = []
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP):
        focused(browser, key)
        told.append(browser.execute_script("return document.getElementById('told').textContent"))
    days = [re.findall(r"(2026-01-\d\d): (\w+)", text)[0] for text in told]
    assert days == [
        ("2026-01-28", "INCOMPLETE"), ("2026-01-28", "INCOMPLETE"), ("2026-01-29", "DIFFERENCES"),
        ("2026-01-29", "DIFFERENCES"), ("2026-01-29", "DIFFERENCES"),
    ]  # fmt: skip
    assert [HOSTILE[7] in text for text in told] == [True, False, False, False, True]


def test_a_venue_is_found_by_its_name(browser: Chrome, page: Path) -> None:
    opened(browser, page)
    browser.find_element("id", "find").send_keys("JAVASCRIPT:")
    shown = browser.execute_script(
        "return [...document.querySelectorAll('.calendar tbody tr')].filter((row) => !row.hidden).length"
    )
    assert shown == 1
    assert browser.find_element("css selector", ".find [role=status]").text == "1 of 11 venues are shown"


def test_the_weeks_of_a_venue_are_numbers(browser: Chrome, page: Path) -> None:
    """With all their decimals."""
    opened(browser, page)
    browser.execute_script("document.querySelectorAll('td button')[7].click()")
    dialog = browser.find_element("css selector", "dialog[open]")
    lines = dialog.text.splitlines()
    assert HOSTILE[7] in lines[1]
    assert lines[3] == "2026-01-26 2,469.13578 −0.03"
    assert len(lines) == 3 + 18
    focused(browser, Keys.ESCAPE)
    assert browser.find_elements("css selector", "dialog[open]") == []


def test_without_its_script_it_says_the_same(browser: Chrome, page: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.html"
    text = re.sub("<script>.*?</script>", "", page.read_text("utf-8"), flags=re.DOTALL)
    bare.write_text(text, encoding="utf-8")
    said = []
    for path in (page, bare):
        opened(browser, path)
        said.append(browser.execute_script(
            "document.querySelectorAll('button, .find, #told').forEach((each) => each.remove());"
            "return document.body.innerText.replace(/\\s+/g, ' ')"
        ))  # fmt: skip
    assert said[0] == said[1]
    assert "RECONCILED" in said[1]


def test_a_screen_reader_is_told_what_each_part_is(browser: Chrome, page: Path) -> None:
    """Tables and regions have names, links too, and pictures are not read."""
    opened(browser, page)
    tree = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree
        if not node["ignored"] and "role" in node
    ]
    roles = {role for role, _ in named}
    assert {"table", "region", "rowheader", "columnheader", "navigation", "main", "heading", "link"} <= roles
    for role in ("table", "region", "link", "navigation", "button", "searchbox"):
        assert all(name for found, name in named if found == role), role
    assert "image" not in roles


@pytest.mark.parametrize("dark", [False, True])
def test_it_prints_on_a4(browser: Chrome, page: Path, dark: bool) -> None:
    """Dark ink on a white ground, nothing wider than the paper."""
    opened(browser, page, A4_LANDSCAPE, dark=dark)
    theme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": theme})
    needed: int = browser.execute_script("return document.documentElement.scrollWidth")
    ink: str = browser.execute_script("return getComputedStyle(document.body).color")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    assert needed <= A4_LANDSCAPE
    assert sum(map(int, re.findall(r"\d+", ink))) < 200
    printed = browser.execute_cdp_cmd(
        "Page.printToPDF", {"preferCSSPageSize": True, "printBackground": False}
    )
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_a_large_chain_opens(browser: Chrome, tmp_path: Path) -> None:
    path = tmp_path / "overview.html"
    path.write_bytes(large_page(200))
    opened(browser, path)
    assert said(browser) == []
    assert len(browser.find_elements("css selector", ".calendar")) == 4
