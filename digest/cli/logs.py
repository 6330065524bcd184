"""Logs on stderr, as lines for people or as JSON for machines. Results never go this way."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Literal


def set_up(format_: Literal["text", "json"], level: str) -> None:
    """Send logs of this program from `level` up to stderr, and only warnings of libraries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if format_ == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("digest").setLevel(level.upper())
    # It logs each mail that it trips on, with what was in it: that may be an address.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)


class TextLines(logging.Formatter):
    """`2026-03-11 07:00:00Z watch: read a.txt`, one line an event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%Y-%m-%d %H:%M:%SZ} {_source(record)}: {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `source`, `event`, and `error` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "source": _source(record),
            "event": record.getMessage(),
        }
        if record.exc_info:
            told["error"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def _source(record: logging.LogRecord) -> str:
    return record.name.removeprefix("digest.")
