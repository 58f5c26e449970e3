"""The demo day's workbook as text, sheet by sheet: what is compared, and what `python -m tests.generate.golden` renews.

A cell is written as its value; empty cells at the end of a row are left out, others are shown as a dot.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

from reconcile import __version__
from reconcile.engine.day import reconcile_day
from reconcile.evidence.records import read_evidence
from reconcile.settings.model import Settings
from tests.given.places import DEMO, GOLDEN_SHEETS
from tests.given.workbook_reading import write


def dumps() -> dict[str, str]:
    """The text of each sheet of the demo day in English, by its file's name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.xlsx"
        write(reconcile_day(read_evidence(DEMO), Settings()), path)
        book = openpyxl.load_workbook(path)
    return {
        f"{number:02d}-{page.title.lower().replace(' ', '-')}.txt": dump(page)
        for number, page in enumerate(book, 1)
    }


def dump(page: Any) -> str:
    """A sheet as text: its freeze pane, its tables and links, then row by row."""
    head = [
        f"frozen at {page.freeze_panes}",
        f"prints rows {page.print_title_rows}, area {page.print_area or 'all'}",
    ]
    head += [f"table {name} at {table}" for name, table in sorted(page.tables.items())]
    head += [f"choices at {each.sqref}: {each.formula1}" for each in page.data_validations.dataValidation]
    rows = [" | ".join(map(_shown, _without_end(row))) for row in page.iter_rows()]
    return "\n".join([*head, "", *rows]).replace(__version__, "VERSION") + "\n"


def _without_end(row: Any) -> list[Any]:
    cells = list(row)
    while cells and cells[-1].value is None:
        cells.pop()
    return cells


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return "·"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    target = f" → {cell.hyperlink.location}" if cell.hyperlink else ""
    return f"{value}{target}".replace("\n", "⏎")


def main() -> None:
    """Write the sheets anew; the difference is for a person to read before it is committed."""
    GOLDEN_SHEETS.mkdir(exist_ok=True)
    made = dumps()
    for path in GOLDEN_SHEETS.glob("*.txt"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (GOLDEN_SHEETS / name).write_text(text, encoding="utf-8")
    print(f"{len(made)} sheets in {GOLDEN_SHEETS}")


if __name__ == "__main__":
    main()
