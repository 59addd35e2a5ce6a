"""Logs as JSON lines: one record a line whatever is in it, with the id of the request where there is one."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

_OWN = ("request_id", "reader", "method", "route", "status", "ms")


class JsonLines(logging.Formatter):
    """A record as one line of JSON in ASCII, so that no sign in it reaches a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        found: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        found |= {name: getattr(record, name) for name in _OWN if hasattr(record, name)}
        if record.exc_info:
            found["exception"] = self.formatException(record.exc_info)
        return json.dumps(found)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Our records and the server's, as JSON lines on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    for name in ("huitou", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(level)
