"""Residents who subscribed, and deliveries to many of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = sa.text("state = 'kept'")


def upgrade() -> None:
    _people()
    op.create_table(
        "fanouts",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("delivery"),
    )
    op.create_table(
        "tellings",
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("subscriber", sa.BigInteger(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("channel", "series")],
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "subscriber"),
        sqlite_with_rowid=False,
    )
    op.create_index("tellings_due", "tellings", ["delivery", "state", "next_at"])
    op.create_index("tellings_by_subscriber", "tellings", ["subscriber", "series"])
    op.create_index("tellings_by_age", "tellings", ["next_at"])
    op.create_index("tellings_kept", "tellings", ["subscriber"], sqlite_where=_KEPT, postgresql_where=_KEPT)


def _people() -> None:
    op.create_table(
        "subscribers",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("uid", "channel", "lookup")],
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        *[sa.Column(name, sa.Text(), nullable=False) for name in ("state", "reason")],
        sa.Column("wish", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=True),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.Column("letters", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sa.UniqueConstraint("channel", "lookup", name="subscribers_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("subscribers_to_tell", "subscribers", ["channel", "state", "id"])
    op.create_table(
        "letters",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("subscriber", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("next_at", sa.String(length=32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("expires", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("letters_due", "letters", ["next_at"])
    op.create_index("letters_by_subscriber", "letters", ["subscriber"])


def downgrade() -> None:
    for name in ("tellings", "fanouts", "letters", "subscribers"):
        op.drop_table(name)
