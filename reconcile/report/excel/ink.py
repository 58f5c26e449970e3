"""Texts as cells: text from outside stays text, whatever it begins with or holds."""

from __future__ import annotations

import dataclasses
import re

from reconcile.language.translate import ENGLISH, Language
from reconcile.report.excel.styles import Look, Stylebook

LONGEST_TEXT = 32_000
"""Excel holds 32,767 UTF-16 units; the rest is room to say that a text was cut."""

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_LOOKALIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
FORMULA_STARTS = tuple("=+-@\t\r\uff1d\uff0b\uff0d\uff20")
"""What makes a formula of a text; the last four are full-width forms."""


class Ink:
    """What every cell of one workbook needs: its looks, and a record of what could not be written as it came."""

    def __init__(self, styles: Stylebook, language: Language = ENGLISH) -> None:
        self.styles = styles
        self._language = language
        self.replaced: set[str] = set()
        """Texts with characters that a workbook can't hold, each now U+FFFD."""
        self.cut: set[int] = set()
        """Texts too long for a cell, by hash."""
        self.numbers_as_text = 0
        """Numbers with more digits than Excel keeps."""

    def text(self, text: str, look: Look) -> str:
        """A text cell; an empty text is an empty cell of that look."""
        if not text:
            return f' s="{self.styles.id(look)}"/>'
        if text.startswith(FORMULA_STARTS):
            look = dataclasses.replace(look, quoted=True)
        safe = self._safe(text)
        space = ' xml:space="preserve"' if safe != safe.strip() else ""
        escaped = safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
        return f' s="{self.styles.id(look)}" t="inlineStr"><is><t{space}>{escaped}</t></is></c>'

    def _safe(self, text: str) -> str:
        if _NOT_IN_XML.search(text):
            self.replaced.add(text)
            text = _NOT_IN_XML.sub("\ufffd", text)
        safe = _ESCAPE_LOOKALIKE.sub("_x005F_", text)
        units = safe.encode("utf-16-le")
        if len(units) <= 2 * LONGEST_TEXT:
            return safe
        self.cut.add(hash(text))
        kept = units[: 2 * LONGEST_TEXT].decode("utf-16-le", "ignore")
        length = self._language.number(len(text))
        told = self._language.say("[…cut: the whole text has {count} characters]", count=length)
        return f"{kept} {told}"
