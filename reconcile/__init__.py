"""Reconciles sales on the Clopos point of sale with the stock operations they caused.

    from reconcile import load_settings, read_evidence, reconcile_day

    result = reconcile_day(read_evidence("reports/2026-01-19.evidence.jsonl.gz"), load_settings())

Each name is imported when it is first used: `import reconcile` alone loads nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconcile.core.errors import ReconcileError
    from reconcile.engine.day import reconcile_day
    from reconcile.engine.result import Result
    from reconcile.evidence.day import Evidence
    from reconcile.evidence.records import read_evidence
    from reconcile.model.decimals import in_decimals
    from reconcile.rulebook.rules import RULES
    from reconcile.settings.file import load_settings
    from reconcile.settings.model import Settings

__version__ = "0.1.0"
__all__ = [
    "RULES",
    "Evidence",
    "ReconcileError",
    "Result",
    "Settings",
    "in_decimals",
    "load_settings",
    "read_evidence",
    "reconcile_day",
]
_MODULES = {
    "RULES": "reconcile.rulebook.rules",
    "Evidence": "reconcile.evidence.day",
    "ReconcileError": "reconcile.core.errors",
    "Result": "reconcile.engine.result",
    "Settings": "reconcile.settings.model",
    "in_decimals": "reconcile.model.decimals",
    "load_settings": "reconcile.settings.file",
    "read_evidence": "reconcile.evidence.records",
    "reconcile_day": "reconcile.engine.day",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'reconcile' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
