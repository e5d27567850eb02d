"""The table of sensors that people do not believe."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text

from services.store.columns import Instant, Serial, metadata

distrusts = Table(  # a person's word, with its end; hub time. A change is another row
    "distrusts",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("station", Text, nullable=False),
    Column("quantity", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Index("distrusts_by_end", "ends"),
    Index("distrusts_by_sensor", "station", "ends"),
    sqlite_autoincrement=True,
)
