"""The tables of the snow desk: orders with all that was done about them, decisions, links, expected snow."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, Table, Text, text

from services.store.columns import Instant, Serial, metadata

_PROPOSED = text("closed_at IS NULL AND rule <> ''")  # a person may order for other roads, or another place, beside

orders = Table(  # what an order is; ``state`` and the two after it are what its events come to
    "orders",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("section_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("classes", JSON, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("finish_by", Instant),
    Column("closed_at", Instant),
    Index(
        "orders_open",
        *("status", "section", "kind", "rule"),
        unique=True,
        sqlite_where=_PROPOSED,
        postgresql_where=_PROPOSED,
    ),
    Index("orders_by_time", "status", "opened_at"),
    sqlite_autoincrement=True,
)

order_events = Table(  # every act, in order; rows are added and never changed
    "order_events",
    metadata,
    Column("order", Serial, ForeignKey("orders.id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("happened_at", Instant),
    Column("how", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("vehicles", Integer),
    Column("facts", JSON, nullable=False),
)

order_links = Table(  # by which a contractor answers
    "order_links",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 of the token
    Column("order", Serial, ForeignKey("orders.id"), nullable=False),
    Column("until", Instant, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Index("order_links_by_order", "order"),
)

decisions = Table(  # what was decided of a section; a row for each time that it changed, and each decision time
    "decisions",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Index("decisions_by_section", "status", "section", "at"),
    sqlite_autoincrement=True,
)

looks = Table(  # the same as of the last look; written where it is another than before
    "looks",
    metadata,
    Column("status", Text, primary_key=True),
    Column("section", Text, primary_key=True),
    Column("body", JSON, nullable=False),
)

looked = Table(  # when the last look was
    "looked",
    metadata,
    Column("status", Text, primary_key=True),
    Column("at", Instant, nullable=False),
)

expected_snow = Table(  # forecasts that staff noted; the newest that holds counts
    "expected_snow",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("section", Text, nullable=False),  # empty: every section
    Column("cm", Float, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("source", Text, nullable=False),
    Column("who", Text, nullable=False),
    Index("expected_snow_by_time", "status", "until"),
    sqlite_autoincrement=True,
)
