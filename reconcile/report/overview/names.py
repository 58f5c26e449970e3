"""Names and words of the page: venues, verdicts with their letters, rules, days."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import cached_property

from reconcile.core.text import printable
from reconcile.language.translate import Language, to_say
from reconcile.overview.chain import Amounts, Chain
from reconcile.overview.days import DIFFERENCES, INCOMPLETE, MISSING, RECONCILED, UNREADABLE
from reconcile.rulebook.rules import RULES

LETTERS: Mapping[str, tuple[str, str]] = {
    RECONCILED: (to_say("R"), to_say("RECONCILED")),
    DIFFERENCES: (to_say("D"), to_say("DIFFERENCES")),
    MISSING: (to_say("M"), to_say("MISSING")),
    INCOMPLETE: (to_say("I"), to_say("INCOMPLETE")),
    UNREADABLE: (to_say("U"), to_say("UNREADABLE")),
}
"""By verdict, its letter and its word."""
CLASSES = {RECONCILED: "r", DIFFERENCES: "d", MISSING: "m", INCOMPLETE: "i", UNREADABLE: "u"}
"""By verdict, the class of its cells: the same in every language."""
_OVER, _UNDER = to_say("over {amount}"), to_say("under {amount}")
_MOST = 80
"""Characters of a name from outside."""


def cut(text: str) -> str:
    """A text from outside: printable, and no longer than there is room for."""
    text = printable(text)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"


@dataclasses.dataclass(frozen=True)
class Words:
    """The words of a page in its language."""

    chain: Chain
    names: Mapping[int, str]
    language: Language

    @cached_property
    def _venues(self) -> Mapping[int, str]:
        say, found = self.language.say, {}
        for venue in self.chain.venues:
            number = venue.id or venue.named
            named = number and self.names.get(number)
            found[venue.id] = cut(named) if named else say("Venue {number}", number=number) if number else ""
        return {key: name or say("The venue") for key, name in found.items()}

    def venue(self, number: int) -> str:
        """The name of a venue."""
        return self._venues.get(number) or self.language.say("Venue {number}", number=number)

    def letter(self, verdict: str) -> str:
        return self._verdicts[verdict][0]

    def verdict(self, verdict: str) -> str:
        return self._verdicts[verdict][1]

    @cached_property
    def _verdicts(self) -> Mapping[str, tuple[str, str]]:
        say = self.language.say
        return {verdict: (say(letter), say(word)) for verdict, (letter, word) in LETTERS.items()}

    def rule(self, name: str) -> str:
        """The title of a rule."""
        title = _TITLES.get(name)
        return cut(name) if title is None else self.language.say(title)

    def amounts(self, amounts: Amounts) -> str:
        """`over 12.00, under −3.00 AZN`; what is 0 is left out."""
        money, currency = self.language.money, self.chain.currency
        parts = [
            self.language.say(text, amount=money(amount))
            for text, amount in ((_OVER, amounts.over), (_UNDER, amounts.under))
            if amount
        ]
        return f"{', '.join(parts) or money(0)} {currency}".rstrip()

    def span(self, first: date, last: date) -> str:
        return f"{first} – {last}"


_TITLES = {rule.name: rule.title for rule in RULES}
