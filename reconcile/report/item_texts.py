"""What the workbook and the mail say of an item: what happened, what to correct, why it is open again."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from reconcile.core.exact import MICRO, half_even
from reconcile.language.messages import messages
from reconcile.language.translate import Language, to_say
from reconcile.ledger.item import ELSEWHERE, LEFT_OUT, MISPLACED, PUT_BACK_SINCE, STATUSES, Item
from reconcile.rulebook.amounts import OVER, UNDER
from reconcile.rulebook.rule import Rule

_CENT = MICRO // 100


def what_happened(items: pd.DataFrame, rules: Mapping[str, Rule], language: Language) -> list[str]:
    """The message of each item; for one of several findings, that of the largest."""
    texts = messages(items, {name: rule.message for name, rule in rules.items()}, language)
    for row, count in enumerate(items["count"].tolist()):
        if count > 1:
            shown = language.number(count)
            texts[row] = language.say("the largest of {count}: {what}", count=shown, what=texts[row])
    return texts


def unit_cost_of(item: Item) -> int | None:
    """Value ÷ difference of goods over or under, in millionths; None where they do not give the value to the cent."""
    if item.counts_as not in (OVER, UNDER) or not item.is_quantity or not item.difference:
        return None
    value = item.value or 0
    sign = 1 if item.difference > 0 else -1
    found = half_even(value * sign * MICRO, abs(item.difference))
    return found if abs(half_even(found * item.difference, MICRO) - value) * 2 <= _CENT else None


def correction(item: Item, language: Language) -> str:
    """What to re-enter in the point of sale; empty where that is not a quantity of one product."""
    if item.left_out in (MISPLACED, ELSEWHERE):
        return language.say("Nothing: written off elsewhere")
    if item.left_out == PUT_BACK_SINCE:
        return language.say("Nothing: put back since")
    if item.left_out in LEFT_OUT:
        return ""
    if item.counts_as not in (OVER, UNDER) or not item.is_quantity or not item.difference:
        return ""
    much = f"{language.amount(abs(item.difference))} {item.unit}".strip()
    if item.difference > 0:
        return language.say("Put back {quantity}", quantity=much)
    return language.say("Write off {quantity} more", quantity=much)


def reopened_because(item: Item, language: Language) -> str:
    """Why an item that was answered is open again."""
    response = item.reopened
    if response is None:
        return ""
    facts = response.facts
    status = language.say(STATUSES[response.answer.status])
    parts = [language.say("Open again; it was {status}", status=status)]
    pairs = (
        (to_say("expected was {was}"), facts.expected, item.expected),
        (to_say("found was {was}"), facts.actual, item.actual),
        (to_say("value was {was}"), facts.value, facts.value if item.repeats else item.value),
    )
    parts += [language.say(text, was=_shown(was, language)) for text, was, now in pairs if was != now]
    if facts.severity != item.severity:
        was = language.say(facts.severity.capitalize())
        parts.append(language.say("severity was {was}", was=was))
    return "; ".join(parts)


def _shown(fact: int | str | None, language: Language) -> str:
    if fact is None:
        return language.say("unknown")
    return fact if isinstance(fact, str) else language.amount(fact)
