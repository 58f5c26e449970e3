"""What openpyxl writes silently and Excel then repairs, drops or shows wrong: found in the file itself."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

_PIECES = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks ignoredErrors drawing tableParts"
).split()
"""Of a sheet, in the order of the standard (ECMA-376, 18.3.1.99); Excel repairs any other."""


def problems(path: Path) -> list[str]:
    """Every problem found in a workbook; empty for a good one."""
    with zipfile.ZipFile(path) as archive:
        return [*_Lint(archive).run()]


class _Lint:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.tables: set[str] = set()

    def run(self) -> Iterator[str]:
        if self.archive.testzip():
            yield "the zip is damaged"
        book = self.xml("xl/workbook.xml")
        relations = self.relations("xl/workbook.xml")
        sheets = {sheet.get("name", ""): sheet for sheet in book.iter(f"{_MAIN}sheet")}
        folded = [name.lower() for name in sheets]
        if len(set(folded)) != len(folded):
            yield "two sheets have the same name"
        for name, sheet in sheets.items():
            if len(name) > 31 or re.search(r"[\[\]:*?/\\]", name) or name.lower() in ("history", "sheet"):
                yield f"{name}: no name for a sheet"
            part = self.target("xl/workbook.xml", relations[sheet.get(f"{_REL}id", "")])
            for problem in self.sheet(part, set(sheets)):
                yield f"{name}: {problem}"

    def xml(self, name: str) -> ElementTree.Element:
        return ElementTree.fromstring(self.archive.read(name))  # noqa: S314  our own file

    def relations(self, part: str) -> dict[str, ElementTree.Element]:
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels"
        return {e.get("Id", ""): e for e in self.xml(rels)} if rels in self.archive.namelist() else {}

    def target(self, part: str, relation: ElementTree.Element) -> str:
        path = relation.get("Target", "")
        return (
            path.lstrip("/")
            if path.startswith("/")
            else posixpath.normpath(f"{posixpath.dirname(part)}/{path}")
        )

    def sheet(self, part: str, names: set[str]) -> Iterator[str]:
        root, relations = self.xml(part), self.relations(part)
        yield from self.pieces([piece.tag.removeprefix(_MAIN) for piece in root])
        texts: dict[str, str] = {}
        for cell in root.iter(f"{_MAIN}c"):
            yield from self.cell(cell, texts)
        for piece in root.iter(f"{_MAIN}tablePart"):
            yield from self.table(self.xml(self.target(part, relations[piece.get(f"{_REL}id", "")])), texts)
        if root.find(f"{_MAIN}autoFilter") is not None:
            yield "a filter beside a table's own"
        if list(root.iter(f"{_MAIN}mergeCell")):
            yield "merged cells"
        for rule in root.iter(f"{_MAIN}dataValidation"):
            if len(rule.findtext(f"{_MAIN}formula1") or "") > 255:
                yield "a drop-down list that Excel removes"
        for link in root.iter(f"{_MAIN}hyperlink"):
            sheet = (link.get("location") or "").rpartition("!")[0].strip("'")
            if sheet not in names:
                yield f"a link to {sheet or 'outside'}"

    def pieces(self, names: list[str]) -> Iterator[str]:
        if names != sorted(names, key=_PIECES.index):
            yield f"its pieces are in the order {names}"
        if "ignoredErrors" not in names:
            yield "ids that are texts get a green corner"

    def cell(self, cell: ElementTree.Element, texts: dict[str, str]) -> Iterator[str]:
        reference, kind = cell.get("r", ""), cell.get("t", "n")
        text = "".join(t.text or "" for t in cell.iter(f"{_MAIN}t"))
        value = cell.findtext(f"{_MAIN}v")
        texts[reference] = text
        if cell.find(f"{_MAIN}f") is not None:
            yield f"{reference} is a formula"
        if kind == "e":
            yield f"{reference} is an error"
        if len(text) > 32_767:
            yield f"{reference} is too long"
        if kind == "n" and value is not None and not re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", value):
            yield f"{reference} is no number: {value}"
        if kind == "n" and value and len(re.sub(r"\D", "", value.split(".")[0])) > 11 and not cell.get("s"):
            yield f"{reference} is a long number without a format"

    def table(self, table: ElementTree.Element, texts: dict[str, str]) -> Iterator[str]:
        name, area = table.get("displayName", ""), table.get("ref", "")
        if not re.fullmatch(r"tbl[A-Z][A-Za-z0-9]+", name) or name in self.tables:
            yield f"{name} is no name for a table, or is used twice"
        self.tables.add(name)
        match = re.fullmatch(r"([A-Z]+)(\d+):([A-Z]+)(\d+)", area)
        if match is None or int(match[4]) <= int(match[2]):
            yield f"{name} has no rows"
            return
        columns = [column.get("name", "") for column in table.iter(f"{_MAIN}tableColumn")]
        if len({column.lower() for column in columns}) != len(columns):
            yield f"{name} has two columns of the same name"
        letters = [_letters(number) for number in range(_number(match[1]), _number(match[3]) + 1)]
        headers = [texts.get(f"{letter}{match[2]}") for letter in letters]
        if headers != columns:
            yield f"{name}: headers {headers} are not its columns {columns}"


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
