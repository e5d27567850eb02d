"""Cases of emergency culling."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "cullings",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("animal", sa.Text, nullable=False),
        sa.Column("sighting", sa.BigInteger),
        sa.Column("series", sa.Text, nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closed_at", _INSTANT),
        sqlite_autoincrement=True,
    )
    op.create_index("cullings_open", "cullings", ["closed_at"])
    op.create_table(
        "culling_events",
        sa.Column("case", _SERIAL, sa.ForeignKey("cullings.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("culling_events")
    op.drop_table("cullings")
