"""The parts of the README that are made from the program: `python -m tests.generate.readme` renews them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

from reconcile.cli.rules import markdown_table
from tests.given.places import ROOT

README = ROOT / "README.md"


def demo_output() -> str:
    """What the demo day says on a terminal, as a fenced block."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "reconcile",
            "--date",
            "2026-01-19",
            "--source",
            "demo",
            "--out",
            folder,
        ]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        said = "".join(f"{line}\n" for line in [*run.stderr.splitlines(), *run.stdout.splitlines()])
        return f"```text\n{said.replace(folder, 'reports')}```\n"


def renewed(text: str) -> str:
    """The README with its made parts made again."""
    for name, content in (("rules", markdown_table()), ("output", demo_output())):
        pattern = re.compile(f"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda match, content=content: match[1] + content + match[2], text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
