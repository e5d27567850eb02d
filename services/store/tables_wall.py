"""Screens that show the wall without anybody being logged in."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from services.store.columns import Instant, Serial, metadata

displays = Table(
    "displays",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("token", Text, nullable=False, unique=True),  # SHA-256 of what the screen's cookie holds
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),  # wall clock, as all times here
    Column("seen_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    sqlite_autoincrement=True,
)
