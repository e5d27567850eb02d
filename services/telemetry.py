"""Log lines. No secret reaches them: settings hold them as SecretStr, channels name no headers."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO, cast

import structlog
from prometheus_client import Counter

LOG_LOST = Counter("shirase_log_lines_lost_total", "Lines of the log that could not be written")


# JSON lets these through. On a terminal or in a viewer they would move the cursor, or turn round what stands behind
# them: C1 controls, marks of direction, separators of lines, what has no width.
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Unfailing:
    """stderr, which may be a file on a full disk or a pipe whose reader has ended: no reason to stop warning people."""

    def write(self, text: str) -> None:
        """Write it, or count that it is lost. What is not seen is written as JSON writes it, by its number."""
        try:
            sys.stderr.write(_UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
        except (OSError, ValueError):
            LOG_LOST.inc()

    def flush(self) -> None:
        """Have it out, or count that it is not."""
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            LOG_LOST.inc()


class LikeOurs(logging.Formatter):
    """What a library says, as one JSON object a line like our own."""

    def format(self, record: logging.LogRecord) -> str:
        said = {"event": record.getMessage(), "logger": record.name, "level": record.levelname.lower()}
        said["timestamp"] = datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z")
        if record.exc_info and record.exc_info[0]:
            said["exception"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def no_http(record: logging.LogRecord) -> bool:
    """False for what a stranger sent that is no HTTP: aiohttp would write down its bytes, perhaps somebody's token, and
    a page of trace for each."""
    from aiohttp.http_exceptions import HttpProcessingError  # who says this has loaded it; a command need not

    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def configure_logging(level: str = "INFO") -> None:
    """One JSON object a line on stderr; stdout belongs to the commands."""
    handler = logging.StreamHandler(Unfailing())
    handler.setFormatter(LikeOurs())
    logging.basicConfig(handlers=[handler])
    logging.getLogger().setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(no_http)
    for noisy in ("alembic", "aiosqlite", "aiohttp.access", "pyogrio", "sqlalchemy.engine"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(cast(TextIO, Unfailing())),
    )
