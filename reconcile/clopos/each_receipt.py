"""Makes a request about each of several receipts, some at a time, and names those that got no answer."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping

from reconcile.clopos.client import PermanentError, RunOver, TransientError
from reconcile.core.errors import AccessRefused, CredentialsRefused
from reconcile.evidence.log import EvidenceLog

_GIVE_UP_AFTER = 5
"""Receipts in a row without an answer, after which the service counts as down; or refused, as the token's end."""


@dataclasses.dataclass
class EachReceipt:
    """The requests of one kind. Those without an answer are repeated once at the end.

    It stops at the deadline, or when the service is down. A receipt to which access is refused is a failure of its own
    where others are not refused.
    """

    log: EvidenceLog
    connections: int
    """How many requests are made at a time."""
    request: Callable[[int, str], Awaitable[None]]
    """Takes the receipt's id and `updated_at`."""
    advance: Callable[[], None] = lambda: None
    """Called after each receipt that was answered, or refused for good."""
    _unanswered_in_a_row: int = 0
    _refused_in_a_row: int = 0
    _run_over: str = ""
    """How long the fetch had gone on when the run deadline was over."""
    _is_one_answered: bool = False
    _unanswered: dict[int, str] = dataclasses.field(default_factory=dict)
    _refused: dict[int, AccessRefused] = dataclasses.field(default_factory=dict)

    async def run(self, receipts: Mapping[int, str]) -> None:
        """Make each receipt's request, or record a failure. `receipts`: id to `updated_at`.

        Raises `AccessRefused` where access is refused to all of them, or to several in a row.
        """
        await self._request_all(receipts)
        await self._request_all({key: receipts[key] for key in self._unanswered})
        if self._refused and not self._is_one_answered:
            raise next(iter(self._refused.values()))
        refused = {key: f"refused: {str(error).partition(';')[0]}" for key, error in self._refused.items()}
        for key, reason in (self._unanswered | refused).items():
            self._record_failure(key, receipts[key], reason)
        self._unanswered, self._refused = {}, {}  # recorded; others may follow

    async def _request_all(self, receipts: Mapping[int, str]) -> None:
        waiting = iter(receipts.items())

        async def work() -> None:
            for key, as_of in waiting:
                await self._request_one(key, as_of)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.connections):
                    group.create_task(work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None  # the error that ended the group

    def _stop_reason(self) -> str:
        """Why no more requests are made; empty while they are."""
        if self._unanswered_in_a_row >= _GIVE_UP_AFTER:
            return "the service had stopped answering"
        return self._run_over

    async def _request_one(self, key: int, as_of: str) -> None:
        if why := self._stop_reason():
            self._unanswered.setdefault(key, f"not asked for: {why}")
            return
        try:
            await self.request(key, as_of)
        except RunOver as error:
            self._run_over = str(error).partition(";")[0]
            self._unanswered[key] = f"no answer: {error}"
            return
        except TransientError as error:
            self._unanswered_in_a_row += 1
            self._unanswered[key] = f"no answer: {error}"
            return
        except PermanentError as error:
            self._record_failure(key, as_of, str(error))
        except CredentialsRefused:
            raise
        except AccessRefused as error:
            self._refused[key] = error
            self._refused_in_a_row += 1
            if self._refused_in_a_row >= _GIVE_UP_AFTER:
                raise
        else:
            self._is_one_answered = True
        if key not in self._refused:
            self._refused_in_a_row = 0
        self._unanswered_in_a_row = 0
        self._unanswered.pop(key, None)
        self.advance()

    def _record_failure(self, key: int, as_of: str, reason: str) -> None:
        self.log.append({"record": "failure", "receipt_id": key, "as_of": as_of, "reason": reason})
