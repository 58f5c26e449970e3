"""Where to look first: what an owner should ask about, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from reconcile.overview.chain import RECENT, Amounts, Chain, Venue
from reconcile.overview.days import INCOMPLETE, MISSING, Key
from reconcile.report.overview.names import CLASSES, Words, cut

_NAMED = 5
"""Venues that are named; the others are counted."""
_COSTLIEST = 3
_OLD = 30
"""Days after which an open item is named here."""


class Look(NamedTuple):
    """One thing to look at."""

    kind: str
    """The class of a verdict, or empty."""
    what: str
    more: str
    href: str
    link: str
    """The words of the link."""


def looks(chain: Chain, words: Words, workbooks: Mapping[Key, str]) -> list[Look]:
    """What to look at, in order."""
    return [
        *_unreadable(chain, words),
        *_not_whole(chain, words),
        *(
            _costliest(chain, venue, words, workbooks)
            for venue in chain.venues[:_COSTLIEST]
            if chain.recent(venue).amount
        ),
        *_cause(chain, words),
        *_old_items(chain, words),
    ]  # fmt: skip


def _unreadable(chain: Chain, words: Words) -> Iterator[Look]:
    if chain.problems:
        many, say = words.language.many, words.language.say
        what = many(
            "The books of {count} day can't be read",
            "The books of {count} days can't be read",
            len(chain.problems),
        )
        named = [f"{day}, {words.venue(venue)}" for day, venue in list(chain.problems)[:_NAMED]]
        yield Look("u", what, _named(named, len(chain.problems), words), "#notes", say("Notes"))


def _not_whole(chain: Chain, words: Words) -> Iterator[Look]:
    many, link = words.language.many, words.language.say("Calendar")
    missing, incomplete = (chain.on_last_day(verdict) for verdict in (MISSING, INCOMPLETE))
    if missing:
        what = many(
            "{count} venue has no books of {day}",
            "{count} venues have no books of {day}",
            len(missing),
            day=chain.last,
        )
        yield Look("m", what, _venues(missing, words), "#calendar", link)
    if incomplete:
        what = many(
            "{count} venue is incomplete on {day}",
            "{count} venues are incomplete on {day}",
            len(incomplete),
            day=chain.last,
        )
        yield Look("i", what, _venues(incomplete, words), "#calendar", link)


def _venues(venues: Sequence[Venue], words: Words) -> str:
    return _named([words.venue(venue.id) for venue in venues[:_NAMED]], len(venues), words)


def _named(names: Sequence[str], number: int, words: Words) -> str:
    text = "; ".join(names)
    rest = number - len(names)
    return (
        text if rest <= 0 else f"{text}; {words.language.many('and {count} more', 'and {count} more', rest)}"
    )


def _costliest(chain: Chain, venue: Venue, words: Words, workbooks: Mapping[Key, str]) -> Look:
    say = words.language.say
    recent = [chain.last - timedelta(number) for number in range(RECENT)]
    of_day = {day: found for day in recent if (found := venue.days.get(day)) is not None}
    day = max(of_day, key=lambda each: (of_day[each].amount, each))
    more = say(
        "{amounts} in {days} days; the most on {day}: {most}",
        amounts=words.amounts(chain.recent(venue)), days=RECENT, day=day,
        most=words.amounts(Amounts(of_day[day].over, of_day[day].under)),
    )  # fmt: skip
    workbook = workbooks.get((day, venue.id), "")
    link = say("Workbook of {day}", day=day) if workbook else say("Weeks")
    return Look(CLASSES[of_day[day].verdict], words.venue(venue.id), more, workbook or "#weeks", link)


def _cause(chain: Chain, words: Words) -> Iterator[Look]:
    if chain.causes and chain.causes[0].amount:
        cause, say = chain.causes[0], words.language.say
        product = cut(cause.product) if cause.product else say("Whole receipts")
        venues = words.language.many("at {count} venue", "at {count} venues", len(cause.by_venue))
        more = f"{words.rule(cause.rule)}, {venues}: {words.amounts(Amounts(cause.over, cause.under))}"
        yield Look("", say("The costliest cause: {product}", product=product), more, "#causes", say("Causes"))


def _old_items(chain: Chain, words: Words) -> Iterator[Look]:
    old = [age for age in chain.ages or () if age.least > _OLD]
    if number := sum(age.items for age in old):
        many, say = words.language.many, words.language.say
        what = many(
            "{count} item is open for over 30 days", "{count} items are open for over 30 days", number
        )
        more = words.amounts(Amounts(sum(age.over for age in old), sum(age.under for age in old)))
        yield Look("", what, more, "#items", say("Open items"))
