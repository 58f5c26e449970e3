"""Where things lie in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
DEMO = FIXTURES / "demo-2026-01-19.evidence.jsonl"
GOLDEN_SHEETS = ROOT / "tests" / "report" / "golden_sheets"
CATALOGUES = ROOT / "reconcile" / "language" / "catalogues"
