"""Over allowance: since when a gateway sends more than it may, and quarantine's packs found without reading them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vitals", sa.Column("over_since", sa.String(length=32), nullable=True))
    op.create_index("quarantine_by_code", "quarantine", ["code", "gateway"])
    unanswered = sa.text("NOT answered")
    op.create_index("quarantine_unanswered", "quarantine", ["id"], sqlite_where=unanswered, postgresql_where=unanswered)


def downgrade() -> None:
    op.drop_index("quarantine_unanswered", "quarantine")
    op.drop_index("quarantine_by_code", "quarantine")
    op.drop_column("vitals", "over_since")
