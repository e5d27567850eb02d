"""The tables of what is not told: why something was not sent, and what officers keep silent."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata

suppressions = Table(  # why something was not sent: a row per reason, rule, series and hazards, and while it held
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
    Column("hazards", JSON),  # keys of those that stayed untold by it
    Column("until", Instant),  # null: it holds
    Index("suppressions_current", "current", "series"),
    Index("suppressions_by_time", "status", "until"),
    sqlite_autoincrement=True,
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
    Index("silences_by_end", "ends"),
)
