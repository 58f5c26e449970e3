"""Reads the ledger of a folder, as the command does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from reconcile.ledger import item_records, trail
from reconcile.ledger.database import ledger_to_read
from reconcile.ledger.item_records import Kept
from reconcile.ledger.trail import Event


def events(folder: Path, item_id: str | None = None) -> list[Event]:
    """The events of an item, or all."""
    with ledger_to_read(folder) as connection:
        assert connection is not None
        return [each.event for each in trail.events(connection, item_id)]


def kinds(folder: Path, item_id: str | None = None) -> list[str]:
    """What happened, in order."""
    return [event.kind for event in events(folder, item_id)]


def broken(folder: Path) -> list[str]:
    """Where the trail is not whole."""
    with ledger_to_read(folder) as connection:
        assert connection is not None
        return trail.broken(connection)


def open_items(folder: Path) -> list[Kept]:
    with ledger_to_read(folder) as connection:
        assert connection is not None
        return item_records.open_items(connection)


def status_after(event: Event) -> Any:
    """The status of the answer in an event."""
    return json.loads(event.after).get("status")
