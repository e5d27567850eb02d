"""The tables of calling staff: what rings, and every message that it sent. All times are hub time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, text

from services.store.columns import Instant, Serial, metadata

_STILL_OPEN = text("closed_at IS NULL")

calls = Table(  # one occasion, from its first ring to its end
    "calls",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_en", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("path", Text, nullable=False),  # where on the desk it is
    Column("since", Instant, nullable=False),
    Column("lasting", Boolean, nullable=False),  # it is over by itself; else when somebody has taken it
    Column("opened_at", Instant, nullable=False),
    Column("state", Text, nullable=False),  # calling acknowledged closed
    Column("step", Integer, nullable=False),  # steps of its chain that have begun
    Column("step_at", Instant),  # when the last one did
    Column("acknowledged_by", Text, nullable=False),
    Column("acknowledged_how", Text, nullable=False),  # link desk command
    Column("acknowledged_at", Instant),
    Column("closed_at", Instant),
    Index("calls_open", "key", unique=True, sqlite_where=_STILL_OPEN, postgresql_where=_STILL_OPEN),
    sqlite_autoincrement=True,
)

call_sends = Table(  # one message to one address, written down before it goes out: never twice in a step
    "call_sends",
    metadata,
    Column("call", Serial, ForeignKey("calls.id"), primary_key=True, autoincrement=False),
    Column("step", Integer, primary_key=True),  # from 0
    Column("person", Text, primary_key=True),
    Column("way", Integer, primary_key=True),  # which of the person's addresses, from 0
    Column("group", Text, nullable=False),
    Column("state", Text, nullable=False),  # due sending sent failed unknown withheld dropped
    Column("detail", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("link", Text, unique=True),  # SHA-256 of the token in the message
    Column("link_until", Instant),
    Index("call_sends_state", "state"),
    Index("call_sends_by_person", "person", "way", "started_at"),
)
