"""The tables that only reports need: their cases with every act, their photos, and what their senders were answered."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text

from services.store.columns import Instant, Serial, metadata

report_cases = Table(  # one a report; state and what follows is what its events come to
    "report_cases",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),  # of the record
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("arrived_at", Instant, nullable=False),
    Column("place", Text, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("state", Text, nullable=False),
    Column("same_as", BigInteger),
    Column("claimed_by", Text, nullable=False),
    Column("claimed_until", Instant),
    Column("handler", Text, nullable=False),
    Column("changed", Boolean, nullable=False),
    Column("ends_at", Instant),  # when it expires by itself; none: it is over
    Index("report_cases_by_state", "state", "arrived_at"),
    Index("report_cases_by_end", "ends_at"),
    Index("report_cases_by_first", "same_as"),
    Index("report_cases_by_time", "seen_at"),
    sqlite_autoincrement=True,
)

report_events = Table(  # every act, in order; rows are added and never changed
    "report_events",
    metadata,
    Column("case", Serial, ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("how", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("facts", JSON, nullable=False),
)

report_photos = Table(  # what is known of the pictures of a report: it goes with the report, the pictures go sooner
    "report_photos",
    metadata,
    Column("case", Serial, ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("sha256", Text, nullable=False),  # of the picture as it is kept
    Column("sent_sha256", Text, nullable=False),  # of the file as it came
    Column("look", Text, nullable=False),
    Column("signs", JSON, nullable=False),
    Index("report_photos_by_file", "sent_sha256"),
)

photo_pairs = Table(  # pictures that are, or look, the same as one of another report: a row for either
    "photo_pairs",
    metadata,
    Column("case", Serial, ForeignKey("report_cases.id"), primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("other", BigInteger, primary_key=True, autoincrement=False),  # number of that report
    Column("sign", Text, nullable=False),
)

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
