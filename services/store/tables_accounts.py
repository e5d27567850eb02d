"""Tables of how people prove who they are, beside the password that stands in ``users``; wall time."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, UniqueConstraint

from services.store.columns import Instant, metadata

second_factors = Table(
    "second_factors",
    metadata,
    Column("user", Text, ForeignKey("users.name"), primary_key=True),
    Column("key", Text, nullable=False),  # the id of the secret that opens the next
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", Integer, nullable=False),  # of the last code that was taken: none before it is
    Column("misses", Integer, nullable=False),  # tries since the last good one
    Column("tried_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user", Text, ForeignKey("users.name"), primary_key=True),
    Column("digest", Text, primary_key=True),  # SHA-256; a code that was used is gone
)

pending_logins = Table(  # who has shown a password and still has to show, or to make, a second factor
    "pending_logins",
    metadata,
    Column("token", Text, primary_key=True),  # SHA-256 of the cookie
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("password", Text, nullable=False),  # the hash that was shown to be known; of another, this is worth nothing
    Column("key", Text),  # of the secret that the person is just taking into an app; null: they have one
    Column("sealed", LargeBinary),
    Column("wanted", Text, nullable=False),  # where they were going
    Column("expires", Instant, nullable=False),
)

tokens = Table(  # by which programs come in for a person
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256
    Column("user", Text, ForeignKey("users.name"), nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked", Boolean, nullable=False),
)

identities = Table(  # who of ours is whom at the city's own login
    "identities",
    metadata,
    Column("user", Text, ForeignKey("users.name"), primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("subject", Text),  # null: the first login under the account's name is taken for its person's
    UniqueConstraint("issuer", "subject"),
)
