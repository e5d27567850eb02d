"""What people wrote down of machines' time. Only added to: what counts is the newest of its kind."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),  # declared, approved
    Column("machine", Text, nullable=False),
    Column("day", Text, nullable=False),  # 2026-12-08, Japan's
    Column("doing", Text, nullable=False),
    Column("band", Text, nullable=False),
    Column("seconds", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("gps_seconds", Integer),  # what GPS said then; null: nothing
    Index("ledger_entries_by_day", "status", "day"),
    sqlite_autoincrement=True,
)
