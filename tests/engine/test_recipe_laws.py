"""Laws of recipes: what is due and written off is right, and whatever is changed is found, and nothing else."""

from __future__ import annotations

import dataclasses
import itertools
import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from reconcile.engine.match import match_day
from reconcile.frames import build_day
from reconcile.model.matched import LineIngredients, MatchedLines, MatchedOperations
from reconcile.report import findings_json
from reconcile.settings.model import Settings
from tests.given.recipe_days import (
    PREPARATIONS,
    Catalogue,
    Sale,
    catalogues,
    day_of,
    many_sales,
    orders,
    sales,
    sales_in_part,
)

STRAIGHT = list(range(7))
GARBAGE: st.SearchStrategy[Any] = st.sampled_from(
    [None, "", "x", -1, 0, 10**30, [], {}, [[]], [None], True, "NaN", [{"pivot": []}]]
)


@given(catalogue=catalogues(), sold=sales_in_part)
def test_a_day_with_everything_due_written_off_has_no_finding(catalogue: Catalogue, sold: list[Sale]) -> None:
    judged = day_of(catalogue, sold, STRAIGHT).judged()
    assert judged.told == []
    assert set(judged.classes) == {"matched"}
    assert judged.result.complete


@given(catalogue=catalogues(), sold=many_sales, data=st.data())
def test_one_amount_that_is_changed_is_one_finding(
    catalogue: Catalogue, sold: list[Sale], data: st.DataObject
) -> None:
    """On the line and the ingredient whose amount it is, with the difference that was made."""
    day = day_of(catalogue, sold, STRAIGHT)
    operation = data.draw(
        st.sampled_from([each for key in sorted(day.operations) for each in day.operations[key]])
    )
    sale = sold[operation["receipt_id"] - 1]
    assume(not sale.modifiers or sale.count == sale.portion == 1)  # else another reading may be nearer
    more = data.draw(st.sampled_from([Decimal("0.002"), Decimal(7)])) * (-1 if sale.is_return else 1)
    operation["quantity"] += more
    operation["before_quantity"] += more
    operation["total_cost"] = operation["cost"] * operation["quantity"]
    findings = day.judged().findings
    serious = findings[findings["severity"].isin(["error"])]
    assert serious["rule"].tolist() == ["recipe-mismatch"]
    assert serious["receipt_product_id"].tolist() == [operation["receipt_product_id"]]
    assert serious["product_id"].tolist() == [operation["product_id"]]
    assert abs(serious["difference"].iloc[0] - more * 10**6) <= 1, "what is due has six decimals"


@given(catalogue=catalogues(), sale=sales)
def test_a_preparation_equals_its_parts(catalogue: Catalogue, sale: Sale) -> None:
    """Whichever preparations are taken as themselves, and whichever as what they are made of."""
    choices = itertools.chain.from_iterable(
        itertools.combinations(PREPARATIONS, size) for size in range(len(PREPARATIONS) + 1)
    )
    sold = [dataclasses.replace(sale, as_itself=dict.fromkeys(each, Fraction(1))) for each in choices]
    assert day_of(catalogue, sold, STRAIGHT).judged().told == []


@given(catalogue=catalogues(), sold=many_sales, times=st.sampled_from([2, 10]))
def test_so_many_times_the_count_owe_so_many_times_the_due(
    catalogue: Catalogue, sold: list[Sale], times: int
) -> None:
    once = day_of(catalogue, sold, STRAIGHT).judged().result.ingredients
    more = day_of(catalogue, sold, STRAIGHT, times).judged().result.ingredients
    assert once["product_id"].tolist() == more["product_id"].tolist()
    assert ((once["due"] * times - more["due"]).abs() <= times).all(), "to the sixth decimal"
    assert (once["is_due"] == more["is_due"]).all()


@given(catalogue=catalogues(), sold=many_sales, order=orders, data=st.data())
def test_the_order_of_recipe_rows_and_of_products_is_irrelevant(
    catalogue: Catalogue, sold: list[Sale], order: list[int], data: st.DataObject
) -> None:
    """Also where something is wrong."""
    straight, other = day_of(catalogue, sold, STRAIGHT), day_of(catalogue, sold, order)
    other.products = data.draw(st.permutations(other.products))
    place = data.draw(st.integers(0, len(straight.operations[1]) - 1))
    for day in (straight, other):
        day.operations[1].pop(place)
    assert findings_json.render(straight.judged().result) == findings_json.render(other.judged().result)


@given(catalogue=catalogues(), sold=many_sales)
def test_the_frames_hold_to_their_contracts(catalogue: Catalogue, sold: list[Sale]) -> None:
    for products in (catalogue.products(STRAIGHT), []):
        day = day_of(catalogue, sold, STRAIGHT)
        day.products = products
        matched = match_day(build_day(day.evidence(), Settings()), Settings())
        LineIngredients.validate(matched.ingredients)
        MatchedLines.validate(matched.lines)
        MatchedOperations.validate(matched.operations)


@given(catalogue=catalogues(), sold=many_sales, data=st.data())
def test_whatever_the_catalogue_holds_every_record_is_counted(
    catalogue: Catalogue, sold: list[Sale], data: st.DataObject
) -> None:
    """With anything in place of any field of any product, the day is judged and its totals add up."""
    day = day_of(catalogue, sold, STRAIGHT)
    day.products = json.loads(json.dumps(day.products))
    for _ in range(data.draw(st.integers(1, 5))):
        record = data.draw(st.sampled_from(day.products))
        for _ in range(data.draw(st.integers(0, 2))):
            inner = [each for value in record.values() if isinstance(value, list) for each in value]
            record = data.draw(
                st.sampled_from([each for each in inner if isinstance(each, dict)] or [record])
            )
        record[data.draw(st.sampled_from(sorted(record)))] = data.draw(GARBAGE)
    result = day.judged().result
    assert result.complete, "a catalogue that can't be read is no fault of the day"
    lines = dict(result.control.lines)
    assert lines.pop("total") == sum(lines.values())
