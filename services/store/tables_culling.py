"""Cases of emergency culling and every act on them. Nothing here has room for who shoots, or from where."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata

cullings = Table(
    "cullings",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("animal", Text, nullable=False),
    Column("sighting", BigInteger),  # number of the report behind it, which goes sooner
    Column("series", Text, nullable=False),  # of the newest alert that tells of it; empty: none
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("cullings_open", "closed_at"),
    sqlite_autoincrement=True,
)

culling_events = Table(  # every act, in order; rows are added and never changed
    "culling_events",
    metadata,
    Column("case", Serial, ForeignKey("cullings.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("facts", JSON, nullable=False),
)
