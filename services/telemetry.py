"""Log lines and counters. Secrets never reach either: settings hold them as SecretStr, channels name no headers."""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter("shirase_messages_total", "Messages taken from the broker", ["outcome"])
RECORDS = Counter("shirase_records_total", "Records by what became of them", ["outcome"])
CONTACTS = Counter("shirase_contacts_total", "Senders' contacts by what became of them", ["outcome"])
STEPS = Counter("shirase_steps_total", "Steps of each loop", ["service", "outcome"])
STEP_SECONDS = Histogram("shirase_step_seconds", "Duration of one step", ["service"])
HAZARDS = Gauge("shirase_hazards", "Hazards that hold now", ["status", "kind"])
DRAFTS = Gauge("shirase_drafts", "Drafts that wait for a person", ["status"])
RETIRED = Counter("shirase_retired_total", "Rows that went by the rules of retention", ["rule"])
DELIVERIES = Counter("shirase_deliveries_total", "Attempts by verdict", ["channel", "verdict"])
SIGNING_UNTIL = Gauge("shirase_signing_until_seconds", "Until when our certificate is valid, as a time stamp")
SELFTEST_AT = Gauge("shirase_selftest_seconds", "When a channel was last tried, as a time stamp", ["channel"])
SELFTEST_OK = Gauge("shirase_selftest_ok", "1 where the last try of a channel succeeded", ["channel"])
OLDEST_WAITING = Gauge("shirase_oldest_delivery_seconds", "Age of the oldest delivery that is not out")
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
    logging.basicConfig(level=level, stream=Unfailing(), format="%(message)s")
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
