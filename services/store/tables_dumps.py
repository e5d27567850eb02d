"""What people told of snow dumps. Only added to; a dump is what its newest words say."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table, Text

from services.store.columns import Instant, metadata

dump_events = Table(
    "dump_events",
    metadata,
    Column("status", Text, primary_key=True),
    Column("dump", Text, primary_key=True),  # code of the fence
    Column("seq", Integer, primary_key=True, autoincrement=False),  # of two who press at once, one has this number
    Column("act", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("volume_m3", Float),  # of a measurement
    Column("visits", Integer),  # of that day until then
    Column("until", Instant),  # when it should open again
)
