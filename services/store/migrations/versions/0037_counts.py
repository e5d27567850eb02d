"""Numbers of sightings by square and of street crime by block, which stay when reports go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "season_squares",
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("square", sa.Text(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "crime_counts",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("month", sa.Text(), primary_key=True),
        sa.Column("act", sa.Text(), primary_key=True),
        sa.Column("town", sa.Text(), primary_key=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.String(length=32), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("crime_counts")
    op.drop_table("season_squares")
