"""Who of the staff is at what just now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("tab", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("doing", sa.Text, nullable=False),
        sa.Column("since", sa.String(32), nullable=False),
        sa.Column("until", sa.String(32), nullable=False),
    )
    op.create_index("presences_by_end", "presences", ["until"])


def downgrade() -> None:
    op.drop_table("presences")
