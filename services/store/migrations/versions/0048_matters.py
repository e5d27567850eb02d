"""What headquarters has in hand, handovers between shifts, and the chronology in the order of what happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INSTANT = sa.String(32)


def upgrade() -> None:
    op.create_index("chronology_by_moment", "chronology", ["at", "seq"])
    op.create_table(
        "matters",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("closed_at", _INSTANT),
        sa.Column("once", sa.Text, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("matters_by_state", "matters", ["status", "state"])
    op.create_index("matters_by_end", "matters", ["closed_at"])
    op.create_table(
        "matter_events",
        sa.Column("matter", _SERIAL, sa.ForeignKey("matters.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("of", sa.Integer),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("line", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "matter_files",
        sa.Column("matter", _SERIAL, sa.ForeignKey("matters.id"), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "handovers",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("taken_at", _INSTANT),
        sa.Column("taken_by", sa.Text),
        sa.UniqueConstraint("status", "number", name="handovers_by_number"),
        sqlite_autoincrement=True,
    )
    op.create_index("handovers_by_time", "handovers", ["made_at"])


def downgrade() -> None:
    for name in ("handovers", "matter_files", "matter_events", "matters"):
        op.drop_table(name)
    op.drop_index("chronology_by_moment", "chronology")
