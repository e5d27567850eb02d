"""The tables. Times are ISO 8601 text in UTC with microseconds, so that text order is time order on every engine."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

import services.store.tables_accounts
import services.store.tables_archive
import services.store.tables_budget
import services.store.tables_calls
import services.store.tables_culling
import services.store.tables_damage
import services.store.tables_distrust
import services.store.tables_dumps
import services.store.tables_heard
import services.store.tables_leads
import services.store.tables_ledger
import services.store.tables_line
import services.store.tables_matters
import services.store.tables_muster
import services.store.tables_orders
import services.store.tables_past
import services.store.tables_plow
import services.store.tables_presence
import services.store.tables_reporters
import services.store.tables_requests
import services.store.tables_selftest
import services.store.tables_subscribers
import services.store.tables_wall
import services.store.tables_watch  # noqa: F401 - these tables belong to the metadata
from services.store.columns import Instant, Serial, metadata
from services.store.tables_approval import approvals, broken_glass, hold_offs, sessions, users
from services.store.tables_counts import crime_counts, season_squares
from services.store.tables_noise import silences, suppressed, suppressions
from services.store.tables_reports import answered, photos
from services.store.tables_skill import outlooks, skill_bins, skill_days, stories

# beside what is defined here
__all__ = [
    "answered",
    "approvals",
    "broken_glass",
    "crime_counts",
    "hold_offs",
    "metadata",
    "outlooks",
    "photos",
    "season_squares",
    "sessions",
    "silences",
    "skill_bins",
    "skill_days",
    "stories",
    "suppressed",
    "suppressions",
    "users",
]

records = Table(  # everything that came in, append-only
    "records",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("type", Text, nullable=False),  # reading, fix, report, telegram
    Column("key", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the content: same key, other digest is a revision
    Column("subject", Text, nullable=False),  # st0123/snow_depth; office|VPWW55|; bear
    Column("status", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("measured_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("value", Float),
    Column("trusted", Boolean, nullable=False),
    Column("held", Boolean, nullable=False, server_default=false()),  # believed as soon as another bears it out
    Column("late", Boolean, nullable=False, server_default=false()),  # came too late to be news
    Column("body", JSON, nullable=False),
    UniqueConstraint("key", "digest", name="records_natural_key"),
    Index("records_by_subject", "type", "status", "subject", "measured_at"),
    sqlite_autoincrement=True,
)

quarantine = Table(  # what could not be decoded, with its bytes
    "quarantine",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),  # of topic, payload, code and place: a redelivery is not a second fault
    Column("received_at", Instant, nullable=False),
    Column("code", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("times", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),  # told to the gateway on its rejects topic
    Column("replayed_at", Instant),  # decoded after all, by a person's wish
    UniqueConstraint("digest", name="quarantine_once"),
    Index("quarantine_by_code", "code", "gateway"),  # payloads are large and stand before most columns
    Index("quarantine_by_age", "received_at"),
    Index("quarantine_unanswered", "id", sqlite_where=text("NOT answered"), postgresql_where=text("NOT answered")),
    Index("quarantine_unread", "replayed_at", "received_at"),  # counted every few seconds
    sqlite_autoincrement=True,
)

hazards = Table(  # every change of every hazard; the current picture is current = true
    "hazards",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("level", Integer, nullable=False),  # 0: ended
    Column("at", Instant, nullable=False),  # when the hub knew
    Column("valid_until", Instant, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
    Column("told", Instant),  # when an alert spoke of it last; null: none ever did
    Index("hazards_current", "current", "status"),
    Index("hazards_by_key", "key", "seq"),
    Index("hazards_told", "told", "at"),
    Index("hazards_by_time", "at"),
    sqlite_autoincrement=True,
)

alerts = Table(  # one row per revision; body is frozen, state is not
    "alerts",
    metadata,
    Column("series", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("identifier", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("sent", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("digest", Text, nullable=False),  # over every rendered payload: what an approval is bound to
    Column("payloads", JSON, nullable=False),  # channel → payload
    Column(
        "refusals", Text, nullable=False, server_default=""
    ),  # codes of payloads that are refusals, a blank around each
    Column("body", JSON, nullable=False),
    Index("alerts_by_state", "state", "status"),
    Index("alerts_in_force", "state", "expires"),
)

outbox = Table(  # one alert revision × one channel
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),  # identifier:channel
    Column("key", Text, nullable=False),
    Column("series", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("state", Text, nullable=False),  # waiting sending accepted duplicate rejected unknown expired …
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),  # of the last failure, see Cause; empty: none, or ours
    Column("attempts", Integer, nullable=False),
    Column("claims", Integer, nullable=False, server_default="0"),  # how often it was taken; attempts begin anew
    Column("created_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("lease_until", Instant),
    Column("first_tried_at", Instant),
    Column("after_unknown", Boolean, nullable=False),
    Column("finished_at", Instant),
    Column("expires", Instant, nullable=False),
    Column("done", JSON, nullable=False),  # remote ids of parts already out
    Column("payload", JSON, nullable=False),
    UniqueConstraint("series", "revision", "channel", name="outbox_once"),
    Index("outbox_due", "state", "next_at"),
    Index("outbox_by_state", "state", "attempts"),  # counted every second; payloads are large
    Index("outbox_by_end", "finished_at"),
    Index("outbox_kept", "channel", "expires"),
)

cursors = Table(  # how far each stage has come; committed with what the stage wrote
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

polled_feeds = Table(  # what a source said of the version that was taken in whole
    "polled_feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
)

polled_entries = Table(  # links that were fetched, or given up; each is fetched once
    "polled_entries",
    metadata,
    Column("link", Text, primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Index("polled_entries_by_age", "seen_at"),
)

leases = Table(  # which process runs what only one may run; wall time
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", Instant, nullable=False),
)

processes = Table(  # who is at work on a shared store, by their own word; wall time
    "processes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("services", JSON, nullable=False),  # names
    Column("place", Text, nullable=False),  # host and process number, for people
    Column("health", JSON, nullable=False),
    Column("seen_at", Instant, nullable=False),
)

chronology = Table(  # クロノロジー: append-only, each row carries the hash of the one before
    "chronology",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("status", Text, nullable=False),
    Column("kind", Text, nullable=False),  # hazard, draft, approved, rejected, sent, failed, note, login, …
    Column("who", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("refs", JSON, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Index("chronology_by_time", "status", "at"),
    Index("chronology_by_moment", "at", "seq"),
    sqlite_autoincrement=True,
)

vitals = Table(  # the last look at each gateway; hub time
    "vitals",
    metadata,
    Column("name", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("checked_at", Instant, nullable=False),
    Column("watched_since", Instant, nullable=False),
    Column("seen_at", Instant),
    Column("beats", Boolean, nullable=False),
    Column("online", Boolean),
    Column("said_at", Instant),
    Column("skew_s", Float),
    Column("queue", Integer),
    Column("over_since", Instant),
)

stations = Table(  # sensors that staff adopted, beside those of the profile
    "stations",
    metadata,
    Column("code", Text, primary_key=True),
    Column("members", JSON),  # of a [[station]] table; null: let go again
    Column("words", JSON, nullable=False),  # word of the device → [quantity, unit], or null: passed over
    Column("by", Text, nullable=False),
    Column("changed_at", Instant, nullable=False),
)

gateways = Table(  # who may publish, beside those of the settings
    "gateways",
    metadata,
    Column("name", Text, primary_key=True),
    Column("status", Text, nullable=False),  # Actual Exercise Test: what it sends is at most that
    Column("telegram", Boolean, nullable=False),  # may relay official messages
    Column("forecast", Boolean, nullable=False, server_default=false()),  # may foretell snow
    Column("watch", Boolean, nullable=False, server_default=false()),  # may tell of people who are watched over
    Column("also", JSON, nullable=False),  # topic filters beside its own
    Column("bcrypt", Text, nullable=False),
    Column("pbkdf2", Text, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
