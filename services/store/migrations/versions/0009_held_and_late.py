"""Readings that wait for confirmation, and readings that came late: known without opening their bodies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is stored already is neither: in a day no model looks at it any more."""
    for name in ("held", "late"):
        op.add_column("records", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    for name in ("held", "late"):
        op.drop_column("records", name)
