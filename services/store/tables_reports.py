"""The tables that only reports need: their photos, and what their senders were answered."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, Table, Text

from services.store.columns import Instant, metadata

photos = Table(  # of reports, written anew; wall time
    "photos",
    metadata,
    Column("sha256", Text, primary_key=True),  # of data
    Column("sent_sha256", Text, nullable=False),  # of the file as it came
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # JPEG
    Column("kept_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Index("photos_by_end", "expires"),
)

answered = Table(  # requests with an Idempotency-Key; wall time
    "answered",
    metadata,
    Column("key", Text, primary_key=True),  # SHA-256 of route, sender and key
    Column("digest", Text, nullable=False),
    Column("answer", JSON, nullable=False),
    Column("at", Instant, nullable=False),
    Index("answered_by_age", "at"),
)
