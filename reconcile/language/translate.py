"""Translation: texts from the gettext catalogues in `catalogues/`, numbers with the language's separators.

The English text is the key: `say("Open receipt")`. A text that is stored first and translated later is marked with
`to_say`, so that `python -m tests.generate.languages` finds it; that also compiles each `.po` to the `.mo` read here.
"""

from __future__ import annotations

import dataclasses
import functools
import gettext
from pathlib import Path
from typing import Any

from reconcile.core.exact import MICRO, decimal_text, half_even
from reconcile.language.catalogues import LANGUAGES

__all__ = ["ENGLISH", "LANGUAGES", "PLAIN", "Language", "language", "to_say"]
_FOLDER = Path(__file__).parent / "catalogues"
_SEPARATORS = {"az": (".", ","), "ru": ("\N{NO-BREAK SPACE}", ","), "uz": ("\N{NO-BREAK SPACE}", ",")}
"""Of thousands and of decimals, from the Unicode Common Locale Data Repository."""


def to_say(text: str) -> str:
    """The text itself, marked for later translation with `say`."""
    return text


@dataclasses.dataclass(frozen=True)
class Language:
    """A language: its texts, and its number format in sentences (cells use the spreadsheet's own format)."""

    code: str
    texts: gettext.NullTranslations
    group: str
    decimal: str
    minus: str = "\N{MINUS SIGN}"

    def say(self, text: str, /, **values: Any) -> str:
        """The text in this language, with each `{name}` filled in."""
        translated = self.texts.gettext(text) if text else ""
        return translated.format(**values) if values else translated

    def many(self, one: str, more: str, count: int, /, **values: Any) -> str:
        """The singular or plural text for a count; `{count}` is filled in."""
        return self.texts.ngettext(one, more, count).format(count=self.number(count), **values)

    def number(self, count: int) -> str:
        """A whole number with thousands separators."""
        return f"{count:,}".replace(",", self.group)

    def money(self, count: int) -> str:
        """Millionths as text, rounded half to even to two decimals; all decimals if that would give zero."""
        cents = half_even(abs(count), MICRO // 100) * (MICRO // 100)
        whole, _, decimals = decimal_text(cents or abs(count)).partition(".")
        sign = self.minus if count < 0 else ""
        return f"{sign}{self.number(int(whole))}{self.decimal}{decimals.ljust(2, '0')}"

    def amount(self, count: int, *, signed: bool = False) -> str:
        """Millionths as text with as many decimals as needed; `signed`: with a plus sign if above 0."""
        sign = self.minus if count < 0 else "+" if signed and count else ""
        whole, rest = divmod(abs(count), MICRO)
        decimals = f"{self.decimal}{rest:06d}".rstrip("0") if rest else ""
        return f"{sign}{self.number(whole)}{decimals}"


ENGLISH = Language("en", gettext.NullTranslations(), ",", ".")
PLAIN = dataclasses.replace(ENGLISH, group="", minus="-")
"""English with numbers as in JSON, for programs."""


@functools.cache
def language(code: str) -> Language:
    """The language of a code in `LANGUAGES`. Raises OSError if it has no catalogue."""
    if code == "en":
        return ENGLISH
    with (_FOLDER / f"{code}.mo").open("rb") as stream:
        return Language(code, gettext.GNUTranslations(stream), *_SEPARATORS[code])
