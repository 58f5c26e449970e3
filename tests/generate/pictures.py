"""The pictures of the sheets in `reports/`: the demo day and a made-up month, as an accountant would print them.

    python -m tests.generate.pictures

Needs LibreOffice (`soffice`) and poppler (`pdftoppm`).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import openpyxl

from reconcile.batch.close import close
from reconcile.batch.report_files import Output
from reconcile.batch.write import replay
from reconcile.engine.day import reconcile_day
from reconcile.evidence.records import read_evidence
from reconcile.settings.model import Settings
from tests.given.made_month import month, write_evidence
from tests.given.places import ROOT
from tests.given.workbook_reading import write

DEMO = ROOT / "fixtures" / "demo-2026-01-19.evidence.jsonl"
SHOWN = {
    "summary": ("Summary", 1),
    "by-rule": ("Summary", 2),
    "open-items": ("Open items", 1),
    "causes": ("Causes", 1),
    "products": ("Products", 1),
    "stock-movement": ("Stock movement", 1),
    "checks": ("Checks and notes", 1),
}
"""Which page of which sheet of the demo day."""
OF_A_MONTH = {"month": ("Summary", 1), "month-by-day": ("Days", 2)}
"""The same, of 31 made-up days."""
_DOTS_PER_INCH = 96


def main() -> None:
    """Print each sheet by itself, and keep the page."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = folder / "demo.xlsx"
        write(reconcile_day(read_evidence(DEMO), Settings()), path)
        _print_all(SHOWN, path)
        _print_all(OF_A_MONTH, _closed_month(folder))


def _closed_month(folder: Path) -> Path:
    """The workbook of a made-up month, each day of which was judged on its own night."""
    made, settings = month(31, 60, share="0.03"), Settings()
    for day in made.all_days():
        replay(write_evidence(made, day, folder), settings, Output(folder))
    days = (made.first, made.last)
    return close(days, None, settings=settings, out=Output(folder), documents=folder).paths[0]


def _print_all(shown: dict[str, tuple[str, int]], path: Path) -> None:
    for name, (sheet, page) in shown.items():
        picture = ROOT / "reports" / f"{name}.png"
        _print(_alone(path, sheet), page, picture)
        print(picture.relative_to(ROOT))


def _alone(path: Path, sheet: str) -> Path:
    """The workbook with that sheet alone."""
    book = openpyxl.load_workbook(path)
    for page in list(book):
        if page.title != sheet:
            book.remove(page)
    alone = path.with_name(f"{sheet}.xlsx")
    book.save(alone)
    return alone


def _print(path: Path, page: int, picture: Path) -> None:
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(convert, check=True, capture_output=True)
    which = ["-f", str(page), "-singlefile", "-r", str(_DOTS_PER_INCH)]
    draw = ["pdftoppm", "-png", *which, str(path.with_suffix(".pdf")), str(picture.with_suffix(""))]
    subprocess.run(draw, check=True)


if __name__ == "__main__":
    main()
