"""The collection of a day: what was asked for by day, receipt by receipt, until the night judges.

It has the lines of evidence in progress (`reconcile.evidence.log`), and `asked_at` says of each receipt and of each
answer when it was asked for. A collection is an index of what need not be asked for again; the night makes the
evidence of the day from it, and then removes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconcile.evidence.day import Header
from reconcile.evidence.log import EvidenceLog
from reconcile.evidence.proof import identity
from reconcile.evidence.structs import Raw

KEPT = timedelta(days=3)
"""A collection that began longer ago is not gone on from."""
SUFFIX = ".collected.jsonl"


class Collection(EvidenceLog):
    """The collection of a day of one venue. It goes on from the file at `path` if that is of the same venue, brand and
    days listed, and began in the last three days; any other file is replaced. Raises OSError.
    """

    def __init__(self, path: Path, header: Header) -> None:
        self._first_seen: dict[int | str, datetime] = {}
        """By receipt of the list: when its version was asked for first."""
        self._whole_until = 0
        """The position in the file up to which it holds a list that was read to the end."""
        super().__init__(path, header, KEPT)

    def append(self, record: Raw) -> None:
        """As `EvidenceLog.append`; says of receipts and operations that they were asked for now."""
        asked_at = {"asked_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        match record["record"]:
            case "receipt":
                record = record | asked_at
            case "operations":
                record = record | asked_at | {"runs_ago": 0}
        super().append(record)

    def _index(self, record: Raw, offset: int) -> None:
        super()._index(record, offset)
        if record["record"] == "receipt" and record["asked"] == "list":
            asked_at = datetime.fromisoformat(record["asked_at"]).astimezone(UTC)
            self._first_seen[identity(record["receipt"])] = asked_at
        elif record["record"] == "listed":
            self._whole_until = offset

    @property
    def is_list_whole(self) -> bool:
        """Whether the list was read to the end since the last receipt was added."""
        return all(each.offset < self._whole_until for each in self.listed.values())

    def is_of_whole_list(self, receipt: Any) -> bool:
        """Whether this version of a receipt was held when the list was last read to the end."""
        return self.holds(receipt) and self.listed[identity(receipt)].offset < self._whole_until

    def is_settled(self, key: int, after: timedelta) -> bool:
        """Whether a receipt of the list has not changed for so long; a clock that was set back counts as not."""
        return datetime.now(UTC) - self._first_seen[key] >= after

    def unanswered(self) -> Iterator[tuple[int, Raw]]:
        """(id, latest version) of the receipts whose operations are not held, or those of an earlier version."""
        for key in list(self.listed):
            if isinstance(key, int) and not self.is_answered(key):
                yield key, self.receipt(key)

    def is_answered(self, key: int) -> bool:
        """Whether the operations of the latest version of a receipt are held."""
        return key in self and self.answered.get(key) == self.held(key).digest

    @property
    def stale(self) -> frozenset[int]:
        """Receipts whose operations are not those of the version that is held."""
        return frozenset(key for key in self.answered if not self.is_answered(key))
