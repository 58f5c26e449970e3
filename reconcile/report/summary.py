"""The first sheet: the verdict in words, what it is worth, and where to look first."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from reconcile import __version__
from reconcile.contracts import SEVERITIES
from reconcile.exact import known, plain
from reconcile.report.about import catalogue, times, venue
from reconcile.report.cells import label, long_text, money, number
from reconcile.report.checks import CHECKS, Check
from reconcile.report.details import NOT_JUDGED
from reconcile.report.rule_texts import RuleText, one_line
from reconcile.report.sheet import SUMMARY, Part, Sheet, banner
from reconcile.report.styles import BLANK_TO_FILL, LABEL, LINKED, PLAIN, SECTION, TITLE, VERDICTS
from reconcile.report.table import Column, Line, Table, Text
from reconcile.result import Result

_SEVERITY_ORDER = {severity: place for place, severity in enumerate(SEVERITIES)}
_WIDTHS = (22, 60, 14, 18, 18)

CLASSES = {
    "receipts": {
        "listed": "Receipts the API listed",
        "reconciled": "of the day and closed: judged",
        "open": "not closed yet: not judged",
        "other_day": "of another business day",
        "failed": "could not be had or read",
    },
    "lines": {
        "total": "Sale lines of the reconciled receipts",
        "matched": "written off as they should be",
        "flagged": "an error or a warning names them",
        "unverified": "nothing to compare them with",
        "untracked": "not kept in stock",
        "void": "deleted, cancelled or sold nothing",
    },
    "operations": {
        "total": "Stock operations of the reconciled receipts",
        "matched": "as they should be",
        "flagged": "an error or a warning names them",
        "unverified": "of lines that are unverified",
        "repeated": "given more than once, counted once",
        "quarantined": "not readable: in no sum",
    },
}
"""What each control total counts; the first of each is the sum of the others."""
_NAMES = {"receipts": "Receipts", "lines": "Sale lines", "operations": "Stock operations"}
_VALUES = {
    "written_off": "Cost of all that was written off",
    "over": "Goods written off too much",
    "under": "Goods written off too little",
}


def verdict(result: Result) -> tuple[str, str]:
    """The day in one word (`Result.verdict`), and in one sentence."""
    errors, warnings, notes = (result.count(severity) for severity in SEVERITIES)
    value = result.control.value
    worth = (
        f"goods over {_money(value['over'])}, under {_money(value['under'])}, "
        f"net {_money(value['over'] + value['under'])}"
    )
    found = f"{_many(errors, 'error')} and {_many(warnings, 'warning')}; {worth}."
    if not result.complete:
        missing = (
            f"{_many(len(result.failures), 'failure')}, {_many(len(result.quarantine), 'unreadable record')}, "
            f"{_many(len(result.crashed_rules), 'rule')} not run"
        )
        return result.verdict, f"The day is not whole ({missing}). So far: {found}"
    if errors or warnings:
        return result.verdict, f"Look at {found}"
    lines = result.control.lines
    judged = f"{lines['matched']:,} of {lines['total']:,} sale lines match the warehouse"
    return result.verdict, f"No errors and no warnings ({_many(notes, 'note')}): {judged}."


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _money(count: int) -> str:
    whole, _, decimals = plain(abs(count)).partition(".")
    return f"{'−' if count < 0 else ''}{int(whole):,}.{decimals.ljust(2, '0')}"


def summary_sheet(
    result: Result,
    rules: Mapping[str, RuleText],
    places: Mapping[str, str],
    made: Sequence[Check],
    demo: str | None,
) -> Sheet:
    """All that fits on one page. `places` leads from a rule to its first finding."""
    word, sentence = verdict(result)
    failed = sum(not check.holds for check in made)
    proof = f"{failed} of {len(made)} do not hold: see there first" if failed else f"all {len(made)} hold"
    lines: list[Line] = [
        *banner(demo, len(_WIDTHS)),
        (Text(f"Sales against stock, {result.header.date.isoformat()}", TITLE),),
        (Text(word, VERDICTS[word]), Text(sentence, SECTION)),
        (Text("Day and venue", LABEL), Text(f"{result.header.date.isoformat()}, {venue(result)}")),
        (Text("Times", LABEL), Text(times(result))),
        (Text("Evidence of (UTC)", LABEL), Text(_evidence(result))),
        (Text("Recipes", LABEL), Text(catalogue(result))),
        (Text("Checks", LINKED, f"'{CHECKS}'!A1"), Text(proof, LABEL if failed else PLAIN)),
    ]
    parts: list[Part] = [
        *lines,
        *_section("Money", _money_table(result)),
        *_section("Findings by rule, errors first, then the biggest", _rules_table(result, rules, places)),
        *_section("What could not be judged", _not_judged_table(result)),
        *_section("Control totals", _control_table(result)),
        *_sign_off(result),
    ]
    return Sheet(SUMMARY, parts, widths=_WIDTHS, pages=2)


def _evidence(result: Result) -> str:
    return " to ".join(filter(None, (result.header.started_at, result.finished_at))) or "not known"


def _section(title: str, table: Table) -> list[Part]:
    return [(), (Text(title, SECTION),), table]


def _money_table(result: Result) -> Table:
    value = dict(result.control.value)
    rows = [(name.replace("_", " ").capitalize(), _VALUES[name], value[name]) for name in _VALUES]
    rows.append(("Net", "Over and under together", value["over"] + value["under"]))
    rows.append(("Gross", "Over and under without their signs", value["over"] - value["under"]))
    columns = (
        Column("Value", "name"),
        Column("Meaning", "meaning", long_text),
        Column("Amount", "amount", money),
    )
    names, meanings, amounts = zip(*rows, strict=True)
    frame = pd.DataFrame({"name": names, "meaning": meanings, "amount": known(amounts)})
    return Table("Money", columns, frame, with_filter=False)


@dataclasses.dataclass
class _Found:
    """One rule's findings together."""

    severity: str
    count: int
    net: int | None
    gross: int | None
    """None where no finding has a value."""


