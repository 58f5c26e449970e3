"""Statuses and reasons that a person types are read in every language, whatever keyboard was at hand."""

from __future__ import annotations

import itertools

import pytest

from reconcile.language.translate import LANGUAGES, language
from reconcile.ledger.item import REASONS, STATUSES
from reconcile.report.read_back import in_english

LABELS = tuple(STATUSES.values()), tuple(REASONS.values())


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("mark", ["\N{LEFT SINGLE QUOTATION MARK}", "'", "`", "\u2019", "\u02bb", "\u02bc"])
def test_a_word_is_read_in_any_case_with_any_apostrophe(code: str, mark: str) -> None:
    for labels, change in itertools.product(LABELS, (str, str.upper, str.lower, " {} ".format)):
        shown = [language(code).say(label).replace("\N{LEFT SINGLE QUOTATION MARK}", mark) for label in labels]
        assert [in_english(change(text), labels) for text in shown] == list(labels)


@pytest.mark.parametrize("labels", LABELS)
def test_no_two_languages_have_one_word_for_different_things(labels: tuple[str, ...]) -> None:
    meanings: dict[str, set[str]] = {}
    for code, label in itertools.product(LANGUAGES, labels):
        meanings.setdefault(language(code).say(label).casefold(), set()).add(label)
    assert {word: found for word, found in meanings.items() if len(found) > 1} == {}
