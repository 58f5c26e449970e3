"""What people read, in their language: texts from the catalogues in `catalogues/`, numbers with their separators.

The English text is the key: `say("Open receipt")`. Catalogues are gettext's (`.po`), read as they are. A text that is
kept somewhere before it is said is marked with `to_say`, so that `python -m tests.languages` finds it.
"""

from __future__ import annotations

import dataclasses
import functools
import gettext
import io
from pathlib import Path
from typing import Any

from reconcile.core.exact import MICRO, decimal_text, half_even
from reconcile.language.catalogues import LANGUAGES

__all__ = ["ENGLISH", "LANGUAGES", "PLAIN", "Language", "language", "to_say"]
_FOLDER = Path(__file__).parent / "catalogues"


def to_say(text: str) -> str:
    """The text itself: to be translated where it is said."""
    return text


@dataclasses.dataclass(frozen=True)
class Language:
    """A language: its texts, and how it writes numbers inside sentences (cells follow the reader's own settings)."""

    code: str
    texts: gettext.NullTranslations
    group: str
    decimal: str
    minus: str = "\N{MINUS SIGN}"

    def say(self, text: str, /, **values: Any) -> str:
        """The text in this language, with `{name}`s filled in."""
        told = self.texts.gettext(text) if text else ""
        return told.format(**values) if values else told

    def many(self, one: str, more: str, count: int, /, **values: Any) -> str:
        """A text about so many of something; `{count}` is the number."""
        return self.texts.ngettext(one, more, count).format(count=self.number(count), **values)

    def number(self, count: int) -> str:
        """A whole number with its thousands apart."""
        return f"{count:,}".replace(",", self.group)

    def money(self, count: int) -> str:
        """Millionths, rounded to two decimals, half to even; what would be rounded away has all it has."""
        cents = half_even(abs(count), MICRO // 100) * (MICRO // 100)
        whole, _, decimals = decimal_text(cents or abs(count)).partition(".")
        sign = self.minus if count < 0 else ""
        return f"{sign}{self.number(int(whole))}{self.decimal}{decimals.ljust(2, '0')}"

    def amount(self, count: int, *, signed: bool = False) -> str:
        """Millionths, with the decimals they have; `signed`: with a plus where they are more than 0."""
        sign = self.minus if count < 0 else "+" if signed and count else ""
        whole, rest = divmod(abs(count), MICRO)
        decimals = f"{self.decimal}{rest:06d}".rstrip("0") if rest else ""
        return f"{sign}{self.number(whole)}{decimals}"


ENGLISH = Language("en", gettext.NullTranslations(), ",", ".")
PLAIN = dataclasses.replace(ENGLISH, group="", minus="-")
"""English for programs: numbers as JSON has them."""


@functools.cache
def language(code: str) -> Language:
    """One of `LANGUAGES`."""
    if code == "en":
        return ENGLISH
    from babel import Locale
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (_FOLDER / f"{code}.po").open("rb") as stream:
        catalogue = read_po(stream, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    symbols = Locale.parse(code).number_symbols["latn"]
    return Language(code, gettext.GNUTranslations(compiled), symbols["group"], symbols["decimal"])
