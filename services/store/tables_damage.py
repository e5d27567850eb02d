"""Disasters, their records of damage, and the reports that were handed upward with the bytes they were made of."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from services.store.columns import Instant, Serial, metadata

disasters = Table(
    "disasters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("began", Instant, nullable=False),
    Column("place", Text, nullable=False),
    Column("outline", Text, nullable=False),
    Column("ended", Instant),  # when counting was closed; none: it goes on
    Column("version", Integer, nullable=False),
    UniqueConstraint("status", "name", name="disasters_by_name"),
    Index("disasters_by_end", "ended"),
    sqlite_autoincrement=True,
)

damages = Table(  # one a record; what it says is what its newest event says
    "damages",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("disaster", Serial, ForeignKey("disasters.id"), nullable=False),
    Column("status", Text, nullable=False),  # of the disaster
    Column("report", BigInteger, unique=True),  # the case in the review queue that it was made of
    Column("withdrawn", Boolean, nullable=False),
    Index("damages_by_disaster", "disaster"),
    sqlite_autoincrement=True,
)

damage_events = Table(  # every act, in order; rows are added and never changed
    "damage_events",
    metadata,
    Column("disaster", Serial, ForeignKey("disasters.id"), nullable=False, autoincrement=False),
    Column("damage", Serial, ForeignKey("damages.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of two who press at once, one has this number
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("content", JSON, nullable=False),  # the whole record after it
    Index("damage_events_by_disaster", "disaster"),
)

damage_reports = Table(  # 第４号様式 as it was handed upward; never changed
    "damage_reports",
    metadata,
    Column("disaster", Serial, ForeignKey("disasters.id"), primary_key=True, autoincrement=False),
    Column("form", Integer, primary_key=True, autoincrement=False),  # その１, その２
    Column("number", Integer, primary_key=True, autoincrement=False),  # 第1報, 第2報, … of this form
    Column("as_of", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("content", JSON, nullable=False),
)

damage_files = Table(
    "damage_files",
    metadata,
    Column("disaster", Serial, ForeignKey("disasters.id"), primary_key=True, autoincrement=False),
    Column("form", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),  # xlsx, csv, pdf
    Column("sha256", Text, nullable=False),  # of data
    Column("data", LargeBinary, nullable=False),
)
