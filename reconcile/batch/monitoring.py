"""What operators are told of a run while it goes on: a ping at its start and end, a webhook for each day, metrics."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from reconcile.core.errors import NotWritable
from reconcile.settings.environment import Environment

if TYPE_CHECKING:
    from reconcile.batch.metrics import Metrics
    from reconcile.batch.notify import Recipient
    from reconcile.engine.result import Result

log = logging.getLogger(__name__)


class Monitoring:
    """Of one run. Until it is started, and without settings for it, it does nothing."""

    def __init__(self) -> None:
        self._ping: Recipient | None = None
        self._webhook: Recipient | None = None
        self._metrics: Metrics | None = None

    def start(self, environment: Environment, metrics: Path | None) -> None:
        """Ping that the run has started. Raises `UsageError` for a wrong variable or file, before any request."""
        ping, webhook = (
            environment.address("RECONCILE_PING_URL"),
            environment.address("RECONCILE_WEBHOOK_URL"),
        )
        if metrics is not None:
            from reconcile.batch.metrics import Metrics

            self._metrics = Metrics(metrics)
        if ping or webhook:
            from reconcile.batch.notify import Recipient

            self._ping = Recipient.named_by("RECONCILE_PING_URL", environment)
            self._webhook = Recipient.named_by("RECONCILE_WEBHOOK_URL", environment)
        if self._ping is not None:
            self._ping.send("/start")

    def day_done(
        self, venue: int | None, seconds: float, result: Result, status: int, is_recheck: bool
    ) -> None:
        """Keep the day's figures for the metrics, and post its totals to the webhook: those of a day that was rechecked
        where something changed.
        """
        if self._metrics is not None:
            self._metrics.add(venue, seconds, result, is_recheck=is_recheck)
        if self._webhook is not None and (result.changed_since or not is_recheck):
            from reconcile.report.totals_json import render

            self._webhook.send(body=render(result, status))

    def day_failed(self, venue: int | None, seconds: float) -> None:
        """Keep for the metrics that a day could not be had, or not be written."""
        if self._metrics is not None:
            self._metrics.add(venue, seconds, None)

    def write_metrics(self, status: int) -> int:
        """Write the metrics file. Returns 0, or an exit status where it can't be written."""
        if self._metrics is None:
            return 0
        try:
            self._metrics.write(status)
        except NotWritable as error:
            log.error("%s", error)
            return error.exit_status
        return 0

    def run_ended(self, status: int) -> None:
        """Ping the exit status of the run."""
        if self._ping is not None:
            self._ping.send(f"/{status}")
