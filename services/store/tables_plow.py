"""The tables that only snow removal needs: passes and time of vehicles, segments done, rounds of sections."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text, text

from services.store.columns import Instant, Serial, metadata

_IN_A_PLACE = text("place <> ''")

passes = Table(  # runs of vehicles over segments, worked out of their fixes and replaced when more of these come
    "passes",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("vehicle", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("from_m", Float, nullable=False),
    Column("to_m", Float, nullable=False),
    Column("length_m", Float, nullable=False),
    Column("direction", Integer, nullable=False),
    Column("fixes", Integer, nullable=False),
    Column("off_m", Float, nullable=False),
    Column("activity", Text, nullable=False),
    Column("deicer_kg", Float),  # null: the vehicle does not tell
    Index("passes_by_vehicle", "status", "gateway", "vehicle", "began"),
    Index("passes_by_segment", "status", "segment", "ended"),
    Index("passes_by_end", "ended"),
    sqlite_autoincrement=True,
)

spells = Table(  # what vehicles did with their time, in whole seconds; replaced like passes
    "spells",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("vehicle", Text, nullable=False),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("doing", Text, nullable=False),
    Column("activity", Text, nullable=False),
    Column("administrator", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("metres", Float, nullable=False),
    Column("deicer_kg", Float),
    Column("place", Text, nullable=False, server_default=""),  # of a yard: the fence
    Index("spells_by_vehicle", "status", "gateway", "vehicle", "began"),
    Index("spells_by_time", "status", "began"),
    Index("spells_by_place", "status", "place", "began", sqlite_where=_IN_A_PLACE, postgresql_where=_IN_A_PLACE),
    sqlite_autoincrement=True,
)

coverage = Table(  # of each segment that a plow has been on: when it was last done, and when its passes last changed
    "coverage",
    metadata,
    Column("status", Text, primary_key=True),
    Column("segment", Text, primary_key=True),
    Column("done_at", Instant),  # null: not within the day before the last change
    Column("changed", BigInteger, nullable=False),  # the number of that change
    Index("coverage_by_change", "status", "changed"),
)
rounds = Table(  # since when most of a section is done; a row for each time that this changed
    "rounds",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("passed_at", Instant, nullable=False),
    Column("known_at", Instant, nullable=False),
    Index("rounds_by_section", "status", "section", "known_at"),
    sqlite_autoincrement=True,
)
