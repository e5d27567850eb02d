"""Tables of the people, of what they have agreed to, and of what waits between that and the sending."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table, Text

from services.store.columns import LONG_AGO, Instant, metadata

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),  # viewer, operator, approver, admin
    Column("password", Text, nullable=False),  # argon2
    Column("one_time", Boolean, nullable=False),  # valid for one login
    Column("revoked", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("scope", JSON(none_as_null=True)),  # what the person may approve; null: what the role brings
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", Text, primary_key=True),  # SHA-256 of the cookie
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False, server_default=LONG_AGO),
    Column("browser", Text, nullable=False, server_default=""),  # "Firefox, Windows": for its owner to know it again
)

approvals = Table(
    "approvals",
    metadata,
    Column("series", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

broken_glass = Table(  # what one person issued alone in an emergency; hub time
    "broken_glass",
    metadata,
    Column("series", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("status", Text, nullable=False),
    Column("headline", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("needed", Integer, nullable=False),  # people who should have agreed
    Column("agreed", JSON, nullable=False),  # who had
    Column("signed_by", Text),  # the admin who has looked at it; null: nobody yet
    Column("signed_at", Instant),
    Column("note", Text, nullable=False),
)

hold_offs = Table(  # at most one revision of a series waits for the clock; hub time
    "hold_offs",
    metadata,
    Column("series", Text, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("leaves_at", Instant, nullable=False),
    Column("who", Text, nullable=False),  # by whose word it is free to leave
    Column("stays", Text, nullable=False),  # why it did not leave when its time had come; empty: nothing kept it
    Column("begun_at", Instant, nullable=False, server_default=LONG_AGO),
)
