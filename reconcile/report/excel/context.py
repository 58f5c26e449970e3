"""The day, language and warning banners that all sheets of a workbook share."""

from __future__ import annotations

import dataclasses

from reconcile.engine.result import Result
from reconcile.language.translate import ENGLISH, Language, to_say
from reconcile.report.excel.styles import DEMO_STYLE, INCOMPLETE_STYLE, CellStyle

DEMO_BANNER = to_say("DEMO: made-up data, not your restaurant")
INCOMPLETE_BANNER = to_say("INCOMPLETE: not all of the day could be fetched or judged; see Checks and notes")
CHECKS_AND_NOTES = to_say("Checks and notes")


@dataclasses.dataclass(frozen=True)
class WorkbookContext:
    """What all sheets of one workbook have in common."""

    day: str = ""
    """The business day (ISO), and the venue if its number is known."""
    language: Language = ENGLISH
    banners: tuple[tuple[str, CellStyle], ...] = ()
    """Warnings at the top of every sheet and every printed page: text and style."""

    @classmethod
    def of(cls, result: Result, language: Language) -> WorkbookContext:
        """The context of a day's workbook."""
        number = result.header.venue_id
        day = result.header.date.isoformat()
        if number is not None:
            day = f"{day}, {language.say('venue {number}', number=number)}"
        banners = []
        if result.header.demo:
            banners.append((language.say(DEMO_BANNER), DEMO_STYLE))
        if not result.complete:
            banners.append((language.say(INCOMPLETE_BANNER), INCOMPLETE_STYLE))
        return cls(day, language, tuple(banners))

    def say(self, text: str, /, **values: object) -> str:
        """The text in the workbook's language."""
        return self.language.say(text, **values)

    def link_to(self, sheet: str) -> str:
        """The first cell of a sheet (by its English name), as a hyperlink's location."""
        return f"'{self.say(sheet)}'!A1"
