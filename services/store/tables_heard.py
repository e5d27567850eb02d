"""What residents told by the city's page or by LINE, so that each can follow what they told. Who told is not in it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from services.store.columns import Instant, Serial, metadata

heard = Table(  # one a thing told; it goes with its case or request. Hub time
    "heard",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("link", Text, nullable=False, unique=True),  # SHA-256 of the token in the link
    Column("way", Text, nullable=False),  # page, line
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),  # of a report, or the code of a service
    Column("case", BigInteger),  # of the report; or else
    Column("request", BigInteger),
    Column("language", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("heard_by_case", "case"),
    Index("heard_by_request", "request"),
    sqlite_autoincrement=True,
)
