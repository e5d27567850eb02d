"""Gateways: who may publish, with passwords as the brokers want them hashed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateways",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("telegram", sa.Boolean(), nullable=False),
        sa.Column("also", sa.JSON(), nullable=False),
        sa.Column("bcrypt", sa.Text(), nullable=False),
        sa.Column("pbkdf2", sa.Text(), nullable=False),
        sa.Column("revoked", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    op.drop_table("gateways")
