"""About the workbook: what it is, how it was made, and what each rule means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from reconcile import __version__
from reconcile.engine.result import Result
from reconcile.language.messages import note_texts
from reconcile.language.reasons import in_words
from reconcile.language.translate import Language, to_say
from reconcile.report.excel.cell_encoder import CellEncoder
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import label, long_text, long_translated
from reconcile.report.excel.table import Column, Table, frame_of
from reconcile.settings.model import Settings

KINDS = {
    "receipts": to_say("Receipts"),
    "lines": to_say("Sale lines"),
    "operations": to_say("Stock operations"),
}
"""The records that control totals count, by their field in the result."""

_WHAT = to_say(
    "Every sale line of the day's closed receipts is compared with the stock operations that the point of sale "
    "wrote for it. Nothing is corrected: each difference is named, with where to look and what it is worth."
)
_NOT_COVERED = to_say(
    "Open receipts are not judged. Purchases, transfers and stock-takes are not examined. The API gives no history of "
    "recipes: a recipe changed after a sale gives a warning, not an error. Dishes whose recipe is not known are "
    "compared with one another; where that gives no result, they are unverified (see Not judged). The API gives no "
    "currency: all amounts are in the brand's currency."
)
_VALUES = to_say(
    "Numbers have up to six decimals and are computed exactly; this workbook holds values, no formulas. Value of a "
    "finding: its difference at the unit cost of the day; over: too much written off, under: too little. Findings "
    "that count as anything else are in neither."
)
_FACTS = (
    Column("Fact", "what", long_text, max_width=44),
    Column("Answer", "value", long_text, min_width=50, max_width=50),
)
_THRESHOLDS = (
    Column("Setting", "name", long_text, max_width=44),
    Column("In force", "value", long_text, max_width=50),
    Column("Default", "default", long_text, max_width=16),
    Column("Changed?", "changed", label),
)
_RULES = (
    Column("Rule", "name"),
    Column("Title", "title", long_translated, min_width=50, max_width=50),
    Column("Severity", "severity", label),
    Column("On?", "on", label),
    Column("What it checks", "checks", long_translated, max_width=33),
    Column("Not flagged", "not_flagged", long_translated, max_width=33),
)


def about_tables(
    result: Result, encoder: CellEncoder, context: WorkbookContext
) -> Iterator[tuple[str, Table]]:
    """Facts, settings and rules, each under its title. `encoder` has counted the texts and numbers that a cell could
    not hold unchanged.
    """
    facts = frame_of(_FACTS, _facts(result, encoder, context))
    yield context.say("About this report"), Table(context, "About", _FACTS, facts)
    settings = frame_of(_THRESHOLDS, _settings(result.settings, context.language))
    title = context.say("Thresholds and exceptions (reconcile.toml)")
    yield title, Table(context, "Settings", _THRESHOLDS, settings)
    rules = frame_of(_RULES, _rules(result))
    yield context.say("Rules"), Table(context, "Rules", _RULES, rules, empty=to_say("No rules"))


def venue(result: Result, context: WorkbookContext) -> str:
    """The venue of the day: its name, if the settings have one, and its number, if known."""
    number = result.venue
    if number is None:
        return context.say("the credentials' own venue")
    shown = context.say("venue {number}", number=number)
    known = result.settings.venues.get(number)
    return f"{known.name} ({shown})" if known and known.name else shown


def times(result: Result, context: WorkbookContext) -> str:
    """The time zone of the times that are shown."""
    return result.settings.timezone or context.say("as given by the API (no zone configured)")


def evidence_times(result: Result, context: WorkbookContext) -> str:
    """When the fetch of the evidence started and finished: in the venue's zone, else as the evidence has it, in UTC."""
    zone = result.settings.zone
    known = [_in_zone(time, zone) for time in (result.header.started_at, result.finished_at) if time]
    return " – ".join(known) or context.say("not known")


def _in_zone(time: str, zone: ZoneInfo | None) -> str:
    """A time of the evidence as one of the venue; as it is, where either is not known."""
    try:
        moment = datetime.fromisoformat(time)
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}" if zone and moment.tzinfo else time
    except (ValueError, OverflowError):
        return time


def opened_earlier(result: Result, context: WorkbookContext) -> str:
    """How receipts created before the days listed were looked for, how many came, and which are no longer there."""
    say, why = context.say, result.opened_earlier
    if why is None:
        return say("not looked for; any that closed on this day are missing")
    count = result.control.receipts["listed"] - result.listed
    found = context.language.many("{count} receipt", "{count} receipts", count)
    told = say("{found}, by earlier evidence and by the time of closing", found=found)
    if why:
        why = in_words(why, context.language)
        told = say("{found}, by earlier evidence; any other can't be found: {why}", found=found, why=why)
    if result.gone:
        receipts = ", ".join(map(str, result.gone))
        told += "; " + say("seen before, and no longer there: {receipts}", receipts=receipts)
    return told


def catalogue(result: Result, context: WorkbookContext) -> str:
    """The catalogue: its size, or why it is incomplete or missing."""
    made, many = result.catalogue, context.language.many
    read = many("{count} product, with its recipes", "{count} products, with their recipes", made.listed)
    if not made.missing:
        return read
    why = in_words(made.missing, context.language)
    if made.products:
        return context.say("incomplete ({why}): {read}", why=why, read=read)
    return context.say("none ({why}): recipes not known", why=why)


