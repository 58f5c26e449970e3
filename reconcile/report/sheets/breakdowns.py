"""Tables of the Summary: the costliest items, and the findings by rule, by storage and by product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from reconcile.core.exact import nullable, sum_of_known
from reconcile.language.translate import Language, to_say
from reconcile.model.contracts import SEVERITIES
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, label, long_text, long_translated, money, number
from reconcile.report.excel.table import Column, Table
from reconcile.report.sheets.findings import severity_words
from rules import Rule

COSTLIEST = 10
MOST_PRODUCTS = 10
OVER, UNDER = to_say("Over"), to_say("Under")
PRODUCT = to_say("Product")

Rules = Mapping[str, Rule]


def costliest(items: pd.DataFrame, most: int) -> pd.DataFrame:
    """The errors and warnings of the largest values, at most so many; none without a value."""
    items = items[(items["severity"] != "info") & (items["value"].fillna(0) != 0)]
    size = items["value"].abs().to_numpy(np.int64)
    return items.iloc[np.argsort(-size, kind="stable")[:most]].reset_index(drop=True)


def costliest_table(
    items: pd.DataFrame, rules: Rules, places: Mapping[str, str], context: WorkbookContext
) -> Table:
    """The costliest items. `places` has the link to the row of each item, by its id."""
    rows = costliest(items, COSTLIEST)
    names = [
        ": ".join(filter(None, (context.say(rules[rule].title), "" if pd.isna(product) else product)))
        for rule, product in zip(rows["rule"].astype(str), rows["product"].tolist(), strict=True)
    ]
    columns = (
        Column("Severity", severity_words, label),
        Column("What, and which product (the first cell links to it)", "what", long_text, min_width=60),
        Column("Receipt", "receipt_id", ids),
        Column("Status", "status", long_translated),
        Column("Value", "value", money, min_width=18),
    )
    links = {row: places[key] for row, key in enumerate(rows["id"].tolist())}
    empty = to_say("No error or warning of a known value")
    rows = rows.assign(what=pd.Series(names, dtype=str))
    return Table(context, "Costliest", columns, rows, empty=empty, links=links, with_filter=False)


def rule_and_severity(findings: pd.DataFrame) -> pd.Series[str]:
    """One text for each finding, such as `missing-write-off warning`."""
    return findings["rule"].astype(str) + " " + findings["severity"].astype(str)


def by_rule_table(
    findings: pd.DataFrame, rules: Rules, places: Mapping[str, str], context: WorkbookContext
) -> Table:
    """One row for each rule and severity: by severity, then largest gross value first. `places` has the link to the
    first item of each.
    """
    sums = _sums(findings, rule_and_severity(findings))
    size, worst = sums["gross"].fillna(0).to_numpy(np.int64), sums["worst"].to_numpy()
    sums = sums.iloc[np.lexsort([-size, worst])]  # stable: ties stay in order of rule names
    frame = sums.assign(
        severity=[SEVERITIES[code].capitalize() for code in sums["worst"]],
        title=[rules[key.partition(" ")[0]].title for key in sums.index],
    )
    columns = (
        Column("Severity", "severity", label),
        Column("Rule (the first cell links to its findings)", "title", long_translated, min_width=60),
        *_SUMS,
    )
    links = {row: places[name] for row, name in enumerate(sums.index)}
    return Table(
        context, "ByRule", columns, frame, empty=to_say("No differences"), links=links, with_filter=False
    )


_SUMS = (
    Column("Findings", "count", number),
    Column("Value, net", "net", money, min_width=18),
    Column("Value, gross", "gross", money, min_width=18),
)


def by_storage_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Errors and warnings by storage, largest gross value first."""
    findings = findings[findings["severity"] != "info"]
    storage = findings["storage"].fillna("")
    frame = _biggest(findings, storage, rules, context.language, to_say("(no storage named)"))
    columns = (
        Column("Storage", "name", long_text, max_width=30),
        Column("Rule of the largest finding", "worst_title", long_translated, min_width=60),
        *_SUMS,
    )
    return Table(context, "ByStorage", columns, frame, empty=to_say("No differences"), with_filter=False)


