"""The tables that only verification needs: what was foretold, what came of it, and the sums of each day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from services.store.columns import Instant, Serial, metadata

stories = Table(  # a warning or an event of one model, place and level, and its verdict; hub time
    "stories",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", Text, nullable=False),
    Column("model", Text, nullable=False),  # its name
    Column("kind", Text, nullable=False),
    Column("place", Text, nullable=False),  # gauge, else area
    Column("level", Integer, nullable=False),  # that was to be observed; 0: of a model that observes none
    Column("version", Text, nullable=False),  # of the model, when the story was last touched
    Column("warned_at", Instant),
    Column("ended_at", Instant),
    Column("crossed_at", Instant),
    Column("left_at", Instant),
    Column("lead_s", BigInteger),
    Column("verdict", Text, nullable=False),  # open hit miss false unknown
    Column("why", Text, nullable=False),
    Column("counted_at", Instant, nullable=False),  # the time for which it counts: the event's, else the warning's
    Column("unfinished", Boolean, nullable=False),  # it may still change
    Index("stories_unfinished", "unfinished", "status"),
    Index("stories_by_time", "status", "counted_at"),
    sqlite_autoincrement=True,
)
