"""Second factors of people, their recovery codes, and logins that wait for one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_INSTANT = sa.String(32)


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user", sa.Text, sa.ForeignKey("users.name"), primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("misses", sa.Integer, nullable=False),
        sa.Column("tried_at", _INSTANT, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user", sa.Text, sa.ForeignKey("users.name"), primary_key=True),
        sa.Column("digest", sa.Text, primary_key=True),
    )
    op.create_table(
        "pending_logins",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("user", sa.Text, sa.ForeignKey("users.name"), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("expires", _INSTANT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("pending_logins")
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
