"""What headquarters has in hand, every act on it, the files that belong to an act, and handovers between shifts."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from services.store.columns import Instant, Serial, metadata

matters = Table(  # one a matter; what it says is what its acts say
    "matters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),  # after its last act
    Column("closed_at", Instant),  # none: somebody still has to do something
    Column("once", Text, unique=True),  # of the form that entered it: pressing twice is entering once
    Index("matters_by_state", "status", "state"),
    Index("matters_by_end", "closed_at"),
    sqlite_autoincrement=True,
)

matter_events = Table(  # every act, in order; rows are added and never changed
    "matter_events",
    metadata,
    Column("matter", Serial, ForeignKey("matters.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of two who press at once, one has this number
    Column("act", Text, nullable=False),
    Column("of", Integer),  # the act that it puts right
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("line", BigInteger, nullable=False),  # of the chronology
)

matter_files = Table(  # photos and papers; their fingerprints stand in the chained line
    "matter_files",
    metadata,
    Column("matter", Serial, ForeignKey("matters.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of the act
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of data
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

handovers = Table(  # what one shift told the next; never changed but for who took over
    "handovers",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("sha256", Text, nullable=False),  # of content
    Column("taken_at", Instant),
    Column("taken_by", Text),
    UniqueConstraint("status", "number", name="handovers_by_number"),
    Index("handovers_by_time", "made_at"),
    sqlite_autoincrement=True,
)
