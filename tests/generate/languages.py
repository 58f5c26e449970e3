"""The texts of the workbook, gathered from the source into the catalogues of the languages.

    python -m tests.generate.languages

New texts are added without a translation, texts that are gone are removed; a test fails until all are translated.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from reconcile.language.translate import LANGUAGES
from reconcile.rulebook.rules import RULES
from tests.given.places import CATALOGUES, ROOT

_KEYWORDS = {"say": None, "to_say": None, "Column": None, "many": (1, 2)}
_WIDTH = 110

Key = str | tuple[str, str]
"""A text, or one and many."""


def texts() -> list[Key]:
    """Every text that the workbook may say, in English, in the order of the alphabet."""
    found = {_key(text) for path in _sources() for text in _extracted(path)}
    for rule in RULES:
        said = (rule.title, rule.message, rule.what_it_checks, rule.not_flagged, rule.what_to_do)
        found |= set(said)
    return sorted(found - {""}, key=str)


def _sources() -> list[Path]:
    return [
        path
        for folder in ("reconcile", "rules")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in (".py", ".html")
    ]


def _extracted(path: Path) -> Iterator[Key]:
    method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
    for _, message, _, _ in extract_from_file(method, path, keywords=_KEYWORDS):
        yield message if isinstance(message, str) else (message[0], message[1])


def _key(text: Key) -> Key:
    return text


def catalogue(code: str) -> Catalog:
    """The catalogue of a language as it stands; empty where there is none yet."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as stream:
        return read_po(stream, locale=code)


def renewed(code: str) -> Catalog:
    """The catalogue with just the texts that there are now."""
    before = catalogue(code)
    after = Catalog(
        locale=code, header_comment="", project="reconcile", fuzzy=False, charset="utf-8", version="",
    )  # fmt: skip
    for key in texts():
        known = before.get(key[0] if isinstance(key, tuple) else key)
        after.add(key, known.string if known else "")
    return after


def rendered(catalog: Catalog) -> str:
    """The catalogue's file: without times, so that it changes only where a text does."""
    written = io.BytesIO()
    write_po(written, catalog, width=_WIDTH, omit_header=False, sort_output=True)
    return re.sub(
        r'^"(POT-Creation|PO-Revision)-Date:.*\n', "", written.getvalue().decode(), flags=re.MULTILINE
    )


def compiled(catalog: Catalog) -> bytes:
    """What the program reads; without the time of its making, so that it changes only where a text does."""
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def main() -> None:
    """Renew and compile the catalogues, and say what is left to translate."""
    CATALOGUES.mkdir(exist_ok=True)
    for code in LANGUAGES:
        if code == "en":
            continue
        catalog = renewed(code)
        (CATALOGUES / f"{code}.po").write_text(rendered(catalog), encoding="utf-8")
        (CATALOGUES / f"{code}.mo").write_bytes(compiled(catalog))
        missing = [message.id for message in catalog if message.id and not all(_strings(message.string))]
        print(f"{code}: {len(catalog)} texts, {len(missing)} to translate")


def _strings(string: object) -> tuple[str, ...]:
    return string if isinstance(string, tuple) else (str(string),)


if __name__ == "__main__":
    main()
