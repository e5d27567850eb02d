"""The tables of what was: each row is how a row of another table stood over [was_from, was_until), in hub time.

Only what moves is kept; the rest is read from the row itself, which never changes it. ``services/store/past.py`` writes
them and puts the two together again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata


def _past(of: str, key: tuple[Column[Any], ...], *moving: Column[Any]) -> Table:
    names = [column.name for column in key]
    return Table(
        f"{of}_past",
        metadata,
        Column("id", Serial, primary_key=True, autoincrement=True),
        *key,
        *moving,
        Column("was_from", Instant, nullable=False),
        Column("was_until", Instant, nullable=False),
        Index(f"{of}_past_by_key", *names, "was_until"),
        Index(f"{of}_past_by_end", "was_until"),
        sqlite_autoincrement=True,
    )


def _series() -> tuple[Column[Any], ...]:
    return Column("series", Text, nullable=False), Column("revision", Integer, nullable=False)


alerts_past = _past(
    "alerts", _series(), Column("state", Text, nullable=False), Column("changed_at", Instant, nullable=False)
)

outbox_past = _past(
    "outbox",
    (Column("delivery", Text, nullable=False),),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("first_tried_at", Instant),
    Column("after_unknown", Boolean, nullable=False),
    Column("finished_at", Instant),
    Column("done", JSON, nullable=False),
)

hazards_past = _past(
    "hazards",
    (Column("seq", BigInteger, nullable=False),),
    Column("current", Boolean, nullable=False),
    Column("valid_until", Instant, nullable=False),
    Column("body", JSON, nullable=False),
)

suppressions_past = _past(
    "suppressions",
    (Column("suppression", BigInteger, nullable=False),),
    Column("detail", Text, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("until", Instant),
)

silences_past = _past(
    "silences", (Column("silence", BigInteger, nullable=False),), Column("ends", Instant, nullable=False)
)

distrusts_past = _past(
    "distrusts", (Column("distrust", BigInteger, nullable=False),), Column("ends", Instant, nullable=False)
)

outages_past = _past(
    "outages",
    (Column("outage", BigInteger, nullable=False),),
    Column("ended", Instant),
    Column("seen_by", Text),
    Column("seen_at", Instant),
)

orders_past = _past(
    "orders",
    (Column("order", BigInteger, nullable=False),),
    Column("state", Text, nullable=False),
    Column("finish_by", Instant),
    Column("closed_at", Instant),
)

stations_past = _past(  # whole rows: of a sensor that was adopted anew nothing is the same
    "stations",
    (Column("code", Text, nullable=False),),
    Column("members", JSON),
    Column("words", JSON, nullable=False),
    Column("by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

hold_offs_past = _past(  # whole rows: they are taken away, too
    "hold_offs",
    _series(),
    Column("leaves_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("stays", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
)

report_cases_past = _past(  # how many waited; nothing of what was told
    "report_cases",
    (Column("case", BigInteger, nullable=False),),
    Column("state", Text, nullable=False),
    Column("same_as", BigInteger),
    Column("changed", Boolean, nullable=False),
)
