"""The log on standard error: plain lines, safe for a terminal and a journal, without secrets."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable

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

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        for secret in self.secrets:
            text = text.replace(secret, "***")
        text = _UNSAFE.sub("\ufffd", text)
        if self._journal:
            level = _JOURNAL_LEVELS.get(record.levelno, 6)
            return "\n".join(f"<{level}>{line}" for line in text.splitlines())
        name = record.levelname.lower()
        return f"reconcile: {name}: {text}" if record.levelno >= logging.WARNING else f"reconcile: {text}"


def set_up_logging(quiet: bool, verbose: bool) -> None:
    """Log to standard error; where systemd's journal reads it, each line begins with its level."""
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter(journal="JOURNAL_STREAM" in os.environ))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    level = logging.WARNING if quiet else logging.DEBUG if verbose else logging.INFO
    logging.getLogger("reconcile").setLevel(level)
    for name in ("httpx", "httpcore", "stamina"):
        logging.getLogger(name).setLevel(logging.ERROR)  # they log URLs, headers and arguments


def hide_secrets(secrets: Iterable[str]) -> None:
    """Replace these with `***` in all later messages too."""
    new = {secret for secret in secrets if secret}
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, SafeFormatter):
            known = new.union(handler.formatter.secrets)
            handler.formatter.secrets = tuple(sorted(known, key=len, reverse=True))
