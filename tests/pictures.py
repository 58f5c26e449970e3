"""The pictures of the sheets in `reports/`: the demo day, printed as an accountant would print it.

    python -m tests.pictures

Needs LibreOffice (`soffice`) and poppler (`pdftoppm`).
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

import openpyxl

from reconcile.evidence import read_evidence
from reconcile.pipeline import reconcile
from reconcile.settings import Settings
from tests.workbook_reading import write

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "fixtures" / "demo-2026-01-19.evidence.jsonl"
SHOWN = ("Summary", "Findings", "Open items", "Stock chain", "Checks")
"""The first page of each."""
_DOTS_PER_INCH = 90


def main() -> None:
    """Print each sheet by itself, and keep the first page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "demo.xlsx"
        write(reconcile(read_evidence(DEMO), Settings()), path)
        for sheet in SHOWN:
            picture = ROOT / "reports" / f"{sheet.lower().replace(' ', '-')}.png"
            _print(_alone(path, sheet), picture)
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


def _print(path: Path, picture: Path) -> None:
    convert = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(convert, check=True, capture_output=True)
    draw = ["pdftoppm", "-png", "-r", str(_DOTS_PER_INCH), "-singlefile", str(path.with_suffix(".pdf"))]
    subprocess.run([*draw, str(picture.with_suffix(""))], check=True)


if __name__ == "__main__":
    main()
