"""The page as a file: whole, small, in four languages, and with nothing from outside in it as code."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from reconcile.language.translate import ENGLISH, LANGUAGES, Language, language
from reconcile.overview.chain import Venue
from reconcile.overview.days import VERDICTS, Day
from reconcile.report.overview.calendar import MOST_LINKS
from reconcile.report.overview.names import CLASSES, LETTERS
from reconcile.report.overview.page import render
from tests.given.shown_chains import HOSTILE, LAST, chain, hostile_chain, hostile_page, large_page


class Tags(HTMLParser):
    """The tags of a page, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def data_of(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize("code", LANGUAGES)
def test_letters_differ_in_every_language(code: str) -> None:
    letters = [language(code).say(letter) for letter, _ in LETTERS.values()]
    assert len(set(letters)) == len(letters) == len(VERDICTS) == len(set(CLASSES.values()))
    assert {len(letter) for letter in letters} == {1}
    for letter, (_, word) in zip(letters, LETTERS.values(), strict=True):
        assert letter in language(code).say(word).upper()


def test_hostile_texts_are_texts() -> None:
    """No tag, no attribute and no data comes from them."""
    page = hostile_page()
    tags = Tags(page)
    assert sum(tag == "script" for tag, _ in tags.tags) == 2
    assert not [tag for tag, _ in tags.tags if tag in ("img", "b1", "iframe", "object", "base")]
    assert not [name for _, given in tags.tags for name in given if name.startswith("on") or name == "style"]
    for text in HOSTILE[:6]:
        assert text in tags.texts
    names = [venue["name"] for venue in data_of(page)["venues"]]
    assert names[0] == HOSTILE[0]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000\ud800-\udfff\u2028\u2029]", page)
    assert max(map(len, names)) <= 80


def test_every_address_is_beside_the_page_or_in_it() -> None:
    """No scheme, no host, no folder."""
    for tag, given in Tags(hostile_page()).tags:
        for name in ("href", "src", "action", "data", "srcset", "poster"):
            address = given.get(name)
            assert address is None or re.fullmatch(r"#\w+|[\w.-]+\.xlsx|data:,", address), (tag, address)


def test_only_its_own_style_and_script_are_allowed() -> None:
    page = hostile_page()
    (policy,) = (
        html.unescape(each) for each in re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name, tag in (("style-src", "style"), ("script-src", "script")):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy


def test_the_data_say_what_the_page_says() -> None:
    found = data_of(hostile_page())
    assert (found["to"], found["currency"], found["demo"]) == ("2026-01-30", "AZN", False)
    (first, *_) = found["venues"]
    assert first["days"].startswith("rdiumrdium")
    assert len(first["over"]) == len(first["under"]) == 18
    assert first["over"][0] == "2469.13578"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_says_its_language_and_has_one_heading(code: str) -> None:
    tags = Tags(hostile_page(code)).tags
    assert ("html", {"lang": code}) in tags
    assert sum(tag == "h1" for tag, _ in tags) == 1
    ids = [given["id"] for _, given in tags if "id" in given]
    assert len(ids) == len(set(ids))
    for _, given in tags:
        if (target := given.get("href") or "").startswith("#"):
            assert target[1:] in ids


def test_every_table_has_a_caption_and_headers_with_a_scope() -> None:
    tags = Tags(hostile_page()).tags
    names = [tag for tag, _ in tags]
    assert names.count("table") == names.count("caption") == 5 - 1
    assert all(given.get("scope") in ("row", "col", "colgroup") for tag, given in tags if tag == "th")


class Marking(Language):
    """A language in which every text that is said stands in brackets."""

    def say(self, text: str, /, **values: object) -> str:
        return f"⟦{super().say(text, **values)}⟧" if text else ""

    def many(self, one: str, more: str, count: int, /, **values: object) -> str:
        return f"⟦{super().many(one, more, count, **values)}⟧"


def test_nothing_on_the_page_escapes_translation() -> None:
    """Outside what was said there are names from outside, numbers, dates and the program's name."""
    marking = Marking(**{field.name: getattr(ENGLISH, field.name) for field in dataclasses.fields(ENGLISH)})
    shown = dataclasses.replace(hostile_chain(), causes=(), problems={})
    page = render(shown, names={}, workbooks={}, language=marking).decode()
    body = re.sub("<(style|script)[ >].*?</\\1>", "", page, flags=re.DOTALL)
    texts = " ".join(Tags(body).texts)
    while re.search("⟦[^⟦⟧]*⟧", texts):
        texts = re.sub("⟦[^⟦⟧]*⟧", " ", texts)
    assert set(re.findall(r"[^\W\d_]{2,}", texts)) <= {"reconcile", "AZN"}


def test_a_chain_where_all_agrees_says_so() -> None:
    page = render(
        chain([Venue(3, None, {LAST: Day("RECONCILED")})]), names={}, workbooks={}, language=ENGLISH
    )
    texts = " ".join(Tags(page.decode()).texts)
    assert "1 of 1 venue reconciled on 2026-01-30" in texts
    assert "Nothing: every venue agrees." in texts


def test_a_large_chain_makes_a_page_that_can_be_mailed() -> None:
    """100 venues of a year, every day with a workbook: a tenth of 5 MiB, but for the links, whose number is limited."""
    page = large_page(100)
    links = page.count(b"<a href=2")
    assert 0 < links <= MOST_LINKS
    assert len(page) - links * len(b"<a href=2026-01-19-venue-1000.xlsx></a>") < 0.4 * 2**20


def test_links_are_limited_from_the_newest_day_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.report.overview.calendar.MOST_LINKS", 40)
    page = large_page(10, 30).decode()
    linked = set(re.findall(r"<a href=(2026-01-\d\d)", page))
    assert linked == {"2026-01-30", "2026-01-29", "2026-01-28", "2026-01-27"}
    assert "Letters before 2026-01-27 are not links" in page
