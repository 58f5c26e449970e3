"""`python -m tests.generate.demo` writes the demo day: evidence, findings expected, near misses, control totals.

Nothing here asks the engine: findings are the notes typed beside each fault, totals are counted from them.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.generate.demo.book import Book, Move, due
from tests.generate.demo.menu import MENU
from tests.generate.demo.notation import INFO, Flag, Line, Near, Note, Receipt
from tests.generate.demo.records import DAY, records

GOODS_RULES = {
    "quantity-mismatch",
    "missing-write-off",
    "duplicate-write-off",
    "unexpected-write-off",
    "orphan-operation",
    "recipe-mismatch",
    "wrong-product",
    "receipt-not-posted",
    "duplicate-receipt",
}
OF_A_LINE = {
    "quantity-mismatch",
    "missing-write-off",
    "unexpected-write-off",
    "recipe-mismatch",
    "uneven-recipe",
    "misplaced-write-off",
    "cost-above-price",
    "goods-never-written-off",
}
"""The rules that flag a line, by a finding of it or of its product."""
OF_A_RECEIPT = {"receipt-not-posted", "duplicate-receipt"}
"""The rules that flag all lines of a receipt."""


def flagged(notes: Iterable[Note], rules: Collection[str]) -> bool:
    """Whether one is an error or a warning of these rules."""
    return any(isinstance(note, Flag) and note.rule in rules and note.severity != INFO for note in notes)


def line_class(receipt: Receipt, line: Line, never_written_off: Collection[str]) -> str:
    """The class of a line, by its notes, those of its operations and the menu."""
    product = MENU[line.product]
    under_it = [note for op in due(line) for note in op.notes]
    if (
        flagged(line.notes, OF_A_LINE)
        or flagged(receipt.notes, OF_A_RECEIPT)
        or flagged(under_it, GOODS_RULES - {"orphan-operation"})
        or line.product in never_written_off
    ):
        return "flagged"
    if line.is_void or receipt.is_cancelled or "deleted_at" in receipt.raw or Decimal(line.count) == 0:
        return "void"
    if product.behavior == 3 or (product.type == "DISH" and product.is_listed and not product.recipe):
        return "untracked"
    return "matched" if product.is_judged and not line.is_unclear else "unverified"


def operation_class(move: Move, lines: dict[int, str]) -> str:
    """The class of an operation, by its notes and its line."""
    if any(isinstance(note, Flag) and note.severity != INFO for note in move.op.notes):
        return "flagged"
    return "unverified" if lines.get(move.line_id or 0) == "unverified" else "matched"


def control(book: Book) -> dict[str, dict[str, int | str]]:
    """The control totals, counted from the notes."""
    due_receipts = [entry for entry in book.receipts if entry[1].kind == "reconciled"]
    never = {
        line.product
        for _, _, of in due_receipts
        for _, line in of
        if flagged(line.notes, ["goods-never-written-off"])
    }
    lines = {key: line_class(receipt, line, never) for _, receipt, of in due_receipts for key, line in of}
    operations = Counter(operation_class(move, lines) for move in book.moves)
    repeated = sum(move.op.times - 1 for move in book.moves)
    kinds, classes = Counter(receipt.kind for _, receipt, _ in book.receipts), Counter(lines.values())
    flags = [note for note, _ in book.notes() if isinstance(note, Flag)]
    goods = [note for note in flags if note.rule in GOODS_RULES and note.value and not note.is_apart]
    value = [Decimal(note.value) for note in goods]
    put_back = [Decimal(note.value) for note in goods if "put back since" in note.says]
    written_off = Decimal(0)
    for move in book.moves:
        back = move.op.up or Decimal(move.op.q) < 0
        written_off += abs(Decimal(str(move.record["total_cost"]))) * (-1 if back else 1)
    line_classes = ("matched", "flagged", "unverified", "untracked", "void")
    return {
        "receipts": {"listed": len(book.receipts), **{name: kinds[name] for name in (
            "reconciled", "open", "other_day", "failed")}},
        "lines": {"total": len(lines), **{name: classes[name] for name in line_classes}},
        "operations": {
            "total": len(book.moves) + repeated, **{name: operations[name] for name in line_classes[:3]},
            "repeated": repeated, "quarantined": 0,
        },
        "value": {
            "written_off": plain(written_off), "over": plain(sum((v for v in value if v > 0), Decimal(0))),
            "under": plain(sum((v for v in value if v < 0), Decimal(0))), "put_back": plain(sum(put_back, Decimal(0))),
        },
    }  # fmt: skip


def plain(value: Decimal) -> str:
    """A decimal without exponent or trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def write_table(folder: Path, name: str, columns: list[str], rows: Iterable[dict[str, Any]]) -> None:
    """Write one CSV file of notes."""
    with (folder / name).open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def write(folder: Path) -> None:
    """Write the four files of the demo day."""
    book = Book()
    with (folder / f"demo-{DAY}.evidence.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
        for record in records(book):
            stream.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    totals = json.dumps(control(book), indent=1) + "\n"
    (folder / f"demo-{DAY}.control.json").write_text(totals, encoding="utf-8")
    notes: list[dict[str, Any]] = [{**asdict(note), **ids, "note": note} for note, ids in book.notes()]
    notes.sort(key=lambda row: (row["rule"], row.get("receipt_id", 0), row.get("operation_id", 0)))
    names = ["receipt_id", "receipt_product_id", "operation_id"]
    numbers = ["expected", "actual", "difference", "value", "says", "explained_by", "why"]
    flags = [row for row in notes if isinstance(row["note"], Flag)]
    write_table(
        folder, f"demo-{DAY}.expected.csv", ["rule", "severity", *names, "product_id", *numbers], flags
    )
    near = [row for row in notes if isinstance(row["note"], Near)]
    write_table(folder, f"demo-{DAY}.near-misses.csv", ["what", "rule", *names, "product_id", "why"], near)


if __name__ == "__main__":
    write(Path("fixtures"))
