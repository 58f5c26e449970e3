"""The legend: the meaning of the words and letters in the workbook."""

from __future__ import annotations

import pandas as pd

from reconcile.language.translate import to_say
from reconcile.report.excel.context import CHECKS_AND_NOTES, WorkbookContext
from reconcile.report.excel.formats import label, long_translated
from reconcile.report.excel.table import Column, Table

_ANYWHERE, _FINDINGS = to_say("All sheets"), to_say("Findings")
_LINES, _OPERATIONS, _OPEN = to_say("Sale lines"), to_say("Stock operations"), to_say("Open items")
_RECIPES = to_say("Recipes")

_MEANINGS = (
    (_ANYWHERE, to_say("A"), to_say("What should be: what was sold, or what the recipe requires for it.")),
    (_ANYWHERE, to_say("B"), to_say("What is: what the point of sale wrote off.")),
    (
        _ANYWHERE,
        to_say("B − A"),
        to_say("The difference: more than 0, too much was written off; less than 0, too little."),
    ),
    (
        _ANYWHERE,
        to_say("Value"),
        to_say("The difference in money, at the unit cost of the day; empty where that is not known."),
    ),
    (
        _ANYWHERE,
        to_say("Total without sign"),
        to_say("The sum of the magnitudes: errors that offset one another are seen."),
    ),
    (_ANYWHERE, to_say("Net"), to_say("The sum with the signs.")),
    (_FINDINGS, to_say("Error"), to_say("The books are wrong until it is corrected or explained.")),
    (_FINDINGS, to_say("Warning"), to_say("It may be right; look at it.")),
    (_FINDINGS, to_say("Info"), to_say("Good to know; it is never an open item.")),
    (
        _FINDINGS,
        to_say("over"),
        to_say("Over-deducted goods: more was written off than was sold, so book stock is too low."),
    ),
    (
        _FINDINGS,
        to_say("under"),
        to_say("Under-deducted goods: less was written off than was sold, so book stock is too high."),
    ),
    (_FINDINGS, to_say("cost"), to_say("A difference of cost, in neither over nor under.")),
    (
        _FINDINGS,
        to_say("apart"),
        to_say(
            "In no total: goods only in the wrong place or storage, counted in another unit, never written off, taken "
            "instead of others, or differences within a recipe."
        ),
    ),
    (_FINDINGS, to_say("timing"), to_say("In no total: goods written off at another time than the sale.")),
    (
        _FINDINGS,
        to_say("movement"),
        to_say("In no total: stock that moved between two operations, or a balance that does not add up."),
    ),
    (
        _FINDINGS,
        to_say("How many"),
        to_say(
            "Warnings that repeat for one product and storage are one row, which shows the largest and sums the values."
        ),
    ),
    (_OPEN, to_say("High"), to_say("An error.")),
    (_OPEN, to_say("Normal"), to_say("A warning.")),
    (_OPEN, to_say("Open"), to_say("Not answered yet.")),
    (_OPEN, to_say("Asked"), to_say("Somebody was asked; it stays open.")),
    (_OPEN, to_say("To correct"), to_say("It is wrong, and is to be corrected in the books; it stays open.")),
    (
        _OPEN,
        to_say("Explained"),
        to_say(
            "A person says in the comment why it is right; it stays so while its numbers stay the same, "
            "and is opened again if they change."
        ),
    ),
    (
        _OPEN,
        to_say("Corrected"),
        to_say("A person has corrected the books, for the reason chosen."),
    ),
    (_OPEN, to_say("brought forward"), to_say("Open in the newest workbook of an earlier day.")),
    (_OPEN, to_say("new"), to_say("Found on this day for the first time.")),
    (
        _OPEN,
        to_say("cleared"),
        to_say("Explained or corrected by a person, or no longer found when its own day was run again."),
    ),
    (_OPEN, to_say("carried forward"), to_say("Still open: the next day's workbook brings it forward.")),
    (_LINES, to_say("matched"), to_say("Written off as it should be.")),
    (_LINES, to_say("flagged"), to_say("An error or a warning names it.")),
    (_LINES, to_say("unverified"), to_say("There is nothing to compare it with: see Not judged.")),
    (_LINES, to_say("untracked"), to_say("It is not kept in stock: its sale writes nothing off.")),
    (_LINES, to_say("void"), to_say("Deleted, cancelled, or sold nothing.")),
    (_LINES, to_say("direct"), to_say("The product itself is kept in stock.")),
    (_LINES, to_say("composite"), to_say("A dish: its ingredients are kept in stock.")),
    (
        _OPERATIONS,
        to_say("repeated"),
        to_say("The API gave it more than once, with the same content; it counts once."),
    ),
    (_RECIPES, to_say("OK"), to_say("Both sides agree.")),
    (CHECKS_AND_NOTES, to_say("CHECK"), to_say("They do not agree: start here.")),
)
_COLUMNS = (
    Column("Word", "word", label),
    Column("What it means", "meaning", long_translated, max_width=50),
    Column("Sheet", "sheet", long_translated, max_width=16),
)


def legend_table(context: WorkbookContext) -> Table:
    """One row per word."""
    rows = pd.DataFrame(_MEANINGS, columns=["sheet", "word", "meaning"], dtype=str)
    return Table(context, "Legend", _COLUMNS, rows)
