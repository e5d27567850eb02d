"""The tables of what is not told: why something was not sent, and what officers keep silent."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata

suppressions = Table(  # why something was not sent: a row per reason, rule and series, and while it held
    "suppressions",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("until", Instant),  # null: it holds
    Index("suppressions_current", "current", "series"),
    Index("suppressions_by_time", "status", "until"),
    sqlite_autoincrement=True,
)

suppressed = Table(  # what stayed untold by it: a row per hazard, so that a long night adds one row where one comes
    "suppressed",
    metadata,
    Column("suppression", Serial, ForeignKey("suppressions.id"), primary_key=True, autoincrement=False),
    Column("hazard", Text, primary_key=True),  # key
    Column("since", Instant, primary_key=True),
    Column("until", Instant),  # null: it holds
    Index("suppressed_by_hazard", "hazard", "since"),
    Index("suppressed_by_end", "until"),
)

silences = Table(  # what officers keep from being told for a while; hub time
    "silences",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("rule", Text, nullable=False),  # empty: any
    Column("kind", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("sensor", Text, nullable=False, server_default=""),  # only what rests on this station alone
    Index("silences_by_end", "ends"),
)
