"""The parts of the README that are made from the program: `python -m tests.generate.readme` renews them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

import duckdb

from reconcile.cli.rules import markdown_table
from tests.given.places import ROOT

README = ROOT / "README.md"


_ARGUMENTS = ("--date", "2026-01-19", "--source", "demo", "--out")
_QUESTION = re.compile("(```sql\n(.*?)```\n\n```text\n).*?(```\n)", re.DOTALL)
"""A question in SQL, and its answer."""


def demo_output(folder: str) -> str:
    """What the demo day says on a terminal, as a fenced block. Its reports and books stay in the folder."""
    command = [sys.executable, "-m", "reconcile", *_ARGUMENTS, folder]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = "".join(f"{line}\n" for line in [*run.stderr.splitlines(), *run.stdout.splitlines()])
    return f"```text\n{said.replace(folder, 'reports')}```\n"


def answer(question: str, folder: str) -> str:
    """What the books in the folder answer to a question in SQL, as lines with a column beside the other."""
    with duckdb.connect(":memory:") as connection:
        found = connection.execute(question.replace("'reports/", f"'{folder}/"))
        rows = [[name for name, *_ in found.description or ()], *found.fetchall()]
    texts = [["" if each is None else str(each) for each in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in texts)
    return "".join(f"{line}\n" for line in lines)


def renewed(text: str) -> str:
    """The README with its made parts made again."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("rules", markdown_table()), ("output", demo_output(folder))):
            pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
            text = pattern.sub(lambda match, content=content: match[1] + content + match[2], text)  # type: ignore[misc]
        return _QUESTION.sub(lambda match: match[1] + answer(match[2], folder) + match[3], text)


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
