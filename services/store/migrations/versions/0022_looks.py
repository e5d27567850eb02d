"""Indexes for what is looked at every few seconds, or by one alert's time, in tables that only grow."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INDEXES = {
    "alerts_in_force": ("alerts", ["state", "expires"]),
    "outbox_by_state": ("outbox", ["state", "attempts"]),
    "outbox_by_end": ("outbox", ["finished_at"]),
    "outbox_kept": ("outbox", ["channel", "expires"]),
    "chronology_by_time": ("chronology", ["status", "at"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
