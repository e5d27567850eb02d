"""Scopes: who may approve what, by kind, area and level."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who had an account keeps what the role brings."""
    op.add_column("users", sa.Column("scope", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "scope")
