"""The Products sheet: actual against theoretical usage, and its totals by category and storage."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from reconcile.analysis.products import by_category, by_product
from reconcile.analysis.units import units_of
from reconcile.engine.result import Result
from reconcile.language.translate import to_say
from reconcile.report.excel.context import WorkbookContext
from reconcile.report.excel.formats import ids, money, number, percent, quantity, unit_cost
from reconcile.report.excel.paper import WIDEST_PAGE
from reconcile.report.excel.sheet import Block, Sheet
from reconcile.report.excel.styles import NOTE, TITLE
from reconcile.report.excel.table import Column, Table, TextCell, TotalColumns
from reconcile.report.excel.table_sheet import back_link, banner_rows, section

PRODUCTS = to_say("Products")
_CATEGORY, _PRODUCT, _STORAGE, _VALUE = (
    to_say("Category"),
    to_say("Product"),
    to_say("Storage"),
    to_say("Value"),
)
_LINES = to_say("Sale lines")
_NOTE = to_say(
    "A: what the sales should have taken, by the recipes and in the units of the stock. B: what was written off. Set "
    "apart is what is neither over nor under: written off in the wrong place, or in place of another product, never "
    "written off, or accepted. Value: what the rest of the difference is worth. What was written off for lines that "
    "are not judged or not tracked is in no column."
)
_TOTAL_COLUMNS = (
    Column(_CATEGORY, "category", max_width=30),
    Column(_STORAGE, "storage", max_width=34),
    Column("Products", "products", number),
    Column("With a difference", "differing", number),
    Column(_VALUE, "value", money, total=True),
)
_COLUMNS = (
    Column(_CATEGORY, "category", max_width=30),
    Column(_PRODUCT, "product", min_width=24, max_width=34),
    Column("Unit", "unit"),
    Column(_STORAGE, "storage", max_width=18),
    Column("A: theoretical", "due", quantity),
    Column("B: actual", "q", quantity),
    Column("Difference", "difference", quantity),
    Column("Of it set apart", "apart", quantity),
    Column("% of A", "share", percent),
    Column("Unit cost", "unit_cost", unit_cost),
    Column(_VALUE, "value", money, total=True),
    Column("Returned", "returned", quantity),
    Column(_LINES, "lines", number),
    Column("Product id", "product_id", ids),
    Column("Storage id", "storage_id", ids),
)


def products_sheet(result: Result, units: Mapping[int, str], context: WorkbookContext) -> Sheet:
    """What each product should have been taken from each storage, and what was."""
    rows, say = by_product(result), context.say
    rows = rows.assign(unit=units_of(rows["product_id"], units))
    empty, written = to_say("No sale line could be judged"), TotalColumns("Unit", _VALUE)
    totals = Table(context, "ProductTotals", _TOTAL_COLUMNS, by_category(rows), empty=empty)
    table = Table(context, "Products", _COLUMNS, rows, empty=empty, totals=written, with_filter=True)
    blocks: list[Block] = [
        *banner_rows(context, len(_COLUMNS)),
        (back_link(context), TextCell(f"{say(PRODUCTS)}: {context.day}", TITLE)),
        *((TextCell(line, NOTE),) for line in textwrap.wrap(say(_NOTE), WIDEST_PAGE)),
        *section(say("By category and storage"), totals),
        *section(say("By product and storage"), table),
    ]
    return Sheet(context, say(PRODUCTS), blocks, print_to=_LINES)