def _found_by_rule(findings: pd.DataFrame) -> dict[str, _Found]:
    """The findings of each rule; its severity is the worst of them. Notes come last, however big."""
    found: dict[str, _Found] = {}
    for name, rows in findings.groupby("rule", observed=True, sort=True):
        values = rows["value"].dropna().to_numpy(np.int64).tolist()
        worst = min(rows["severity"].unique(), key=_SEVERITY_ORDER.__getitem__)
        net, gross = (sum(values), sum(map(abs, values))) if values else (None, None)
        found[str(name)] = _Found(worst, len(rows), net, gross)
    return dict(
        sorted(
            found.items(),
            key=lambda each: (_SEVERITY_ORDER[each[1].severity], -(each[1].gross or 0), each[0]),
        )
    )


def _rules_table(result: Result, rules: Mapping[str, RuleText], places: Mapping[str, str]) -> Table:
    found = _found_by_rule(result.findings)
    frame = pd.DataFrame(
        {
            "severity": pd.Series([each.severity.capitalize() for each in found.values()], dtype=str),
            "title": pd.Series([one_line(rules[n].title) if n in rules else n for n in found], dtype=str),
            "count": np.array([each.count for each in found.values()], dtype=np.int64),
            "net": known(each.net for each in found.values()),
            "gross": known(each.gross for each in found.values()),
        }
    )
    columns = (
        Column("Severity", "severity", label),
        Column("Rule (the first cell leads to its findings)", "title", long_text, narrowest=60),
        Column("Findings", "count", number),
        Column("Value, net", "net", money, narrowest=18),
        Column("Value, gross", "gross", money, narrowest=18),
    )
    links = {row: places[name] for row, name in enumerate(found)}
    return Table("ByRule", columns, frame, empty="No differences", links=links, with_filter=False)


def _not_judged_table(result: Result) -> Table:
    rows = [
        ("Failures", "Receipts, or parts of the day, that could not be had", len(result.failures)),
        ("Unreadable records", "Quarantined: in no sum", len(result.quarantine)),
        ("Rules not run", "Rules that failed", len(result.crashed_rules)),
        ("Open receipts", "Not closed, so not final", result.control.receipts["open"]),
        ("Unverified sale lines", "Nothing to compare them with", result.control.lines["unverified"]),
    ]
    columns = (
        Column("What", "what"),
        Column("Because", "because", long_text),
        Column("Number", "number", number),
    )
    what, because, numbers = zip(*rows, strict=True)
    frame = pd.DataFrame({"what": what, "because": because, "number": numbers})
    links = {row: f"'{NOT_JUDGED}'!A1" for row, count in enumerate(numbers) if count}
    return Table("CouldNotBeJudged", columns, frame, links=links, with_filter=False)


def _control_table(result: Result) -> Table:
    frame = pd.DataFrame(_control_rows(result), columns=["records", "meaning", "number"])
    columns = (
        Column("Records", "records"),
        Column("Class (the classes add up to the total)", "meaning", long_text),
        Column("Total or class", "number", number),
    )
    return Table("ControlTotals", columns, frame, with_filter=False)


def _control_rows(result: Result) -> Iterator[tuple[str, str, int]]:
    for kind, classes in CLASSES.items():
        totals: Mapping[str, int] = getattr(result.control, kind)
        for place, (name, meaning) in enumerate(classes.items()):
            words = f"    {name.replace('_', ' ')}: {meaning}" if place else meaning
            yield "" if place else _NAMES[kind], words, totals[name]


def _sign_off(result: Result) -> Iterator[Line]:
    yield ()
    yield (Text("Sign-off", SECTION),)
    yield (
        Text("Prepared by", LABEL),
        Text(f"reconcile {__version__}, on the evidence of {_evidence(result)}"),
    )
    for who in ("Reviewed by", "Date", "Conclusion"):
        yield (Text(who, LABEL), Text("", BLANK_TO_FILL))
