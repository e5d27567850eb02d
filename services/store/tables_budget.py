"""The tables of what channels cost and when they failed: what was spent, what providers say is left, outages."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from services.store.columns import LONG_AGO, Instant, Serial, metadata

spent = Table(  # a row for each part that is out, or may be; wall time, as providers count by their clocks
    "spent",
    metadata,
    Column("delivery", Text, primary_key=True),
    Column("part", Integer, primary_key=True),  # from 0
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("links", Integer, nullable=False),
    Column("micros", BigInteger, nullable=False),  # millionths of the currency, as it was priced then
    Column("messages", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("sure", Boolean, nullable=False),  # false: it left the house and nothing came back
    Column("at", Instant, nullable=False),
    Index("spent_by_time", "channel", "at"),
)

told_limits = Table(  # the last word of a provider on each of its windows; wall time
    "told_limits",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("window", Text, primary_key=True),
    Column("limit", BigInteger),  # null: there is none
    Column("used", BigInteger, nullable=False),
    Column("resets_at", Instant),
    Column("told_at", Instant, nullable=False),
)

outages = Table(  # when a channel could not be used, until somebody has read what became of it; hub time
    "outages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant),
    Column("seen_by", Text),
    Column("seen_at", Instant),
    Column("known_at", Instant, nullable=False, server_default=LONG_AGO),  # when the hub wrote it down
    Index("outages_by_end", "ended"),
    sqlite_autoincrement=True,
)
