"""What stays of reports when they are gone: numbers by square or block, with nobody in them. Kept for good."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from services.store.columns import Instant, metadata

season_squares = Table(  # of animals, from reports that retention has deleted
    "season_squares",
    metadata,
    Column("day", Text, primary_key=True),  # in Japan: 2026-10-23
    Column("kind", Text, primary_key=True),
    Column("square", Text, primary_key=True),  # of 500 m: mesh-594141234
    Column("count", Integer, nullable=False),
)

crime_counts = Table(  # from tables of the police's open data; small numbers stay inside
    "crime_counts",
    metadata,
    Column("source", Text, primary_key=True),
    Column("month", Text, primary_key=True),  # 2025-04
    Column("act", Text, primary_key=True),
    Column("town", Text, primary_key=True),  # 町丁目; empty where the police do not tell it
    Column("count", Integer, nullable=False),
    Column("licence", Text, nullable=False),
    Column("imported_at", Instant, nullable=False),
)
