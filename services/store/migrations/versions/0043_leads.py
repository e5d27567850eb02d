"""Leads from public posts, what officers made of them, and how each source of posts is doing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "leads",
        sa.Column("number", serial, primary_key=True, autoincrement=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("hazards", sa.JSON(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.UniqueConstraint("provider", "post", name="leads_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("leads_by_time", "leads", ["at"])
    op.create_table(
        "lead_acts",
        sa.Column("status", sa.Text(), primary_key=True),
        sa.Column("hazard", sa.Text(), primary_key=True),
        sa.Column("place", sa.Text(), primary_key=True),
        sa.Column("through", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
    )
    op.create_table(
        "lead_salts",
        sa.Column("day", sa.Text(), primary_key=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "listened",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=32)),
        sa.Column("resumes", sa.String(length=32)),
    )
    op.create_table(
        "lead_reads",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("hour", sa.String(length=32), primary_key=True),
        sa.Column("reads", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    for table in ("lead_reads", "listened", "lead_salts", "lead_acts", "leads"):
        op.drop_table(table)
