"""A4 paper: margins, headers and footers, and how many pages wide a sheet is, so that it stays legible."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.worksheet import Worksheet

from reconcile.report.excel.context import WorkbookContext

LEAST_SCALE = 75
"""Per cent: letters of 10 points are printed no smaller than 7.5 points."""
_A4 = 9
_A4_INCHES = 297 / 25.4
_SIDE_MARGIN, _TOP_MARGIN, _HEADER_MARGIN = 0.35, 0.4, 0.2
"""In inches. The header and the footer are a line each, which ends at 0.37."""
_PORTRAIT_SIDE_MARGIN = 0.2
"""A page in portrait has room for no more: a character is wider on paper than on a screen."""
CHARACTER_INCHES = 7 / 96
"""Width of a digit of the standard font: column widths are stated in it."""
WIDEST_PAGE = int((_A4_INCHES - 2 * _SIDE_MARGIN) / CHARACTER_INCHES * 100 / LEAST_SCALE)
"""Characters that a page in landscape holds at the least scale."""


def pages_wide(widths: Sequence[int], repeated: int) -> int:
    """The fewest pages side by side that hold columns of these widths, in characters, at `LEAST_SCALE` or larger.

    The first `repeated` columns are printed on each page. A column wider than a page has a page of its own.
    """
    repeated_width, pages, used = sum(widths[:repeated]), 1, 0
    for column, width in enumerate(widths):
        is_full = used + width > WIDEST_PAGE and column > repeated
        pages, used = (pages + 1, repeated_width + width) if is_full else (pages, used + width)
    return pages


def set_up_paper(worksheet: Worksheet, context: WorkbookContext, *, is_portrait: bool) -> None:
    """A4, with the day, the sheet and the page numbers below, and the warnings above."""
    worksheet.page_setup.orientation = "portrait" if is_portrait else "landscape"
    worksheet.page_setup.paperSize = _A4
    margins = worksheet.page_margins
    margins.left = margins.right = _PORTRAIT_SIDE_MARGIN if is_portrait else _SIDE_MARGIN
    margins.top = margins.bottom = _TOP_MARGIN
    margins.header = margins.footer = _HEADER_MARGIN
    worksheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(context.day.replace("&", "&&")),
        center=_HeaderFooterPart("&A"),
        right=_HeaderFooterPart(context.say("Page {page} of {pages}", page="&P", pages="&N")),
    )
    if context.banners:
        banners = "; ".join(text for text, _ in context.banners)
        worksheet.oddHeader = HeaderFooterItem(center=_HeaderFooterPart(banners.replace("&", "&&")))
