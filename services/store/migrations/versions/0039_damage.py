"""Disasters with their records of damage, every act on them, and the reports that were handed upward."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "disasters",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("began", _INSTANT, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("outline", sa.Text, nullable=False),
        sa.Column("ended", _INSTANT),
        sa.Column("version", sa.Integer, nullable=False),
        sa.UniqueConstraint("status", "name", name="disasters_by_name"),
        sqlite_autoincrement=True,
    )
    op.create_index("disasters_by_end", "disasters", ["ended"])
    op.create_table(
        "damages",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("disaster", _SERIAL, sa.ForeignKey("disasters.id"), nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("report", sa.BigInteger, unique=True),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("damages_by_disaster", "damages", ["disaster"])
    op.create_table(
        "damage_events",
        sa.Column("disaster", _SERIAL, sa.ForeignKey("disasters.id"), nullable=False, autoincrement=False),
        sa.Column("damage", _SERIAL, sa.ForeignKey("damages.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_index("damage_events_by_disaster", "damage_events", ["disaster"])
    op.create_table(
        "damage_reports",
        *_key(),
        sa.Column("as_of", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_table(
        "damage_files",
        *_key(),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    for table in ("damage_files", "damage_reports", "damage_events", "damages", "disasters"):
        op.drop_table(table)


def _key() -> tuple[sa.Column[int], ...]:
    """Of a report and of its files."""
    return (
        sa.Column("disaster", _SERIAL, sa.ForeignKey("disasters.id"), primary_key=True, autoincrement=False),
        sa.Column("form", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    )