def by_product_table(findings: pd.DataFrame, rules: Rules, context: WorkbookContext) -> Table:
    """Goods over and under by product: the `MOST_PRODUCTS` largest, then all others in one row."""
    goods = findings[findings["is_goods"] & (findings["value"].fillna(0) != 0)]
    rows = list(_by_product(goods, rules, context.language))
    first, others = rows[:MOST_PRODUCTS], rows[MOST_PRODUCTS:]
    if others:
        rest = context.language.many("{count} other product", "{count} other products", len(others))
        _, _, *numbers = zip(*others, strict=True)
        first.append((rest, "", *map(sum, numbers)))
    names, titles, *numbers = zip(*first, strict=True) if first else [()] * 5
    frame = pd.DataFrame({"name": pd.Series(names, dtype=str), "worst_title": pd.Series(titles, dtype=str)})
    frame = frame.assign(**dict(zip(("count", "over", "under"), map(nullable, numbers), strict=True)))
    columns = (
        Column(PRODUCT, "name", long_text, max_width=30),
        Column("Rule of the largest finding", "worst_title", long_translated, min_width=60),
        Column("Findings", "count", number),
        Column(OVER, "over", money, min_width=18),
        Column(UNDER, "under", money, min_width=18),
    )
    empty = to_say("No goods written off too much or too little")
    return Table(context, "ByProduct", columns, frame, empty=empty, with_filter=False)


def _by_product(goods: pd.DataFrame, rules: Rules, language: Language) -> Iterator[tuple[Any, ...]]:
    """Of each product: its name, the title of the rule of its largest finding, how many findings, over and under.
    The largest gross value is first.
    """
    products = goods["product"].fillna("")
    over: Counter[str] = Counter()
    under: Counter[str] = Counter()
    for product, value in zip(products.tolist(), goods["value"].tolist(), strict=True):
        (over if value > 0 else under)[product] += value
    frame = _biggest(goods, products, rules, language, to_say("(no product named)"))
    for row in frame[["key", "name", "worst_title", "count"]].to_dict("records"):
        yield row["name"], row["worst_title"], row["count"], over[row["key"]], under[row["key"]]


def _sums(findings: pd.DataFrame, by: pd.Series[str]) -> pd.DataFrame:
    """By group: `count`, `net` and `gross` value (NA where none is known), and `worst`, the index of its severity."""
    severities = findings["severity"].cat.codes.tolist()
    groups: dict[str, list[tuple[int, Any]]] = {}
    for key, severity, value in zip(by.tolist(), severities, findings["value"].tolist(), strict=True):
        groups.setdefault(key, []).append((severity, value))
    keys = sorted(groups)
    values = [[value for _, value in groups[key]] for key in keys]
    return pd.DataFrame(
        {
            "count": pd.array([len(groups[key]) for key in keys], dtype=np.int64),
            "net": nullable(map(sum_of_known, values)),
            "gross": nullable(sum_of_known(map(abs, each)) for each in values),
            "worst": pd.array([min(severity for severity, _ in groups[key]) for key in keys], dtype=np.int64),
        },
        index=pd.Index(keys, dtype=str),
    )


def _biggest(
    findings: pd.DataFrame, by: pd.Series[str], rules: Rules, language: Language, nameless: str
) -> pd.DataFrame:
    """One row per group, largest gross value first; `worst_title` is the title of the rule of its largest finding."""
    sums = _sums(findings, by)
    sums = sums.iloc[np.argsort(-sums["gross"].fillna(0).to_numpy(np.int64), kind="stable")]
    size = findings["value"].abs().fillna(0).to_numpy(np.int64)
    smallest_first = findings.assign(by=by).iloc[np.argsort(-size, kind="stable")[::-1]]
    largest = dict(zip(smallest_first["by"].tolist(), smallest_first["rule"].astype(str), strict=True))
    return sums.assign(
        key=sums.index,
        name=[key or language.say(nameless) for key in sums.index],
        worst_title=[rules[largest[key]].title for key in sums.index],
    )
