"""The tables of watching over people. What tells of a person is sealed; the rest names them by a number that says
nothing. Nothing but :mod:`services.watch` and its pages reads them. Times are hub time, of the log wall time.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text, text

from services.store.columns import Instant, Serial, metadata

_OPEN = text("closed_at IS NULL")

wards = Table(  # one registered person, sealed as a whole
    "watch_wards",
    metadata,
    Column("uid", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

devices = Table(  # whose a topic is, and when it was last heard
    "watch_devices",
    metadata,
    Column("gateway", Text, primary_key=True),
    Column("device", Text, primary_key=True),
    Column("ward", Text, nullable=False),
    Column("seen_at", Instant),
    Column("battery", Float),
    Index("watch_devices_of", "ward"),
)

signals = Table(  # what devices said with a consent
    "watch_signals",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("ward", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("watch_signals_of", "ward", "at"),
    Index("watch_signals_by_age", "received_at"),
    sqlite_autoincrement=True,
)

dropped = Table(  # signals that were let fall: how many of a day, and why
    "watch_dropped",
    metadata,
    Column("day", Text, primary_key=True),
    Column("gateway", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

alarms = Table(  # what supporters are told, or asked
    "watch_alarms",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("ward", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("level", Integer, nullable=False),  # of the alert behind it, else 0
    Column("step", Integer, nullable=False),
    Column("step_at", Instant),
    Column("closed_at", Instant),
    Column("why", Text, nullable=False),  # it was closed: done, over, removed, old
    Column("rung", Boolean, nullable=False),  # staff were called, for nobody came
    Column("sealed", LargeBinary, nullable=False),
    Index("watch_alarms_open", "key", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("watch_alarms_of", "ward"),
    Index("watch_alarms_by_age", "closed_at"),
    sqlite_autoincrement=True,
)

replies = Table(  # what supporters, or the desk for them, answered
    "watch_replies",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("alarm", BigInteger, nullable=False),
    Column("supporter", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),  # the account, where the desk says it
    Index("watch_replies_of", "alarm"),
    sqlite_autoincrement=True,
)

sends = Table(  # one message: written before anything leaves the house
    "watch_sends",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("alarm", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # ask, notice, taken, over
    Column("step", Integer, nullable=False),
    Column("supporter", Integer, nullable=False),
    Column("ward", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),  # due sending sent failed unknown dropped
    Column("detail", Text, nullable=False),  # the kind of outlet and what became of it, or who answered what
    Column("due_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("finished_at", Instant),
    Column("link", Text, unique=True),  # digest of the token in its link
    Column("link_until", Instant),
    Index("watch_sends_once", "alarm", "kind", "step", "supporter", unique=True),
    Index("watch_sends_due", "state", "due_at"),
    sqlite_autoincrement=True,
)

looks = Table(  # append-only: who looked at whom, when and why; each row carries the hash of the one before
    "watch_log",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("ward", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Index("watch_log_of", "ward"),
    Index("watch_log_by_time", "at"),
    sqlite_autoincrement=True,
)

staff = Table(  # who of the accounts may see wards, and until when; wall time
    "watch_staff",
    metadata,
    Column("name", Text, primary_key=True),
    Column("granted_by", Text, nullable=False),
    Column("until", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
