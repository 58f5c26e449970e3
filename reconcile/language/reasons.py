"""Why something could not be had or read, in the reader's language.

Reasons are written in English where they arise, and the evidence keeps them for years; so they are not translated
there, but recognised here, by their templates. One that is not recognised is shown as it is.
"""

from __future__ import annotations

import functools
import re

from reconcile.language.translate import Language, to_say

_TEMPLATES = (
    # the frames
    to_say("{field} is missing"),
    to_say("{field} is not a number: {found}"),
    to_say("{field} is not a finite number: {found}"),
    to_say("{field} is too large to be exact: {found}"),
    to_say("{field} is not a positive whole number: {found}"),
    to_say("{field} is not a time: {found}"),
    to_say("{field} is neither true nor false: {found}"),
    to_say("{field} of its receipt adds up to more than can be exact"),
    to_say("cost × quantity is too large to be exact"),
    to_say("id is repeated with different contents"),
    to_say("shift_date, closed_at and created_at are all missing"),
    to_say("receipt_products, its lines, are missing"),
    to_say("its stock operations were not fetched"),
    to_say("the evidence has no end: the run that wrote it was cut off"),
    to_say("the evidence was changed after it was written: {why}"),
    to_say("its end states {said} '{kind}' records, and it holds {given}"),
    to_say("its records are not those of which its end states the ids"),
    to_say("the receipts in it are not those that were listed"),
    to_say("the evidence does not say how many receipts were listed"),
    to_say("the list said {said} receipts, and the evidence holds {given} of them"),
    # the fetch
    to_say("no answer: {why}"),
    to_say("not asked for: {why}"),
    to_say("the service had stopped answering"),
    to_say("the fetch had gone on for {minutes} minutes"),
    to_say("its stock operations came without their data"),
    to_say("the receipt came back without its data, or as another one"),
    to_say("it came without its data"),
    to_say("the answer took too long"),
    to_say("the answer is no JSON object"),
    to_say("success is false: {why}"),
    to_say("no reason given"),
    to_say("429 over the limit"),
    to_say("the list said {said} receipts and gave {given}"),
    to_say("the list of receipts kept changing while it was read"),
    to_say("page {page} of the list of receipts could not be had ({why})"),
    to_say("the list of receipts sorted by closed_at could not be had ({why})"),
    to_say("the day is more than {days} days back"),
    to_say("the service does not sort the list by closed_at"),
    to_say("the service refuses the list sorted by closed_at: {why}"),
    to_say("refused: {why}"),
    to_say("its lines did not come, neither with the list nor by its id"),
    to_say("its stock operations came as another receipt's"),
    to_say("the service said {said} stock operations and gave {given}"),
    to_say("the list goes on after {pages} pages"),
    to_say("pages of {size} records are refused ({why}): pages of {smaller} instead"),
    to_say("pages of {size} records are refused ({why}): the service's own page size instead"),
    to_say("the sort by {field} is refused ({why}): sorted by {other} instead"),
    to_say("the sort by {field} is refused ({why}): in the service's own order instead"),
    to_say("the service names no such sort"),
    to_say("the part {part} is refused ({why})"),
    to_say("the part {part} is refused"),
    # the catalogue
    to_say("the catalogue is not whole: {why}"),
    to_say("the token lacks the scope {scope}"),
    to_say("the service gives none: {why}"),
    to_say("it could not be had ({why})"),
    to_say("the service said {said} products and gave {given}"),
    to_say("no catalogue ({why})"),
    to_say("not asked for"),
    to_say("the evidence holds none"),
    # recipes
    to_say("it is not in the catalogue"),
    to_say("circular recipe: {found}"),
    to_say("theoretical usage by its recipe is too large to be exact"),
    to_say("the recipe of {found} is not known: {why}"),
    to_say("the dish of the modifier {found}: {why}"),
    to_say("net_output of {found} is no positive number"),
    to_say("of the modifier {found}, {why}"),
    to_say("the modifier {found} is not in the catalogue"),
    to_say("the count of the modifier {found} can't be read"),
    to_say("its recipe was not given"),
    to_say("a row of its recipe can't be read"),
    to_say("an ingredient of its recipe has no readable id"),
    to_say("gross of ingredient {found} is {given}"),
    to_say("brutto is {given}"),
    to_say("its recipe is empty, though it is written off: the card was emptied"),
)
_FIELD = re.compile(r"\\\{(\w+)\\\}")


@functools.cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Each template with what recognises it; those with the most fixed text first."""
    ordered = sorted(_TEMPLATES, key=lambda text: -len(re.sub(r"\{\w+\}", "", text)))
    return tuple(
        (text, re.compile(_FIELD.sub(r"(?P<\1>.*?)", re.escape(text)), re.DOTALL)) for text in ordered
    )


def in_words(reason: str, language: Language) -> str:
    """A reason in the language; what it quotes stays as it is."""
    for template, pattern in patterns():
        if found := pattern.fullmatch(reason):
            values = found.groupdict()
            if "why" in values:
                values["why"] = in_words(values["why"], language)
            return language.say(template, **values)
    return reason
