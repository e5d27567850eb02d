"""Indexes by which what is old enough to go is found, in tables that are long or whose rows are large."""

from __future__ import annotations

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_INDEXES = {
    "quarantine_by_age": ("quarantine", "received_at"),
    "suppressed_by_end": ("suppressed", "until"),
    "passes_by_end": ("passes", "ended"),
}


def upgrade() -> None:
    for name, (table, column) in _INDEXES.items():
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, (table, _) in _INDEXES.items():
        op.drop_index(name, table_name=table)
