"""The table of self-tests: what came of each channel, run by run."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Table, Text

from services.store.columns import Instant, metadata

selftests = Table(  # wall time, as accounts and certificates live by it
    "selftests",
    metadata,
    Column("at", Instant, primary_key=True),  # when the run began; the same for all its channels
    Column("channel", Text, primary_key=True),
    Column("tried", Boolean, nullable=False),
    Column("fault", Text, nullable=False),  # empty: nothing failed
    Column("proven", JSON, nullable=False),
    Column("unproven", JSON, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Index("selftests_by_channel", "channel", "at"),
)
