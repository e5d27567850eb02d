"""What residents ask of the city, and what became of it. Nothing here tells who asked: that is not kept."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Table, Text

from services.store.columns import Instant, Serial, metadata

requests = Table(  # one a request, changed in place; its history is request_updates. Hub time
    "requests",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),  # Actual, Exercise, Test
    Column("service", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("client", Text, nullable=False),  # whose key it came with
    Column("lon", Float),  # as given: for the desk only
    Column("lat", Float),
    Column("public_lon", Float),  # of the road, or of a square
    Column("public_lat", Float),
    Column("address", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("released", Boolean, nullable=False),  # may the public read the description, covered?
    Column("media_url", Text, nullable=False),
    Column("attributes", JSON, nullable=False),
    Column("known", JSON, nullable=False),  # of the road, when it was asked
    Column("segment", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("same_as", BigInteger),  # the first request about the same thing
    Column("asked_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("requests_by_time", "status", "asked_at"),
    Index("requests_by_segment", "status", "segment", "state"),
    Index("requests_like", "same_as"),
    sqlite_autoincrement=True,
)

request_updates = Table(  # append-only: every change of a request, in the words that residents read
    "request_updates",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("request", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("who", Text, nullable=False),  # a person or the service that did it: for the desk only
    Column("text", Text, nullable=False),
    Index("request_updates_by_request", "request", "id"),
    Index("request_updates_by_time", "at"),
    sqlite_autoincrement=True,
)
