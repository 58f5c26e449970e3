"""What the page shows as data, for its script and for other programs that read the page."""

from __future__ import annotations

from typing import Any

from reconcile.core.exact import decimal_text
from reconcile.overview.chain import Amounts, Chain, Venue
from reconcile.report.overview.names import CLASSES, Words, cut
from reconcile.report.overview.tables import SHOWN_CAUSES


def data_of(chain: Chain, words: Words) -> dict[str, Any]:
    """Amounts are texts of plain decimals; weeks by their Mondays; days and weeks the newest first."""
    say = words.language.say
    return {
        "from": chain.first.isoformat(),
        "to": chain.last.isoformat(),
        "demo": chain.demo,
        "currency": chain.currency or None,
        "verdicts": {CLASSES[each]: [words.letter(each), words.verdict(each)] for each in CLASSES},
        "days": [chain.dates[0].isoformat(), chain.dates[-1].isoformat()],
        "weeks": [chain.mondays[0].isoformat(), chain.mondays[-1].isoformat()],
        "venues": [_venue(chain, venue, words) for venue in chain.venues],
        "causes": [
            {
                "rule": cut(each.rule),
                "product_id": each.product_id,
                "product": cut(each.product),
                "venues": len(each.by_venue),
                "findings": each.findings,
                **_amounts(Amounts(each.over, each.under)),
            }
            for each in chain.causes[:SHOWN_CAUSES]
        ],
        "open_items": [
            {"least_days": each.least, "items": each.items, **_amounts(Amounts(each.over, each.under))}
            for each in chain.ages or ()
        ],
        "texts": {
            "find": say("Find a venue"),
            "found": say("{count} of {all} venues are shown"),
            "weeks": say("Weeks of {venue}"),
            "show": say("All weeks"),
            "week": say("Week from"),
            "over": say("Over-deducted"),
            "under": say("Under-deducted"),
            "close": say("Close"),
            "opens": say("opens the workbook"),
            "pick": say("Point at a day, or move with the arrow keys, to read what it says."),
        },
        "separators": [words.language.group, words.language.decimal, words.language.minus],
    }


def _venue(chain: Chain, venue: Venue, words: Words) -> dict[str, Any]:
    weeks = chain.weeks(venue)
    days = (venue.day(day) for day in chain.dates)
    return {
        "id": venue.id or None,
        "name": words.venue(venue.id),
        "days": "".join(" " if each is None else CLASSES[each.verdict] for each in days),
        "over": [decimal_text(each.over) for each in weeks],
        "under": [decimal_text(each.under) for each in weeks],
    }


def _amounts(amounts: Amounts) -> dict[str, str]:
    return {"over": decimal_text(amounts.over), "under": decimal_text(amounts.under)}
