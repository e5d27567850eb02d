"""What residents ask of the city, and what became of it. Nothing here tells who asked: that is not kept."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Computed, Float, Index, Integer, Table, Text

from rules.requests.state import OPEN
from rules.requests.turn import Turn
from services.store.columns import Instant, Serial, metadata

_IS_OPEN = f"state IN ({', '.join(repr(state.value) for state in sorted(OPEN))})"
# The engine works it out whenever the row changes, so that no write can forget it.
_TURN = (
    f"CASE WHEN waits_since IS NOT NULL THEN CASE WHEN urgent THEN {Turn.URGENT:d} ELSE {Turn.WAITS:d} END "
    f"WHEN NOT ({_IS_OPEN}) THEN {Turn.OVER:d} WHEN same_as IS NOT NULL THEN {Turn.FOLDED:d} "
    f"WHEN urgent THEN {Turn.URGENT_ANSWERED:d} ELSE {Turn.ANSWERED:d} END"
)

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
    Column("photos", JSON, nullable=False, server_default="[]"),  # SHA-256 of ours, sent with it
    Column("attributes", JSON, nullable=False),
    Column("known", JSON, nullable=False),  # of the road, when it was asked
    Column("segment", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("same_as", BigInteger),  # the first request about the same thing: an open one, while this one is open
    Column("owner", Text, nullable=False, server_default=""),  # whose road the desk says it is; empty: as ``known``
    Column("waits_since", Instant),  # since when somebody of the staff should look; null: nobody has to
    Column("version", Integer, nullable=False, server_default="0"),  # one more with every change
    Column("turn", Integer, Computed(_TURN, persisted=True)),  # place in the desk's queue, see Turn
    Column("asked_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("requests_by_time", "status", "asked_at"),
    Index("requests_by_segment", "status", "segment", "state"),
    Index("requests_like", "same_as"),
    Index("requests_in_turn", "status", "turn", "asked_at", "id"),
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

request_words = Table(  # what residents and partners add to a request: for the desk, confirmed by nobody. Append-only
    "request_words",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("request", BigInteger, nullable=False),
    Column("client", Text, nullable=False),  # whose key it came with
    Column("update_id", Text, nullable=False),  # as the client counts them
    Column("at", Instant, nullable=False),  # hub time
    Column("told_at", Instant, nullable=False),  # as the client says
    Column("state", Text, nullable=False),  # what they say it is
    Column("text", Text, nullable=False),
    Column("media_url", Text, nullable=False),  # as given; nothing fetches it
    Column("applied", Boolean, nullable=False),  # did it change the state?
    Index("request_words_once", "client", "update_id", unique=True),
    Index("request_words_by_request", "request", "id"),
    sqlite_autoincrement=True,
)
