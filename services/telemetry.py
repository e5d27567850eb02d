"""Log lines. No secret reaches them: settings hold them as SecretStr, channels name no headers."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import Counter

LOG_LOST = Counter("shirase_log_lines_lost_total", "Lines of the log that could not be written")


class Unfailing:
    """stderr, which may be a file on a full disk or a pipe whose reader has ended: no reason to stop warning people."""

    def write(self, text: str) -> None:
        """Write it, or count that it is lost."""
        try:
            sys.stderr.write(text)
        except (OSError, ValueError):
            LOG_LOST.inc()

    def flush(self) -> None:
        """Have it out, or count that it is not."""
        try:
            sys.stderr.flush()
        except (OSError, ValueError):
            LOG_LOST.inc()


def configure_logging(level: str = "INFO") -> None:
    """One JSON object a line on stderr; stdout belongs to the commands."""
    logging.basicConfig(stream=Unfailing(), format="%(message)s")
    logging.getLogger().setLevel(level)
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
