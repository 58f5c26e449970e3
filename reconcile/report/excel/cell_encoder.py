"""Encodes texts as cells: a text from outside is never read as a formula, an escape or markup."""

from __future__ import annotations

import dataclasses
import re

from reconcile.core.text import FORMULA_STARTS
from reconcile.language.translate import ENGLISH, Language
from reconcile.report.excel.styles import CellStyle, StyleRegistry

LONGEST_TEXT = 32_000
"""UTF-16 units. Excel holds 32,767; the rest leaves room for the notice that a text was cut."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def in_xml(text: str) -> str:
    """The text with U+FFFD for each character that XML can't hold."""
    return _NOT_IN_XML.sub("\ufffd", text)


class CellEncoder:
    """Encodes the text cells of one workbook, and records which texts and numbers had to be changed."""

    def __init__(self, styles: StyleRegistry, language: Language = ENGLISH) -> None:
        self.styles = styles
        self._language = language
        self.replaced: set[str] = set()
        """Texts with characters that XML can't hold; each character is written as U+FFFD."""
        self.cut: set[int] = set()
        """Hashes of the texts that were too long for a cell."""
        self.numbers_as_text = 0
        """How many numbers had more digits than Excel keeps."""

    def text(self, text: str, style: CellStyle) -> str:
        """The XML of a text cell, after its address; an empty text is an empty cell of that style."""
        if not text:
            return f' s="{self.styles.id(style)}"/>'
        if text.startswith(FORMULA_STARTS):
            style = dataclasses.replace(style, quote_prefix=True)
        safe = self._safe(text)
        space = ' xml:space="preserve"' if safe != safe.strip() else ""
        escaped = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f' s="{self.styles.id(style)}" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'

    def _safe(self, text: str) -> str:
        """The text without characters that XML can't hold, at most `LONGEST_TEXT` long and the notice of the cut."""
        if (safe := in_xml(text)) != text:
            self.replaced.add(text)
            text = safe
        safe = _ESCAPE_LOOKALIKE.sub("_x005F_", text)
        units = safe.encode("utf-16-le")
        if len(units) <= 2 * LONGEST_TEXT:
            return safe
        self.cut.add(hash(text))
        kept = units[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
        length = self._language.number(len(text))
        return kept + " " + self._language.say("[…cut: the whole text has {count} characters]", count=length)
