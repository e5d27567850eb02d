"""What comes in by LINE until it is answered. Who wrote and what stands in one sealed column; wall time."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from services.store.columns import Instant, Serial, metadata

line_events = Table(  # one a webhook event; what is sealed goes once it is answered, the name stays to know a repeat
    "line_events",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event", Text, nullable=False, unique=True),  # SHA-256 of LINE's own name of it
    Column("talk", Text, nullable=False),  # keyed hash of who wrote
    Column("state", Text, nullable=False),  # new, answer, done, failed
    Column("key", Text, nullable=False),  # which secret opens it
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Index("line_events_due", "state", "id"),
    Index("line_events_by_age", "received_at"),
    sqlite_autoincrement=True,
)

line_talks = Table(  # what somebody is about to tell; forgotten when it is told, or nobody goes on
    "line_talks",
    metadata,
    Column("talk", Text, primary_key=True),  # keyed hash of who writes
    Column("key", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires", Instant, nullable=False),
    Index("line_talks_by_end", "expires"),
)
