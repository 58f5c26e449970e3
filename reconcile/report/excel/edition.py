"""Which workbook it is: whose day, in which language, and what nobody may overlook."""

from __future__ import annotations

import dataclasses

from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH, Language, to_say
from reconcile.report.excel.styles import DEMO, INCOMPLETE, Look

DEMO_BANNER = to_say("DEMO: made-up data, not your restaurant")
INCOMPLETE_BANNER = to_say("INCOMPLETE: not all of the day could be had or judged; see Not judged")


@dataclasses.dataclass(frozen=True)
class Edition:
    """What every sheet of one workbook says alike."""

    day: str = ""
    """The business day, and the venue where there are several."""
    language: Language = ENGLISH
    banners: tuple[tuple[str, Look], ...] = ()
    """On every sheet and every printed page: what it is, and its look."""

    @classmethod
    def of(cls, result: Result, language: Language) -> Edition:
        """The edition of a day's result."""
        number = result.header.venue_id
        day = result.header.date.isoformat()
        if number is not None:
            day = f"{day}, {language.say('venue {number}', number=number)}"
        banners = []
        if result.header.demo:
            banners.append((language.say(DEMO_BANNER), DEMO))
        if not result.complete:
            banners.append((language.say(INCOMPLETE_BANNER), INCOMPLETE))
        return cls(day, language, tuple(banners))

    def say(self, text: str, /, **values: object) -> str:
        """The text in the workbook's language."""
        return self.language.say(text, **values)

    def place(self, sheet: str) -> str:
        """The top of a sheet, as a link's target."""
        return f"'{self.say(sheet)}'!A1"
