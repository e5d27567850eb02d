"""Sensors that people do not believe, and how that stood before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "distrusts",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("status", "station", "quantity", "owner", "reason")),
        sa.Column("begins", sa.String(length=32), nullable=False),
        sa.Column("ends", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("distrusts_by_end", "distrusts", ["ends"])
    op.create_index("distrusts_by_sensor", "distrusts", ["station", "ends"])
    op.create_table(
        "distrusts_past",
        sa.Column("id", _SERIAL, autoincrement=True, nullable=False),
        sa.Column("distrust", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.String(length=32), nullable=False),
        sa.Column("was_from", sa.String(length=32), nullable=False),
        sa.Column("was_until", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("distrusts_past_by_key", "distrusts_past", ["distrust", "was_until"])
    op.create_index("distrusts_past_by_end", "distrusts_past", ["was_until"])
    op.add_column("silences", sa.Column("sensor", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("silences", "sensor")
    op.drop_table("distrusts_past")
    op.drop_table("distrusts")
