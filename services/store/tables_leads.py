"""The tables of listening: leads for a day or two, what officers made of them, and how each source is doing."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from services.store.columns import Instant, Serial, metadata

leads = Table(
    "leads",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("provider", Text, nullable=False),
    Column("post", Text, nullable=False),  # the provider's own id
    Column("link", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("hazards", JSON, nullable=False),
    Column("words", JSON, nullable=False),  # of the book, none of the post
    Column("marks", JSON, nullable=False),
    Column("person", Text, nullable=False),  # tells people of one day apart, and is nobody's name
    UniqueConstraint("provider", "post", name="leads_once"),
    Index("leads_by_time", "at"),
    sqlite_autoincrement=True,
)

lead_acts = Table(  # what an officer made of the leads from number `low` to `through` of a hazard and place
    "lead_acts",
    metadata,
    Column("status", Text, primary_key=True),
    Column("hazard", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("through", BigInteger, primary_key=True, autoincrement=False),
    Column("low", BigInteger, nullable=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("report", Text, nullable=False),  # key of the report that was made; empty: none
)

lead_salts = Table(  # of the days that are not over for long
    "lead_salts",
    metadata,
    Column("day", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
)

listened = Table(  # one row a source
    "listened",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text, nullable=False),  # what to go on from, as the source writes it
    Column("at", Instant, nullable=False),  # when it was last heard, or asked
    Column("state", Text, nullable=False),
    Column("trouble", Text, nullable=False),
    Column("since", Instant),  # of the trouble
    Column("resumes", Instant),  # when it is tried again
)

lead_reads = Table(  # posts that were paid for, by the hour in which they were asked for; wall time
    "lead_reads",
    metadata,
    Column("source", Text, primary_key=True),
    Column("hour", Instant, primary_key=True),
    Column("reads", Integer, nullable=False),
)
