"""The rules, from the folder `rules` beside this package, or inside it where it is installed.

An installed copy keeps its rules inside `reconcile`, as another distribution may have a package named `rules`. So
nothing in `reconcile` imports `rules` by name.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import reconcile
from reconcile.core.errors import UsageError
from reconcile.rulebook.rule import Rule

__all__ = ["RULES"]


def _rules() -> tuple[Rule, ...]:
    home = Path(reconcile.__file__).parent
    name, folder = "reconcile.rules", home / "rules"
    if not folder.is_dir():
        name, folder = "rules", home.parent / "rules"
    spec = find_spec(name)
    found = Path(spec.origin or "").parent if spec is not None else None
    if found != folder:
        raise UsageError(
            f"{found} is another package named 'rules', not the rules of this program; run the command in {home.parent}"
        )
    rules: tuple[Rule, ...] = import_module(name).RULES
    return rules


RULES = _rules()
"""All rules, in the report's order."""
