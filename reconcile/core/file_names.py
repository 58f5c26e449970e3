"""The names of files of a day or of several days, without their endings."""

from __future__ import annotations


def file_name(days: object, *, demo: bool | int, venue_id: int | None) -> str:
    """`2026-01-19`, `2026-01-19-venue-3`, `2026-01`; a demo's begins with `demo-`."""
    return f"{'demo-' if demo else ''}{days}{'' if venue_id is None else f'-venue-{venue_id}'}"
