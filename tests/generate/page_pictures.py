"""The pictures of the overview in `reports/`: a made-up chain, light and dark, as an owner sees it.

    python -m tests.generate.page_pictures

Needs Chromium and its driver (`chromium`, `chromium-driver` in Debian).
"""

from __future__ import annotations

import base64
import dataclasses
import random
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from reconcile.batch.overview import write_overview
from reconcile.engine.day import reconcile_day
from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH
from reconcile.ledger import item_records
from reconcile.ledger.database import in_ledger
from reconcile.ledger.series import Series
from reconcile.model.classes import Failure
from reconcile.settings.model import Settings, Venue
from tests.given.browser import chromium, look
from tests.given.made_chains import Stamp
from tests.given.made_month import evidence_as_of, month
from tests.given.places import ROOT
from tests.given.workbook_reading import ledger_of

_LAST, _DAYS, _VENUES = date(2026, 1, 30), 200, 24
_WIDTH, _HEIGHT = 1280, 1640
_NAMES = (
    "Fountain Square, Old Town, Seaside, Airport, Railway Station, White City, Flame Towers, Boulevard".split(
        ", "
    )
)
_SETTINGS = Settings(
    currency="AZN", venues={number: Venue(name=name) for number, name in enumerate(_NAMES, 1)}
)


def main() -> None:
    """Write the page of the chain, open it in each theme, and keep what is seen."""
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        folder = Path(name)
        page = _written(folder / "reports", folder / "stamps")
        for dark in (False, True):
            look(browser, _WIDTH, height=_HEIGHT, dark=dark)
            browser.get(page.as_uri())
            taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
            picture = ROOT / "reports" / f"overview-{'dark' if dark else 'light'}.png"
            picture.write_bytes(base64.b64decode(taken["data"]))
            print(picture.relative_to(ROOT))


def _written(out: Path, folder: Path) -> Path:
    chosen, judged = random.Random(11), _judged()
    stamps = [Stamp(result, folder / f"{number}") for number, result in enumerate(judged)]
    for venue in range(1, _VENUES + 1):
        begins = chosen.choice((0, 0, 0, chosen.randrange(_DAYS - 40)))
        shares = [60, *(chosen.choice((1, 2, 8)) for _ in stamps[1:-1]), 1]
        for number in range(begins, _DAYS):
            day = _LAST - timedelta(_DAYS - 1 - number)
            if chosen.random() < 0.01:
                continue
            (kind,) = chosen.choices(range(len(stamps)), shares)
            stamps[kind].place(out, day, venue)
            if kind:
                (out / f"{day}-venue-{venue}.xlsx").touch()
        _keep_items(out, venue, chosen.choice(judged[1:]), _LAST - timedelta(chosen.randrange(60)))
    return write_overview(out, _SETTINGS, ENGLISH).path


def _judged() -> Sequence[Result]:
    """A day that agrees, some that differ, and the last again, incomplete."""
    good, bad = month(2, 60, share="0"), month(4, 60, share="0.03")
    days = [(good, good.first), *((bad, day) for day in bad.all_days())]
    results = [reconcile_day(evidence_as_of(made, day), _SETTINGS) for made, day in days]
    return [*results, dataclasses.replace(results[-1], failures=(Failure(7, "404 not_found"),))]


def _keep_items(out: Path, venue: int, result: Result, day: date) -> None:
    """Put the open items of a judged day into the ledger, as those of a venue and day."""
    items = [
        item._replace(id=f"{item.id}-{venue}", first_day=day, last_day=day)
        for item in ledger_of(result).open_items
    ]
    in_ledger(out, lambda connection: item_records.record(connection, Series(0, venue), items, day))


if __name__ == "__main__":
    main()
