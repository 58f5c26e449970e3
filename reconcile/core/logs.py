"""The log on standard error: plain lines or JSON, safe for a terminal and a journal, without secrets."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

_UNSAFE = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U000e0000]"
)
_JOURNAL_LEVELS = {
    logging.DEBUG: 7,
    logging.INFO: 6,
    logging.WARNING: 4,
    logging.ERROR: 3,
    logging.CRITICAL: 2,
}


class SafeFormatter(logging.Formatter):
    """Replaces control characters and direction marks, and hides secrets, in messages and tracebacks."""

    def __init__(self, journal: bool) -> None:
        super().__init__("%(message)s")
        self._journal = journal
        self.secrets: tuple[str, ...] = ()
        self.day: date | None = None
        self.venue: int | None = None
        """What the messages are about, where that is one day and venue."""

    def format(self, record: logging.LogRecord) -> str:
        text = self._safe(super().format(record))
        if self._journal:
            return "\n".join(f"<{_level(record)}>{line}" for line in text.splitlines())
        name = record.levelname.lower()
        return f"reconcile: {name}: {text}" if record.levelno >= logging.WARNING else f"reconcile: {text}"

    def _safe(self, text: str) -> str:
        for secret in self.secrets:
            text = text.replace(secret, "***")
        return _UNSAFE.sub("\ufffd", text)


class JsonFormatter(SafeFormatter):
    """One JSON object a line: time (UTC), level, logger, message, date, venue_id, traceback; null where not known."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        traceback = self.formatException(record.exc_info) if record.exc_info else record.exc_text
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._safe(record.getMessage()),
            "date": self.day and self.day.isoformat(),
            "venue_id": self.venue,
            "traceback": self._safe(traceback) if traceback else None,
        }
        text = json.dumps(line)  # in ASCII, which any stream can hold
        return f"<{_level(record)}>{text}" if self._journal else text


def _level(record: logging.LogRecord) -> int:
    return _JOURNAL_LEVELS.get(record.levelno, 6)


def set_up_logging(quiet: bool, verbose: bool, log_format: str = "text") -> None:
    """Log to standard error, Python's warnings too; where systemd's journal reads it, each line begins with its level.

    `log_format`: `text` or `json`.
    """
    handler = logging.StreamHandler()
    if log_format == "json":
        handler.setFormatter(JsonFormatter(journal=_journal_reads_it()))
    else:
        handler.setFormatter(SafeFormatter(journal="JOURNAL_STREAM" in os.environ))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    logging.getLogger("reconcile").setLevel(level)
    for name in ("httpx", "httpcore", "stamina"):
        logging.getLogger(name).setLevel(logging.ERROR)  # they log URLs, headers and arguments


def _journal_reads_it() -> bool:
    """Whether standard error is the journal itself, and not a file of a service: lines of a file are whole objects."""
    try:
        status = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError, AttributeError):  # closed, or not a file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


def logs_json() -> bool:
    """Whether the log is JSON."""
    return any(isinstance(formatter, JsonFormatter) for formatter in _formatters())


@contextlib.contextmanager
def about(day: date | None, venue: int | None) -> Iterator[None]:
    """Within, messages in JSON name this day and venue."""
    before = [(formatter, formatter.day, formatter.venue) for formatter in _formatters()]
    for formatter, _, _ in before:
        formatter.day, formatter.venue = day, venue
    try:
        yield
    finally:
        for formatter, outer_day, outer_venue in before:
            formatter.day, formatter.venue = outer_day, outer_venue


def _formatters() -> Iterator[SafeFormatter]:
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, SafeFormatter):
            yield handler.formatter


def hide_secrets(secrets: Iterable[str]) -> None:
    """Replace these with `***` in all later messages too."""
    new = {secret for secret in secrets if secret}
    for formatter in _formatters():
        formatter.secrets = tuple(sorted(new.union(formatter.secrets), key=len, reverse=True))
