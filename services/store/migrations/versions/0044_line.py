"""What comes in by LINE until it is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "line_events",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("event", sa.Text, nullable=False, unique=True),
        sa.Column("talk", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("line_events_due", "line_events", ["state", "id"])
    op.create_index("line_events_by_age", "line_events", ["received_at"])
    op.create_table(
        "line_talks",
        sa.Column("talk", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires", _INSTANT, nullable=False),
    )
    op.create_index("line_talks_by_end", "line_talks", ["expires"])


def downgrade() -> None:
    op.drop_table("line_talks")
    op.drop_table("line_events")
