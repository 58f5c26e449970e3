"""Statuses and reasons that a person chooses or types are read in every language, whatever keyboard was at hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconcile.language.translate import LANGUAGES, language
from reconcile.ledger.item import REASONS, STATUSES
from reconcile.report.read_back import in_english
from reconcile.report.sheets.summary import CONCLUSIONS

LABELS = tuple(STATUSES.values()), tuple(REASONS.values())
COMMA = "\N{LEFT SINGLE QUOTATION MARK}"


def shown(code: str, labels: tuple[str, ...]) -> list[str]:
    return [language(code).say(label) for label in labels]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("mark", [COMMA, "'", "`", "\u2019", "\u02bb", "\u02bc"])
@pytest.mark.parametrize("change", [str.title, str.upper, str.lower, " {} ".format])
def test_a_word_is_read_in_any_case_with_any_apostrophe(
    code: str, labels: tuple[str, ...], mark: str, change: Callable[[str], str]
) -> None:
    typed = [change(text.replace(COMMA, mark)) for text in shown(code, labels)]
    assert [in_english(text, labels) for text in typed] == list(labels)


@pytest.mark.parametrize("labels", LABELS)
def test_no_two_languages_have_one_word_for_different_things(labels: tuple[str, ...]) -> None:
    meanings: dict[str, set[str]] = {}
    for code in LANGUAGES:
        for label, text in zip(labels, shown(code, labels), strict=True):
            meanings.setdefault(text.casefold(), set()).add(label)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("labels", [*LABELS, CONCLUSIONS])
def test_a_drop_down_list_holds_its_choices(code: str, labels: tuple[str, ...]) -> None:
    """Excel parts the choices at commas, and keeps 255 characters of them."""
    choices = shown(code, labels)
    assert ",".join(choices).split(",") == choices
    assert len(",".join(choices)) <= 255
