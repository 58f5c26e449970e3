"""Which program judges: its version, and a digest of its source, as rules may change between two versions."""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from reconcile import __version__
from reconcile.rulebook.rules import RULES


@functools.cache
def program() -> str:
    """`reconcile 0.1.0, source 3f0c1e5a7b9d`: the same where the same days come out the same."""
    digest = hashlib.sha256()
    for name, path in sorted(_sources()):
        digest.update(f"{name}\0".encode() + path.read_bytes() + b"\0")
    return f"reconcile {__version__}, source {digest.hexdigest()[:12]}"


def _sources() -> Iterator[tuple[str, Path]]:
    """The name and the path of each module; the rules have one name, beside the package or in it."""
    package = Path(str(import_module("reconcile").__file__)).parent
    for path in package.rglob("*.py"):
        name = path.relative_to(package).as_posix()
        if not name.startswith("rules/"):
            yield f"reconcile/{name}", path
    for rule in RULES:
        path = Path(inspect.getfile(rule.judge))
        yield f"rules/{path.name}", path
