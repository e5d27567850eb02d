"""Why a delivery failed, as a word: the desk tells it in its own languages, before what the provider said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_TABLES = ("outbox", "outbox_past")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("cause", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "cause")
