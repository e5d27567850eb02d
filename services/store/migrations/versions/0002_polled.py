"""What the poller has read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "polled_feeds",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("read_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("url"),
    )
    op.create_table(
        "polled_entries",
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("link"),
    )
    op.create_index("polled_entries_by_age", "polled_entries", ["seen_at"], unique=False)


def downgrade() -> None:
    op.drop_table("polled_entries")
    op.drop_table("polled_feeds")
