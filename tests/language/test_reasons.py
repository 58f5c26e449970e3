"""Reasons, which evidence keeps in English, are said in every language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.engine.day import reconcile_day
from reconcile.language.reasons import in_words, patterns
from reconcile.language.translate import ENGLISH, language
from reconcile.settings.model import Settings
from tests.given.random_days import GARBAGE, RandomDay, clean_days
from tests.given.recipe_days import Catalogue, Sale, catalogues, day_of, many_sales


def is_recognised(reason: str) -> bool:
    """Whether a reason, and the reason that it gives, can be said in every language."""
    for _, pattern in patterns():
        if found := pattern.fullmatch(reason):
            return "why" not in found.groupdict() or is_recognised(found["why"])
    return False


def test_a_reason_is_recognised_and_what_it_quotes_is_not_touched() -> None:
    """Reasons come from evidence that may be years old: their templates are known again, inside one another too."""
    told = in_words("no answer: 504 gateway", language("ru"))
    assert told.endswith("504 gateway")
    assert not told.startswith("no answer")
    nested = in_words("the catalogue is not whole: the service said 3 products and gave 2", language("ru"))
    assert not re.search("[a-z]{3}", nested)
    assert in_words("{field} is missing {x}", language("ru")) == in_words("{field} is missing {x}", ENGLISH)
    assert not is_recognised("something else")


@pytest.mark.parametrize(
    "reason",
    [
        "is_returns is neither true nor false: 'x'",
        "the evidence was changed after it was written: its end states 2 'receipt' records, and it holds 1",
        "the evidence was changed after it was written: its records are not those of which its end states the ids",
        "the evidence was changed after it was written: the receipts in it are not those that were listed",
    ],
)
def test_what_is_rare_can_be_said_too(reason: str) -> None:
    """A flag of a receipt, and evidence from which a record was taken away."""
    assert is_recognised(reason)


@given(day=clean_days, data=st.data())
def test_every_reason_for_which_a_record_is_set_apart_can_be_said_in_every_language(
    day: RandomDay, data: st.DataObject
) -> None:
    """Whatever comes: a reason without a template would stay English in the other languages."""
    for _ in range(data.draw(st.integers(1, 4))):
        receipt = data.draw(st.sampled_from(day.receipts))
        operation = data.draw(st.sampled_from(day.operations[receipt["id"]]))
        line = data.draw(st.sampled_from(receipt["receipt_products"]))
        record = data.draw(st.sampled_from([receipt, operation, line]))
        field = data.draw(st.sampled_from(sorted(set(record) - {"id", "receipt_products"})))
        record[field] = data.draw(GARBAGE)
    result = reconcile_day(day.evidence(), Settings())
    reasons = {each.reason for each in result.failures} | set(result.quarantine["reason"].tolist())
    assert {reason for reason in reasons if not is_recognised(reason)} == set()


@given(catalogue=catalogues(), sold=many_sales, data=st.data())
def test_every_reason_why_a_recipe_is_not_known_can_be_said_too(
    catalogue: Catalogue, sold: list[Sale], data: st.DataObject
) -> None:
    day = day_of(catalogue, sold, list(range(7)))
    for _ in range(data.draw(st.integers(1, 3))):
        product = data.draw(st.sampled_from(day.products))
        product[data.draw(st.sampled_from(sorted(set(product) - {"id", "name"})))] = data.draw(GARBAGE)
    because = set(day.judged().result.lines["because"].astype(str).tolist()) - {""}
    assert {reason for reason in because if not is_recognised(reason)} == set()
