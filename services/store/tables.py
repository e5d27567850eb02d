"""The tables. Times are ISO 8601 text in UTC with microseconds, so that text order is time order on every engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as fixed-width UTC text; refuses naive ones."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without time zone cannot be stored: {value!r}; use datetime.now(UTC)")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()
Serial = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts by itself only on INTEGER PRIMARY KEY

records = Table(  # everything that came in, append-only
    "records",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("type", String(16), nullable=False),  # reading, fix, report, telegram
    Column("key", String(512), nullable=False),
    Column("digest", String(64), nullable=False),  # of the content: same key, other digest is a revision
    Column("subject", String(256), nullable=False),  # st0123/snow_depth; office|VPWW55|; bear
    Column("status", String(16), nullable=False),
    Column("gateway", String(64), nullable=False),
    Column("measured_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("value", Float),
    Column("trusted", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("key", "digest", name="records_natural_key"),
    Index("records_by_subject", "type", "status", "subject", "measured_at"),
    sqlite_autoincrement=True,
)

quarantine = Table(  # what could not be decoded, with its bytes
    "quarantine",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("topic", String(512), nullable=False),
    Column("gateway", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column(
        "digest", String(64), nullable=False
    ),  # of topic, payload, code and place: a redelivery is not a second fault
    Column("received_at", Instant, nullable=False),
    Column("code", String(64), nullable=False),
    Column("message", Text, nullable=False),
    Column("at", String(256), nullable=False),
    Column("times", Integer, nullable=False),
    Column("answered", Boolean, nullable=False),  # told to the gateway on its rejects topic
    Column("replayed_at", Instant),  # decoded after all, by a person's wish
    UniqueConstraint("digest", name="quarantine_once"),
    sqlite_autoincrement=True,
)

hazards = Table(  # every change of every hazard; the current picture is current = true
    "hazards",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("key", String(512), nullable=False),
    Column("status", String(16), nullable=False),
    Column("model", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("area", String(64), nullable=False),
    Column("level", Integer, nullable=False),  # 0: ended
    Column("at", Instant, nullable=False),  # when the hub knew
    Column("valid_until", Instant, nullable=False),
    Column("current", Boolean, nullable=False),
    Column("body", JSON, nullable=False),
    Index("hazards_current", "current", "status"),
    Index("hazards_by_key", "key", "seq"),
    sqlite_autoincrement=True,
)

alerts = Table(  # one row per revision; body is frozen, state is not
    "alerts",
    metadata,
    Column("series", String(128), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("identifier", String(128), nullable=False, unique=True),
    Column("status", String(16), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("level", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("sent", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("digest", String(64), nullable=False),  # over every rendered payload: what an approval is bound to
    Column("payloads", JSON, nullable=False),  # channel → payload
    Column("body", JSON, nullable=False),
    Index("alerts_by_state", "state", "status"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("series", String(128), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("at", Instant, nullable=False),
)

outbox = Table(  # one alert revision × one channel
    "outbox",
    metadata,
    Column("id", String(192), primary_key=True),  # identifier:channel
    Column("key", String(64), nullable=False),
    Column("series", String(128), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting sending accepted duplicate rejected unknown expired …
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
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
)

suppressions = Table(  # why something was not sent: one row per reason, rule and series, with how long it held
    "suppressions",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("status", String(16), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("series", String(128), nullable=False),
    Column("stage", String(32), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("times", Integer, nullable=False),
    Column("current", Boolean, nullable=False),
    Index("suppressions_current", "current", "series"),
    sqlite_autoincrement=True,
)

cursors = Table(  # how far each stage has come; committed with what the stage wrote
    "cursors",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

polled_feeds = Table(  # what a source said of the version that was taken in whole
    "polled_feeds",
    metadata,
    Column("url", String(256), primary_key=True),
    Column("etag", String(256), nullable=False),
    Column("last_modified", String(64), nullable=False),
    Column("read_at", Instant, nullable=False),
)

polled_entries = Table(  # links that were fetched, or given up; each is fetched once
    "polled_entries",
    metadata,
    Column("link", String(512), primary_key=True),
    Column("seen_at", Instant, nullable=False),
    Index("polled_entries_by_age", "seen_at"),
)

chronology = Table(  # クロノロジー: append-only, each row carries the hash of the one before
    "chronology",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("status", String(16), nullable=False),
    Column("kind", String(32), nullable=False),  # hazard, draft, approved, rejected, sent, failed, note, login, …
    Column("who", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("refs", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
    sqlite_autoincrement=True,
)

users = Table(
    "users",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("role", String(16), nullable=False),  # viewer, operator, approver, admin
    Column("password", String(256), nullable=False),  # argon2
    Column("one_time", Boolean, nullable=False),  # valid for one login
    Column("revoked", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of the cookie
    Column("user", String(64), ForeignKey("users.name"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
)