def rounding(result: Result, context: WorkbookContext) -> str:
    """Whether total costs are rounded to whole money; if so, how many agree only so, and by how much in all."""
    count, amount = result.rounded
    if not count:
        return context.say("total costs are not rounded to whole money")
    many = context.language.many(
        "{count} total cost differs from unit cost × quantity by at most 0.5 more than the steps allow",
        "{count} total costs differ from unit cost × quantity by at most 0.5 more than the steps allow",
        count,
    )
    amount_shown = context.language.amount(amount)
    return context.say(
        "the venue rounds to whole money: {many}, by {amount} in all", many=many, amount=amount_shown
    )


def _facts(result: Result, encoder: CellEncoder, context: WorkbookContext) -> Iterator[tuple[str, str]]:
    header, say = result.header, context.say
    number, many = context.language.number, context.language.many
    yield say("What this is"), say(_WHAT)
    yield say("Business day"), header.date.isoformat()
    yield say("Venue"), venue(result, context)
    source = say(
        "{source} (Clopos Open API v2: receipts, and the stock operations of each receipt)",
        source=header.source,
    )
    yield say("Source"), source
    window = many(
        "listed by time of creation, {count} day either side of the business day",
        "listed by time of creation, {count} days either side of the business day",
        header.window_days,
    )
    yield say("Receipts asked for"), window
    yield say("Receipts opened earlier"), opened_earlier(result, context)
    days = ", ".join(day.isoformat() for day in result.earlier_days)
    yield say("Stocks go on from"), days or say("no earlier day: no evidence of one is in the folder")
    yield say("Time zone"), times(result, context)
    yield say("Evidence started (UTC)"), header.started_at or say("not known")
    yield say("Evidence finished (UTC)"), result.finished_at or say("not known")
    yield say("SHA-256 of the uncompressed evidence"), result.evidence_digest or say("not known")
    yield say("Catalogue"), catalogue(result, context)
    yield say("Requests to the API"), number(result.requests)
    refused = "; ".join(in_words(each, context.language) for each in result.refused)
    yield say("Refused by the service"), refused or say("nothing")
    for kind, title in KINDS.items():
        totals: Mapping[str, int] = getattr(result.control, kind)
        yield say(title), ", ".join(f"{say(_CLASS[name])} {number(count)}" for name, count in totals.items())
    yield say("Rounding"), rounding(result, context)
    doubted = note_texts(result.not_believed, context.language)
    yield say("Not believed today"), "; ".join(doubted) or say("nothing")
    yield say("Numbers and values"), say(_VALUES)
    yield say("Not covered"), say(_NOT_COVERED)
    replaced = many(
        "{count} held characters that a workbook cannot hold (now \ufffd)",
        "{count} held characters that a workbook cannot hold (now \ufffd)",
        len(encoder.replaced),
    )
    yield say("Texts changed"), replaced
    cut = many("{count} was too long for a cell", "{count} were too long for a cell", len(encoder.cut))
    yield say("Texts cut"), cut
    long = many(
        "{count} has more digits than Excel keeps",
        "{count} have more digits than Excel keeps",
        encoder.numbers_as_text,
    )
    yield say("Numbers written as text"), long
    yield say("Evidence written by"), header.program or say("not known")
    yield say("Report written by"), f"reconcile {__version__}"


_CLASS = {
    "listed": to_say("listed"),
    "reconciled": to_say("reconciled"),
    "open": to_say("open"),
    "other_day": to_say("of another day"),
    "failed": to_say("failed"),
    "total": to_say("total"),
    "matched": to_say("matched"),
    "flagged": to_say("flagged"),
    "unverified": to_say("unverified"),
    "untracked": to_say("untracked"),
    "void": to_say("void"),
    "repeated": to_say("repeated"),
    "quarantined": to_say("quarantined"),
}


def _settings(settings: Settings, language: Language) -> Iterator[tuple[str, str, str, str]]:
    plain = Settings()
    pairs: list[tuple[str, object, object]] = [
        (name, getattr(settings, name), getattr(plain, name)) for name in ("timezone", "window_days")
    ]
    for table in ("thresholds", "untracked", "inventory_behavior", "rules"):
        mine, defaults = (msgspec.structs.asdict(getattr(each, table)) for each in (settings, plain))
        pairs += [(f"{table}.{key}", mine[key], defaults[key]) for key in mine if not key.startswith("by_")]
    pairs += [(f"thresholds.{name}", value, other) for name, value, other in settings.thresholds.exceptions()]
    for name, value, default in pairs:
        changed = "" if value == default else to_say("changed")
        yield name, _shown(value, language), _shown(default, language), changed


def _shown(value: object, language: Language) -> str:
    match value:
        case bool():
            return language.say("yes") if value else language.say("no")
        case frozenset():
            return ", ".join(map(str, sorted(value))) or language.say("none")
        case dict():
            return ", ".join(f"{key}: {each}" for key, each in sorted(value.items())) or language.say("none")
    return language.say("not set") if value is None else str(value)


def _rules(result: Result) -> Iterator[tuple[str, ...]]:
    settings = result.settings
    for rule in result.rules.values():
        severity = settings.rules.severity.get(rule.name, rule.severity)
        state = to_say("off") if rule.name in settings.rules.off else to_say("on")
        yield rule.name, rule.title, severity.capitalize(), state, rule.what_it_checks, rule.not_flagged
