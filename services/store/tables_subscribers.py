"""Residents who asked to be told, and how far each delivery to many has come. Addresses are sealed, in one column."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from services.store.columns import Instant, Serial, metadata

subscribers = Table(  # deleted for good when they leave; wall time
    "subscribers",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("uid", Text, nullable=False, unique=True),  # how links name them
    Column("channel", Text, nullable=False),  # mail, push
    Column("lookup", Text, nullable=False),  # keyed hash of the address
    Column("sealed", LargeBinary, nullable=False),  # the address
    Column("state", Text, nullable=False),  # asked, confirmed, suspended
    Column("reason", Text, nullable=False),  # why suspended: a code of the other side, never its words
    Column("wish", JSON, nullable=False),
    Column("asked", JSON),  # what they asked for and have not confirmed
    Column("changed_at", Instant, nullable=False),
    Column("letters", JSON, nullable=False),  # when letters were asked for, of the last day
    UniqueConstraint("channel", "lookup", name="subscribers_once"),
    Index("subscribers_to_tell", "channel", "state", "id"),
    sqlite_autoincrement=True,
)

letters = Table(  # what a subscription itself makes us write: confirmations; wall time
    "letters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("subscriber", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),  # confirm, known
    Column("next_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("expires", Instant, nullable=False),
    Index("letters_due", "next_at"),
    Index("letters_by_subscriber", "subscriber"),
    sqlite_autoincrement=True,
)

fanouts = Table(  # a delivery to many: up to which subscriber it has been looked whom it concerns
    "fanouts",
    metadata,
    Column("delivery", Text, primary_key=True),  # of the outbox
    Column("position", BigInteger, nullable=False),
    Column("whole", Boolean, nullable=False),  # everybody was looked at
)

tellings = Table(  # one delivery × one subscriber; wall time
    "tellings",
    metadata,
    Column("delivery", Text, primary_key=True),
    Column("subscriber", BigInteger, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),  # as store.tellings.Telling
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Index("tellings_due", "delivery", "state", "next_at"),
    Index("tellings_by_subscriber", "subscriber", "series"),
    Index("tellings_by_age", "next_at"),
    Index("tellings_kept", "subscriber", sqlite_where=text("state = 'kept'"), postgresql_where=text("state = 'kept'")),
    sqlite_with_rowid=False,
)
