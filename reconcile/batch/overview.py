"""Writes the overview of a folder: one page about all venues, from the books and the ledger that are there."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from reconcile.batch.report_files import write_documents
from reconcile.language.translate import Language
from reconcile.ledger.database import ledger_to_read
from reconcile.overview.chain import Chain, chain_of
from reconcile.overview.days import Key
from reconcile.report.overview import page
from reconcile.settings.model import Settings

_WORKBOOK = re.compile(
    r"(demo-)?([0-9]{4}-[0-9]{2}-[0-9]{2})(?:-venue-([1-9][0-9]{0,18}))?(?:-r([0-9]{1,3}))?\.xlsx", re.ASCII
)


@dataclasses.dataclass(frozen=True)
class Written:
    """The chain, and the page that was written."""

    chain: Chain
    path: Path


def write_overview(folder: Path, settings: Settings, language: Language) -> Written:
    """Write `overview.html` into a folder, `demo-overview.html` where it has demos alone.

    The caller holds the lock of the folder. Raises `UsageError` where there are no books, or books in two currencies.
    """
    with ledger_to_read(folder) as ledger:
        chain = chain_of(folder, ledger)
    names = {number: venue.name for number, venue in settings.venues.items() if venue.name}
    document = page.render(
        chain, names=names, workbooks=_workbooks(folder, demo=chain.demo), language=language
    )
    (path,) = write_documents(folder, "demo-overview" if chain.demo else "overview", {"html": document})
    return Written(chain, path)


def _workbooks(folder: Path, *, demo: bool) -> Mapping[Key, str]:
    """The name of the newest workbook of each day and venue."""
    found: dict[Key, tuple[int, str]] = {}
    for entry in os.scandir(folder):
        named = _WORKBOOK.fullmatch(entry.name)
        if named is None or bool(named[1]) != demo or not entry.is_file():
            continue
        try:
            key = date.fromisoformat(named[2]), int(named[3] or 0)
        except ValueError:  # 2026-02-31 is not a calendar date
            continue
        found[key] = max(found.get(key, (0, "")), (int(named[4] or 1), entry.name))
    return {key: name for key, (_, name) in found.items()}
