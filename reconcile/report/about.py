"""The About sheet: what the workbook is, how it was made, and what each rule means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import pandas as pd

from reconcile import __version__
from reconcile.report.cells import Ink, TextCells, label, long_text
from reconcile.report.rule_texts import RuleText, one_line
from reconcile.report.sheet import SUMMARY, Part, Sheet, banner
from reconcile.report.styles import LINKED, SECTION, TITLE, Look
from reconcile.report.table import Column, Line, Table, Text
from reconcile.result import Result
from reconcile.settings import Settings

ABOUT = "About"

_WHAT = (
    "Every sale line of the day's closed receipts is compared with the stock operations that the point of sale "
    "wrote for it. Nothing is corrected: each difference is named, with where to look and what it is worth."
)
_NOT_COVERED = (
    "Open receipts are not judged. Purchases, transfers and stock-takes are not looked at. The API gives no history of "
    "recipes: a recipe changed after a sale gives a warning, no error. Dishes whose recipe is not known are compared "
    "with one another; where that tells nothing, they are unverified (sheet Not judged). The API gives no currency: "
    "all amounts are in the brand's currency."
)
_VALUES = (
    "Numbers have up to six decimals and are computed exactly; this workbook holds values, no formulas. Value of a "
    "finding: what its difference is worth at the unit cost of the day; over: too much written off, under: too "
    "little. Findings that count as cost are differences of cost, in neither."
)
_FACTS = (
    Column("About this report", "what", narrowest=28),
    Column("Value", "value", long_text, narrowest=60),
)
_THRESHOLDS = (
    Column("Setting", "name"),
    Column("In force", "value", long_text),
    Column("Default", "default", long_text),
    Column("Changed?", "changed", label),
)
_RULES = (
    Column("Rule", "name"),
    Column("Title", "title", long_text, narrowest=60),
    Column("Severity", "severity", label),
    Column("On?", "on", label),
    Column("What it checks", "checks", lambda: TextCells(Look(line=True, wrap=True)), narrowest=60),
    Column("Not flagged", "not_flagged", long_text, narrowest=60),
)


def about_sheet(result: Result, rules: Sequence[RuleText], ink: Ink, day: str, demo: str | None) -> Sheet:
    """What an auditor asks first. `ink` knows what could not be written as it came."""
    title = (Text("← Summary", LINKED, f"'{SUMMARY}'!A1"), Text(f"{ABOUT}: {day}", TITLE))
    parts: list[Part] = [
        *banner(demo, len(_RULES)),
        title,
        Table("About", _FACTS, _frame(_facts(result, ink), "what", "value"), with_filter=False),
        *_heading("Thresholds and exceptions (reconcile.toml)"),
        Table(
            "Settings",
            _THRESHOLDS,
            _frame(_settings(result.settings), "name", "value", "default", "changed"),
            with_filter=False,
        ),
        *_heading("Rules"),
        Table(
            "Rules",
            _RULES,
            _frame(
                _rules(result.settings, rules), "name", "title", "severity", "on", "checks", "not_flagged"
            ),
            empty="No rules",
            with_filter=False,
        ),
    ]
    return Sheet(ABOUT, parts)


def _heading(text: str) -> list[Line]:
    return [(), (Text(text, SECTION),)]


def _frame(rows: Iterator[tuple[str, ...]], *names: str) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(names), dtype=str)


def venue(result: Result) -> str:
    """Which venue the day is of."""
    number = result.header.venue_id
    return "the credentials' own venue" if number is None else f"venue {number}"


def times(result: Result) -> str:
    """Whose times are shown."""
    return result.settings.timezone or "as given by the API (no zone configured)"


def catalogue(result: Result) -> str:
    """What the recipes were taken from."""
    made = result.catalogue
    read = f"{made.listed:,} products, with their recipes"
    if made.missing:
        return (
            f"not whole ({made.missing}): {read}"
            if made.products
            else f"none ({made.missing}): recipes not known"
        )
    return read


def _facts(result: Result, ink: Ink) -> Iterator[tuple[str, str]]:
    header, control = result.header, result.control
    yield "What this is", _WHAT
    yield "Business day", header.date.isoformat()
    yield "Venue", venue(result)
    yield (
        "Source",
        f"{header.source} (Clopos Open API v2: receipts, and the stock operations of each receipt)",
    )
    window = "1 day" if header.window_days == 1 else f"{header.window_days} days"
    yield "Receipts asked for", f"listed by time of creation, {window} either side of the business day"
    yield "Time zone", times(result)
    yield "Evidence begun (UTC)", header.started_at or "not known"
    yield "Evidence finished (UTC)", result.finished_at or "not known"
    yield "Catalogue", catalogue(result)
    yield "Requests to the API", f"{result.requests:,}"
    for what, totals in (
        ("Receipts", control.receipts),
        ("Sale lines", control.lines),
        ("Stock operations", control.operations),
    ):
        yield what, ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in totals.items())
    yield "Numbers and values", _VALUES
    yield "Not covered", _NOT_COVERED
    yield "Texts changed", f"{len(ink.replaced):,} held characters that a workbook cannot hold (now \ufffd)"
    yield "Texts cut", f"{len(ink.cut):,} were too long for a cell"
    yield "Numbers written as text", f"{ink.numbers_as_text:,} have more digits than Excel keeps"
    yield "Evidence made by", header.program or "not known"
    yield "Report made by", f"reconcile {__version__}"


def _settings(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    plain = Settings()
    pairs: list[tuple[str, object, object]] = [
        ("timezone", settings.timezone, plain.timezone),
        ("window_days", settings.window_days, plain.window_days),
    ]
    for table in ("thresholds", "untracked", "rules"):
        mine, defaults = (msgspec.structs.asdict(getattr(each, table)) for each in (settings, plain))
        pairs += [(f"{table}.{key}", mine[key], defaults[key]) for key in mine if not key.startswith("by_")]
    pairs += [(f"thresholds.{name}", value, other) for name, value, other in settings.thresholds.exceptions()]
    for name, value, default in pairs:
        yield name, _said(value), _said(default), "" if value == default else "changed"


def _said(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case frozenset():
            return ", ".join(map(str, sorted(value))) or "none"
        case dict():
            return ", ".join(f"{key}: {each}" for key, each in sorted(value.items())) or "none"
    return "not set" if value is None else str(value)


def _rules(settings: Settings, rules: Sequence[RuleText]) -> Iterator[tuple[str, ...]]:
    for rule in rules:
        severity = settings.rules.severity.get(rule.name, rule.severity)
        state = "off" if rule.name in settings.rules.off else "on"
        checks, not_flagged = one_line(rule.what_it_checks), one_line(rule.not_flagged)
        yield rule.name, one_line(rule.title), severity.capitalize(), state, checks, not_flagged
