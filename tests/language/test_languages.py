"""The workbook in every language: nothing is left in English, and nothing is too long for where it stands."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any, ClassVar

import openpyxl
import pytest
from babel import Locale

from reconcile.analysis.day_items import day_items
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH, LANGUAGES, Language, language
from reconcile.ledger.item import CORRECTED, EXPLAINED, Answer, Response
from reconcile.ledger.ledger import Workbook, carry
from reconcile.model.modifiers import choices
from reconcile.settings.model import Settings
from tests.generate.languages import catalogue, compiled, rendered, renewed
from tests.given.answered_days import responses_in
from tests.given.demo_day import demo_book, demo_result
from tests.given.places import CATALOGUES
from tests.given.random_days import RandomDay, build
from tests.given.workbook_reading import ledger_of, table, write

OTHERS = [code for code in LANGUAGES if code != "en"]
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")


class Marking(Language):
    """A language in which every text that is said stands in brackets: what stands outside them was never said."""

    said: ClassVar[set[str]] = set()

    def say(self, text: str, /, **values: Any) -> str:
        self.said.add(text)
        return f"⟦{_unmarked(super().say(text, **values))}⟧" if text else ""

    def many(self, one: str, more: str, count: int, /, **values: Any) -> str:
        self.said.add(one)
        return f"⟦{_unmarked(super().many(one, more, count, **values))}⟧"


def _unmarked(text: str) -> str:
    return text.replace("⟦", "").replace("⟧", "")


@pytest.mark.parametrize("code", OTHERS)
def test_a_catalogue_has_just_the_texts_there_are(code: str) -> None:
    """`python -m tests.generate.languages` renews it; it has no times and no leftovers."""
    path = CATALOGUES / f"{code}.po"
    assert path.read_text(encoding="utf-8") == rendered(renewed(code))
    assert path.with_suffix(".mo").read_bytes() == compiled(catalogue(code))


@pytest.mark.parametrize("code", OTHERS)
def test_numbers_have_the_separators_of_the_language(code: str) -> None:
    symbols = Locale.parse(code).number_symbols["latn"]
    assert (language(code).group, language(code).decimal) == (symbols["group"], symbols["decimal"])


@pytest.mark.parametrize("code", OTHERS)
def test_every_text_is_translated_with_its_placeholders(code: str) -> None:
    for message in catalogue(code):
        if not message.id:
            continue
        ids, strings = forms(message.id), forms(message.string)
        assert all(strings), f"{code}: {ids[0]!r} is not translated"
        assert "fuzzy" not in message.flags
        for string in strings:
            assert fields(string) == fields(ids[-1]), f"{code}: {ids[0]!r}"
            assert string == string.strip() or ids[0] != ids[0].strip()


def forms(text: Any) -> tuple[str, ...]:
    """One text, or one for each plural form."""
    return text if isinstance(text, tuple) else (text or "",)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def outside(result: Result) -> set[str]:
    """Texts that are not ours: names from the point of sale, and the words of machines."""
    frames = (result.lines, result.operations, result.ingredients)
    names = {
        str(text)
        for frame in frames
        for name in ("product", "storage", "unit", "type")
        if name in frame
        for text in frame[name].cat.categories
    }
    for product in result.catalogue.products.values():
        names |= {product.name, product.unit, product.category}
    names |= set(result.receipts["source"].cat.categories)
    names |= {choice.name for text in result.lines["modifiers"].cat.categories for choice in choices(text)}
    return names | {
        modifier.name for each in result.catalogue.products.values() for modifier in each.modifiers
    }


def texts(book: Any) -> Iterator[tuple[str, str]]:
    """Each text and where it stands; one that goes on in the next line is one text."""
    for page in book:
        told = ""
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str):
                    told = f"{told} {cell.value}".strip()
                    if told.count("⟦") == told.count("⟧"):
                        yield f"{page.title}!{cell.coordinate}", told
                        told = ""
        assert not told, f"{page.title} ends in a text begun and not ended"


_CODES = re.compile(
    r"\breconcile\b( \d[\d.]*)?|[a-z_]+(?:[-.][a-z_]+)+|window_days|timezone|\b[0-9a-f]{16,64}\b|"
    r"\d{4}-\d\d-\d\dT[\d:]+Z|\bdemo\b|2026-01-18\.xlsx"
)


def broken_day() -> Result:
    """A day with all that can't be judged: a receipt not had, records that can't be read, an open receipt."""
    day = build([([(31042, Decimal(1), Decimal(1)), (31046, Decimal(2), Decimal("0.5"))], False)] * 4)
    del day.operations[1]
    day.receipts[1]["status"] = 1
    day.operations[3][0]["cost"] = None
    day.receipts[3]["receipt_products"][0]["count"] = "many"
    day.receipts[3]["closed_at"] = "soon"
    evidence = day.evidence()
    evidence.catalogue_failed = "the service said 3 products and gave 2"
    return dataclasses.replace(reconcile_day(evidence, Settings()), crashed_rules=("cost-drift",))


def empty_day() -> Result:
    return reconcile_day(RandomDay([], {}).evidence(), Settings())


@pytest.mark.parametrize("make", [demo_result, broken_day, empty_day])
def test_nothing_in_the_workbook_escapes_translation(make: Callable[[], Result], tmp_path: Path) -> None:
    """Take away what was said in the language, names from outside, and codes: no word is left. And all that was said
    is in the catalogues: a text inside an f-string, say, is not found when they are made."""
    marking = Marking(**{field.name: getattr(ENGLISH, field.name) for field in dataclasses.fields(ENGLISH)})
    marking.said.clear()
    result = make()
    ledger = ledger_of(result)
    items = day_items(result)
    before = [
        item._replace(severity="error", expected=1, actual="once", value=1) for item in ledger.open_items[::2]
    ]
    carried = [*before, *(item._replace(id=f"{n:016x}") for n, item in enumerate(ledger.open_items[:3]))]
    said = {
        item.id: Response(Answer(EXPLAINED if n % 3 else CORRECTED, reason="other"), item.facts)
        for n, item in enumerate(carried)
    }
    earlier = Workbook(
        "2026-01-18.xlsx", date(2026, 1, 18), said, carried=carried, costs={(31042, 3): (10**6, 10**9)}
    )
    ledger = carry(
        items,
        result.header.date,
        responses=responses_in([earlier]),
        previous=earlier,
        still_found=lambda _: False,
    )
    ledger = dataclasses.replace(ledger, unreadable=("2026-01-18.xlsx",))
    path = tmp_path / "marked.xlsx"
    write(result, path, ledger, language=marking)
    names = sorted(outside(result) - {""}, key=len, reverse=True)
    left = {}
    for place, text in texts(openpyxl.load_workbook(path)):
        rest = _CODES.sub("", MARKED.sub("", text))
        for name in names:
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d_]{2,}", rest):
            left[place] = text
    assert left == {}
    known = {forms(message.id)[0] for message in catalogue("ru")}
    assert {
        text for text in marking.said - known if "⟦" not in text and re.search(r"[^\W\d_]", text)
    } == set()


@pytest.mark.parametrize("code", OTHERS)
def test_the_workbook_of_a_language_is_whole(code: str) -> None:
    """Sheet names fit and differ, headers of a table differ, checks hold, numbers are the same as in English."""
    english, book = demo_book(), demo_book(code)
    assert len(book.sheetnames) == len(english.sheetnames) == len({name.lower() for name in book.sheetnames})
    assert not set(book.sheetnames) & set(english.sheetnames)
    for page, other in zip(book, english, strict=True):
        assert numbers(page) == numbers(other)
        for name in page.tables:
            headers = [column.name for column in page.tables[name].tableColumns]
            assert len({header.lower() for header in headers}) == len(headers), name
    say = language(code).say
    (result,) = {row[say("Result")] for row in table(book, say("Checks and notes"), "tblChecks")}
    assert result == say("OK")


def numbers(page: Any) -> list[Any]:
    return [cell for row in page.iter_rows(values_only=True) for cell in row if isinstance(cell, int | float)]


def test_numbers_in_sentences_are_written_as_the_language_writes_them() -> None:
    """Cells follow the reader's own settings; sentences can't."""
    amount = -1_234_567_500_000
    assert ENGLISH.money(amount) == "−1,234,567.50"
    assert language("ru").money(amount) == "−1\u00a0234\u00a0567,50"
    assert language("az").money(amount) == "−1.234.567,50"
    assert language("uz").money(amount) == "−1\u00a0234\u00a0567,50"


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        (0, "0.00"),
        (-129_291_215_269, "−129,291.22"),
        (999_995_000, "1,000.00"),
        (5_000, "0.005"),
        (15_000, "0.02"),
        (-1, "−0.000001"),
    ],
)
def test_money_in_sentences_has_two_decimals_unless_it_were_nothing(amount: int, told: str) -> None:
    """The tables have all of it."""
    assert ENGLISH.money(amount) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [(1, "1 ошибка"), (2, "2 ошибки"), (5, "5 ошибок"), (21, "21 ошибка"), (111, "111 ошибок")],
)
def test_plurals_are_those_of_the_language(count: int, told: str) -> None:
    assert language("ru").many("{count} error", "{count} errors", count) == told


def test_the_letters_of_uzbek_are_written_one_way() -> None:
    """After o and g stands U+2018, for the glottal stop U+2019: a word that is searched for is found."""
    for message in catalogue("uz"):
        for text in forms(message.string) if message.id else ():
            assert not re.search(r"['ʻʼ´]|(?<![oOgG])‘|(?<=[oOgG])’", text), text


@pytest.mark.parametrize("code", OTHERS)
def test_money_is_never_gross_or_net_in_the_words_of_a_kitchen(code: str) -> None:
    """Brutto and netto are weights in a recipe: they stand only where the text is about those."""
    for message in catalogue(code):
        texts = "".join(forms(message.string)).lower() if message.id else ""
        if re.search("brutto|netto|брутто|нетто", texts):
            assert re.search(r"gross × sold|gross of ingredient|brutto", "".join(forms(message.id)))
