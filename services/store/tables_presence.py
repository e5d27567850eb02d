"""The table of who of the staff is at what just now. Wall time: it speaks of people at screens, not of the city."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from services.store.columns import Instant, metadata

presences = Table(  # a row per thing that a tab of a person's browser has open; it ages out in seconds
    "presences",
    metadata,
    Column("person", Text, primary_key=True),  # the account's name, and nothing else of anybody
    Column("tab", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("doing", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Index("presences_by_end", "until"),
)
