"""Tokens of programs; when a session was used last, and by what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_INSTANT = sa.String(32)
_LONG_AGO = "2000-01-01T00:00:00.000000Z"


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sa.Column("user", sa.Text, sa.ForeignKey("users.name"), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("expires", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.add_column("sessions", sa.Column("seen_at", _INSTANT, nullable=False, server_default=_LONG_AGO))
    op.add_column("sessions", sa.Column("browser", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE sessions SET seen_at = expires")  # an upgrade sends nobody away: these end as they would have


def downgrade() -> None:
    op.drop_column("sessions", "browser")
    op.drop_column("sessions", "seen_at")
    op.drop_table("tokens")
