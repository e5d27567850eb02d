"""The tables that only verification needs: what was foretold, what came of it, and the sums of each day."""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import JSON, BigInteger, Boolean, Column, Float, Index, Integer, Table, Text, text

from geo.verification.tally import Tally
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

outlooks = Table(  # what was foretold of a gauge, at most once an hour, a row for each lead; hub time
    "outlooks",
    metadata,
    Column("status", Text, primary_key=True),
    Column("station", Text, primary_key=True),
    Column("hour", Instant, primary_key=True),  # in which it was given
    Column("lead", Integer, primary_key=True),  # hours
    Column("made_at", Instant, nullable=False),  # from here the lead counts
    Column("due", Instant, nullable=False),  # when its end is over
    Column("method", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("level", Float, nullable=False),  # metres, all of them
    Column("q10", Float, nullable=False),
    Column("q50", Float, nullable=False),
    Column("q90", Float, nullable=False),
    Column("extrapolated", Float, nullable=False),
    Column("moving", Boolean, nullable=False),
    Column("limits", JSON, nullable=False),  # threshold → metres, chance, warned
    Column("judged", Boolean, nullable=False),
    Column("highest", Float),  # what came; null: nobody can say
    Column("final", Float),
    Index("outlooks_due", "due", sqlite_where=text("NOT judged"), postgresql_where=text("NOT judged")),
    Index("outlooks_by_age", "made_at"),
)

skill_days = Table(  # sums of a day in Japan, or of a month, of one gauge, lead and threshold (empty: the level itself)
    "skill_days",
    metadata,
    Column("day", Text, primary_key=True),  # 2026-01-15, or 2026-01 of the whole month
    Column("status", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("station", Text, primary_key=True),
    Column("lead", Integer, primary_key=True),
    Column("threshold", Text, primary_key=True),
    *(
        Column(field.name, Float if isinstance(field.default, float) else Integer, nullable=False)
        for field in fields(Tally)
    ),
)

skill_bins = Table(  # the same by the tenth in which the chance lay
    "skill_bins",
    metadata,
    Column("day", Text, primary_key=True),
    Column("status", Text, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("station", Text, primary_key=True),
    Column("lead", Integer, primary_key=True),
    Column("threshold", Text, primary_key=True),
    Column("tenth", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("events", Integer, nullable=False),
    Column("chance", Float, nullable=False),  # sum
)
