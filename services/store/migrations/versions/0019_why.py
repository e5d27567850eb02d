"""Reasons for not sending: which hazards they held back, and until when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was over already ended, as far as anybody knows, when it last moved; of which hazards is not known."""
    op.add_column("suppressions", sa.Column("hazards", sa.JSON(), nullable=True))
    op.add_column("suppressions", sa.Column("until", sa.String(length=32), nullable=True))
    held = sa.table("suppressions", sa.column("until"), sa.column("last_at"), sa.column("current", sa.Boolean()))
    op.execute(held.update().where(~held.c.current).values(until=held.c.last_at))
    op.create_index("suppressions_by_time", "suppressions", ["status", "until"])


def downgrade() -> None:
    op.drop_index("suppressions_by_time", "suppressions")
    for name in ("until", "hazards"):
        op.drop_column("suppressions", name)
