"""Watching over people: wards sealed as a whole, their devices, signals, alarms, messages and the access log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_OPEN = sa.text("closed_at IS NULL")
_TABLES = ("wards", "devices", "signals", "dropped", "alarms", "replies", "sends", "log", "staff")


def _serial(name: str) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, primary_key=True, autoincrement=True)


def _texts(*names: str, key: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), primary_key=key, nullable=False) for name in names]


def _instants(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(length=32), nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    op.add_column("gateways", sa.Column("watch", sa.Boolean(), nullable=False, server_default=sa.false()))
    _register()
    _alarms()
    op.create_table(
        "watch_log",
        _serial("seq"),
        *_instants("at"),
        *_texts("who", "ward", "what", "why", "previous"),
        sa.Column("hash", sa.Text(), nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("watch_log_of", "watch_log", ["ward"])
    op.create_index("watch_log_by_time", "watch_log", ["at"])


def _register() -> None:
    op.create_table("watch_wards", *_texts("uid", key=True), *_numbers("version"), _sealed(), *_instants("changed_at"))
    op.create_table(
        "watch_devices",
        *_texts("gateway", "device", key=True),
        *_texts("ward"),
        *_instants("seen_at", nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
    )
    op.create_index("watch_devices_of", "watch_devices", ["ward"])
    op.create_table(
        "watch_signals",
        _serial("seq"),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        *_texts("ward"),
        *_instants("at", "received_at"),
        _sealed(),
        sqlite_autoincrement=True,
    )
    op.create_index("watch_signals_of", "watch_signals", ["ward", "at"])
    op.create_index("watch_signals_by_age", "watch_signals", ["received_at"])
    op.create_table("watch_dropped", *_texts("day", "gateway", "reason", key=True), *_numbers("count"))
    op.create_table("watch_staff", *_texts("name", key=True), *_texts("granted_by"), *_instants("until", "changed_at"))


def _alarms() -> None:
    op.create_table(
        "watch_alarms",
        _serial("id"),
        *_texts("key", "ward", "what", "status"),
        *_instants("since", "opened_at"),
        *_numbers("level", "step"),
        *_instants("step_at", "closed_at", nullable=True),
        *_texts("why"),
        sa.Column("rung", sa.Boolean(), nullable=False),
        _sealed(),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "watch_alarms_open", "watch_alarms", ["key"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_index("watch_alarms_of", "watch_alarms", ["ward"])
    op.create_index("watch_alarms_by_age", "watch_alarms", ["closed_at"])
    op.create_table(
        "watch_replies",
        _serial("id"),
        sa.Column("alarm", sa.BigInteger(), nullable=False),
        *_numbers("supporter"),
        *_texts("answer"),
        *_instants("at"),
        *_texts("who"),
        sqlite_autoincrement=True,
    )
    op.create_index("watch_replies_of", "watch_replies", ["alarm"])
    op.create_table(
        "watch_sends",
        _serial("id"),
        sa.Column("alarm", sa.BigInteger(), nullable=False),
        *_texts("kind"),
        *_numbers("step", "supporter"),
        *_texts("ward", "status", "state", "detail"),
        *_instants("due_at"),
        *_instants("started_at", "finished_at", nullable=True),
        sa.Column("link", sa.Text(), nullable=True, unique=True),
        *_instants("link_until", nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("watch_sends_once", "watch_sends", ["alarm", "kind", "step", "supporter"], unique=True)
    op.create_index("watch_sends_due", "watch_sends", ["state", "due_at"])


def downgrade() -> None:
    for name in reversed(_TABLES):
        op.drop_table(f"watch_{name}")
    op.drop_column("gateways", "watch")
